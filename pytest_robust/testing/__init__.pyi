from .adapters import check_adapter
from .attacks import check_attack
from .linear_model import LinearModel
from .transforms import check_transform
from .word_searches import check_word_search

__all__ = ["LinearModel", "check_adapter", "check_attack", "check_transform", "check_word_search"]
