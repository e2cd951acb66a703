"""Files wherever they lie: on disk, in archives, in columns of tables."""
