"""The prepared and split images, as the stages that train see them."""
