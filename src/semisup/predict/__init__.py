"""What a finished classifier is used by: `semisup.load` and `semisup predict`."""
