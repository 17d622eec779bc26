"""Small word lists of English, for where a project gives none of its own."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["DISTRACTORS", "NAMES"]


# Given names that are no other English word, and not both a woman's and a man's.
NAMES: Mapping[str, tuple[str, ...]] = {
    "woman": (
        "Anna", "Maria", "Emma", "Sarah", "Laura", "Julia", "Emily", "Alice", "Elena", "Fatima", "Aisha", "Priya",
        "Mei", "Yuki", "Ingrid", "Chloe", "Sofia", "Hannah", "Olga", "Amina",
    ),
    "man": (
        "John", "David", "Michael", "James", "Robert", "Thomas", "Daniel", "Peter", "Paul", "Carlos", "Ahmed",
        "Omar", "Rahul", "Wei", "Hiroshi", "Lars", "Pierre", "Ivan", "Kwame", "Diego",
    ),
    "city": (
        "London", "Paris", "Berlin", "Madrid", "Rome", "Vienna", "Lisbon", "Warsaw", "Athens", "Dublin", "Chicago",
        "Boston", "Toronto", "Sydney", "Tokyo", "Seoul", "Mumbai", "Cairo", "Nairobi", "Lagos",
    ),
    "country": (
        "France", "Germany", "Spain", "Italy", "Portugal", "Poland", "Greece", "Ireland", "Canada", "Mexico",
        "Brazil", "Argentina", "Japan", "India", "Egypt", "Kenya", "Nigeria", "Australia", "Norway", "Sweden",
    ),
}  # fmt: skip

# Nothing that bears on any question, and links and names that lead nowhere: example.com and its
# like belong to nobody (RFC 2606).
DISTRACTORS: tuple[str, ...] = (
    "The library is open on Mondays.",
    "A parcel arrived at noon.",
    "There are twelve chairs in the room.",
    "The bus stops at the corner.",
    "It was written on a Tuesday.",
    "https://example.com/a8xk2",
    "https://www.example.org/page?id=417",
    "http://news.example.net/2kd9",
    "@user48213",
    "@example_account",
)
