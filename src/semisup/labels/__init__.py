"""Tables that say which class an image is of."""
