"""semisup: how accurate a classifier your unlabelled images and a few labels can give."""
