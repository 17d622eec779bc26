"""Intervals and sequential tests: numbers in, numbers out."""
