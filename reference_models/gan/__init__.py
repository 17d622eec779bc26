"""Making images from noise: generators, discriminators, their losses and training, and what is measured of them."""
