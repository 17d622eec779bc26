"""A loader for each data set: the user's file, a cached original, or what is embedded here."""
