from .accuracy import Accuracy
from .accuracy_under_shift import AccuracyUnderShift
from .adversarial_distance import AdversarialDistance
from .agreement import Agreement
from .attack_success_rate import AttackSuccessRate
from .breaking_point import BreakingPoint
from .corruption_error import CorruptionError
from .cross_validation import CrossValidation
from .direction import Direction
from .generalization_gap import GeneralizationGap
from .invariance import Invariance
from .mean_corruption_error import MeanCorruptionError
from .mean_flip_rate import MeanFlipRate
from .minimum_functionality import MinimumFunctionality
from .outcomes import Outcomes
from .relative_mean_corruption_error import RelativeMeanCorruptionError
from .score import Score

__all__ = [
    "Accuracy",
    "AccuracyUnderShift",
    "AdversarialDistance",
    "Agreement",
    "AttackSuccessRate",
    "BreakingPoint",
    "CorruptionError",
    "CrossValidation",
    "Direction",
    "GeneralizationGap",
    "Invariance",
    "MeanCorruptionError",
    "MeanFlipRate",
    "MinimumFunctionality",
    "Outcomes",
    "RelativeMeanCorruptionError",
    "Score",
]
