"""The stage `split`: roles of the images, and labels that were added to chosen ones."""
