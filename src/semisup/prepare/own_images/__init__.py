"""The user's own images: what places, names and tables say of each file."""
