"""Perturbations of images, and of any array of numbers where they say so."""
