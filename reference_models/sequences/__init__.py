"""What the tasks of sequences are made of: words and numbers for them, networks, and how their answers are searched."""
