from .perturbations import perturbations

__all__ = ["perturbations"]
