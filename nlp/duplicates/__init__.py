"""What was told more than once: the same complaint by mail, form and post, reposts, and texts that many send alike."""
