"""Baseline: the agnostic picture, unchanged."""
