"""Words of reviews, and others that say the same there."""

from __future__ import annotations

from pytest_robust import Template

__all__ = ["DENIALS", "REVIEWS"]

REVIEWS: dict[str, tuple[str, ...]] = {
    "amazing": ("astonishing", "astounding"),
    "awesome": ("fantastic", "impressive"),
    "awful": ("dreadful", "appalling"),
    "bad": ("poor", "lousy"),
    "beautiful": ("lovely", "gorgeous"),
    "best": ("finest",),
    "better": ("finer",),
    "bland": ("tasteless",),
    "boring": ("tedious", "dull"),
    "delicious": ("tasty", "scrumptious"),
    "disappointed": ("dissatisfied", "let down"),
    "disappointing": ("unsatisfying",),
    "easy": ("simple", "effortless"),
    "enjoyed": ("liked", "relished"),
    "excellent": ("superb", "outstanding"),
    "fantastic": ("terrific", "marvelous"),
    "film": ("movie", "picture"),
    "friendly": ("amiable", "cordial"),
    "good": ("fine", "decent"),
    "great": ("grand", "terrific"),
    "happy": ("glad", "content"),
    "hate": ("detest", "loathe"),
    "hated": ("detested", "loathed"),
    "horrible": ("dreadful", "ghastly"),
    "liked": ("enjoyed",),
    "love": ("adore", "cherish"),
    "loved": ("adored", "cherished"),
    "mediocre": ("middling", "so-so"),
    "movie": ("film", "picture"),
    "nice": ("pleasant", "agreeable"),
    "perfect": ("flawless", "ideal"),
    "phone": ("handset",),
    "pleased": ("satisfied", "content"),
    "poor": ("bad", "inferior"),
    "problem": ("trouble", "difficulty"),
    "recommend": ("suggest", "endorse"),
    "sucks": ("stinks",),
    "terrible": ("dreadful", "atrocious"),
    "useless": ("worthless", "futile"),
    "wonderful": ("marvelous", "splendid"),
    "worst": ("poorest", "lousiest"),
    "wrong": ("amiss",),
}
"""Each is exchanged for what a reader of the review would take as the same opinion."""

_PARTS = ("film", "phone", "food", "service", "story", "place")
DENIALS = (
    Template(text="The {part} is not {word}.", words={"part": _PARTS, "word": ("good", "great", "nice")}, label=0),
    Template(text="The {part} is not {word}.", words={"part": _PARTS, "word": ("bad", "awful", "boring")}, label=1),
)
"""Denied praise, which is blame, and denied blame, which is praise."""
