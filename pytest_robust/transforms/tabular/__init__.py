"""Changes of the columns of a table."""
