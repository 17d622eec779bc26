"""Judges what was measured; never prints."""
