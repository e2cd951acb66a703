"""Studies: the workflow on known data sets, by settings of their own beside those of params.yaml."""
