"""Conditional image translation with a PatchGAN."""
