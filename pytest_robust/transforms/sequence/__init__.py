"""Transforms of sequences: token ids and sensor readings; one file each."""
