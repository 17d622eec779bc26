from .covariate_shift import CovariateShift
from .label_shift import LabelShift
from .tilt import Tilt
from .weights import Weights

__all__ = ["CovariateShift", "LabelShift", "Tilt", "Weights"]
