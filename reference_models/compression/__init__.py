"""Task 15's network, made smaller in four ways, and trained by two processes."""
