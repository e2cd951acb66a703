"""The stage `choose`: which images to label, and what choosing them brings over chance."""
