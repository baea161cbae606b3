"""Baseline: the garment's mean colour, painted flat."""
