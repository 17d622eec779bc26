"""Ways to train faster or in less memory: task 17's parts."""
