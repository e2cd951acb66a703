"""Files to pixels, by several processes in bounded memory."""
