"""params.yaml as typed sections, and what is wrong with it in one line."""
