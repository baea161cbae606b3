"""tryonbench: train, evaluate and compare virtual try-on methods under one protocol."""

__version__ = "0.1.0"
