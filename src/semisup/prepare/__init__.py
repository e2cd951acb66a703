"""The stage `prepare`: images of any source as one array with a manifest."""
