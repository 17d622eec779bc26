from .accuracy import Accuracy
from .attack_success_rate import AttackSuccessRate
from .generalization_gap import GeneralizationGap
from .invariance import Invariance
from .outcomes import Outcomes
from .score import Score

__all__ = ["Accuracy", "AttackSuccessRate", "GeneralizationGap", "Invariance", "Outcomes", "Score"]
