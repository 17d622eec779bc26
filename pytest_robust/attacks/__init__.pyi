from .apgd import APGD
from .basic_iterative import BasicIterative
from .fgsm import FGSM
from .momentum_iterative import MomentumIterative
from .pgd import PGD
from .uniform_noise import UniformNoise

__all__ = ["APGD", "FGSM", "PGD", "BasicIterative", "MomentumIterative", "UniformNoise"]
