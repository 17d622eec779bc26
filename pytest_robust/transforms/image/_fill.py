"""The ways to fill, where users of transforms look for them."""

from __future__ import annotations

from pytest_robust.core.fill import Constant, Nearest, Reflect, Wrap

__all__ = ["Constant", "Nearest", "Reflect", "Wrap"]
