"""Tuning: trials that are ordinary runs, chosen by Optuna."""
