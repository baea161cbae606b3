"""Training: the loop, checkpoints, the moving average, the log."""
