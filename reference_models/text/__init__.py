"""Texts: what a network that was trained elsewhere makes of them, and how it is tuned."""
