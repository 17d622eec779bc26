"""Whether a text that was made says what it learned by heart, or the same again and again."""

from __future__ import annotations

__all__ = ["longest_copied", "repeated"]


def longest_copied(text: str, learned: str) -> str:
    """Return the longest passage of a text that stands word by word in what was learned; the first of several.

    Examples:
        >>> longest_copied("and so the cat sat down", "the cat sat on the mat")
        'the cat sat '
    """
    best, start = "", 0
    while start + len(best) < len(text):
        # Only a longer passage counts; one that begins here and is as long as the best must be there first.
        end = start + len(best) + 1
        if text[start:end] in learned:
            while end < len(text) and text[start : end + 1] in learned:
                end += 1
            best = text[start:end]
        start += 1
    return best


def repeated(text: str, *, length: int) -> float:
    """Return the share of passages of a length that stood in the text before.

    Args:
        text: At least `length` characters.
        length: Characters of a passage.

    Raises:
        ValueError: The text is shorter than a passage.

    Examples:
        >>> repeated("abcabcabc", length=3)
        0.5714285714285714
    """
    if len(text) < length:
        raise ValueError(f"a text of {len(text)} characters has no passage of {length}")
    passages = [text[start : start + length] for start in range(len(text) - length + 1)]
    return 1 - len(set(passages)) / len(passages)
