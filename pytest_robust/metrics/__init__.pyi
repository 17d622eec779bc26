from .accuracy import Accuracy
from .adversarial_distance import AdversarialDistance
from .attack_success_rate import AttackSuccessRate
from .breaking_point import BreakingPoint
from .direction import Direction
from .generalization_gap import GeneralizationGap
from .invariance import Invariance
from .outcomes import Outcomes
from .score import Score

__all__ = [
    "Accuracy",
    "AdversarialDistance",
    "AttackSuccessRate",
    "BreakingPoint",
    "Direction",
    "GeneralizationGap",
    "Invariance",
    "Outcomes",
    "Score",
]
