"""Pretext tasks, one file each: what they learn from unlabelled images, and nothing else."""
