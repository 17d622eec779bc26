"""What counts of characters alone come to, beside which a network's perplexity is told."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np

__all__ = ["bigram_perplexity", "unigram_perplexity"]


def unigram_perplexity(learned: str, text: str) -> float:
    """Return the perplexity of a text's characters by how often each stands in what was learned; add-one smoothing."""
    counts, kinds = Counter(learned), len(set(learned)) + 1
    shares = [(counts[each] + 1) / (len(learned) + kinds) for each in text]
    return float(np.exp(-np.mean(np.log(shares))))


def bigram_perplexity(learned: str, text: str) -> float:
    """Return the same by how often each follows the one before it."""
    pairs, firsts, kinds = (
        Counter(pairwise(learned)),
        Counter(learned[:-1]),
        len(set(learned)) + 1,
    )
    shares = [(pairs[one, next_one] + 1) / (firsts[one] + kinds) for one, next_one in pairwise(text)]
    return float(np.exp(-np.mean(np.log(shares))))
