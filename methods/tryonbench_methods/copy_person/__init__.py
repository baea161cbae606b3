"""Baseline: the photograph, unchanged."""
