"""Classifiers trained on labelled images: one for each draw, all scored alike."""
