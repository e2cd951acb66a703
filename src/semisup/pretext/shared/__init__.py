"""What several pretext tasks have in common."""
