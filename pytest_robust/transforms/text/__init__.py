"""Perturbations of texts: (n,) arrays of strings."""
