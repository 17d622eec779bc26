"""Finding things in images: one network that answers all places at once, its loss, its training, its measures."""
