from .adaptive_eot import AdaptiveEOT
from .apgd import APGD
from .auto_attack import AutoAttack
from .basic_iterative import BasicIterative
from .boundary_attack import BoundaryAttack
from .carlini_wagner import CarliniWagner
from .ddn import DDN
from .deep_fool import DeepFool
from .fab import FAB
from .fgsm import FGSM
from .fmn import FMN
from .hop_skip_jump import HopSkipJump
from .momentum_iterative import MomentumIterative
from .pgd import PGD
from .spatial import Spatial
from .square import Square
from .transfer_attack import TransferAttack
from .uniform_noise import UniformNoise
from .word_substitution import WordSubstitution

__all__ = [
    "APGD",
    "DDN",
    "FAB",
    "FGSM",
    "FMN",
    "PGD",
    "AdaptiveEOT",
    "AutoAttack",
    "BasicIterative",
    "BoundaryAttack",
    "CarliniWagner",
    "DeepFool",
    "HopSkipJump",
    "MomentumIterative",
    "Spatial",
    "Square",
    "TransferAttack",
    "UniformNoise",
    "WordSubstitution",
]
