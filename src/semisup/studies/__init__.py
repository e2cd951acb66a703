"""Studies: the workflow on known data sets, by settings that differ from params.yaml."""
