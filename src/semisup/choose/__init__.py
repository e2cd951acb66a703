"""The stage `choose`: active learning, and what choosing images brings over chance."""
