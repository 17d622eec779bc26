from .fgsm import FGSM
from .pgd import PGD
from .uniform_noise import UniformNoise

__all__ = ["FGSM", "PGD", "UniformNoise"]
