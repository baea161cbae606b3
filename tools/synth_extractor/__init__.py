"""Training of the network behind FD-synth and KD-synth: `python -m tools.synth_extractor`."""
