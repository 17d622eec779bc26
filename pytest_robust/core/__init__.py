"""Every noun and every interface. Knows NumPy, no framework and no pytest."""
