"""How good translations are, against those that were wanted."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from pytest_robust import CorpusBleu, ExactMatch

__all__ = ["bleu", "exact_match", "missing"]


def missing() -> str:
    """Return what to do to count BLEU; nothing where sacreBLEU is installed."""
    return (
        "" if find_spec("sacrebleu") else "BLEU is counted by sacreBLEU, which is not installed: pip install sacrebleu"
    )


def exact_match(said: NDArray[np.str_], wanted: NDArray[np.str_]) -> float:
    """Return the share of translations that are the wanted one, to the last character."""
    return float(ExactMatch().score(wanted, said).mean())


def bleu(said: NDArray[np.str_], wanted: NDArray[np.str_]) -> float:
    """Return sacreBLEU's number, 0 to 100."""
    return 100 * CorpusBleu().measure(wanted, said)(np.arange(len(wanted)))
