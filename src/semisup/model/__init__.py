"""A trained classifier as a whole: from pixels to probabilities, from what stages leave behind."""
