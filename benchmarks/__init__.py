"""Speed, strength and memory, beside bare loops and other libraries, side by side in one run."""
