"""What names of folders mean: classes, parts of the data, patients, masks."""
