"""Models that learn while they are used: task 13's parts."""
