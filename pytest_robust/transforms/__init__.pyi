from .image.gaussian_noise import GaussianNoise

__all__ = ["GaussianNoise"]
