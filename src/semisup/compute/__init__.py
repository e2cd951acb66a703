"""Where and how exactly to compute: device, processes, checkpoints, weights on disk."""
