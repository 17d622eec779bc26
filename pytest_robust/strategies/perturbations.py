"""Perturbations drawn by Hypothesis, which shrink to the mildest that fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite

from hypothesis import strategies as st

from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.norms import LInf, Norm
from pytest_robust.core.perturbation import Chain, Perturbation
from pytest_robust.core.within import TiledNoise, Within

__all__ = ["Perturbations", "perturbations"]


# Noise of a few patterns and sizes of tiles: enough to find an image in a ball that a model errs on.
_PATTERNS, _TILES = 16, (1, 2, 4, 8)


@dataclass(frozen=True)
class Perturbations:
    """Makes strategies over perturbations; `perturbations` is the one there is."""

    def __call__(
        self, *kinds: type[Perturbation] | Perturbation, budget: float = 1.0, parts: int | None = None, grid: int = 100
    ) -> st.SearchStrategy[Perturbation]:
        """Return a strategy over the kinds, each alone and one after the other.

        Drawn in this order, because Hypothesis shrinks to fewer draws first and then makes the
        earlier ones smaller: how many parts, the strength of each as a step of the grid, which
        kind it is. So a failing example becomes a single part if one is enough, and of that the
        mildest step that fails. Every draw is a small integer: no model and no data are needed,
        and drawing costs nothing.

        Args:
            kinds: Classes, whose strongest value is their own (`Rotate`), or values, which are
                then the strongest (`Rotate(degrees=10)`); attacks too.
            budget: The strongest drawn, as a share of that, in (0, 1].
            parts: At most so many one after the other; None for all kinds.
            grid: Steps from nothing to the strongest, at least 1.

        Raises:
            InvalidArgument: No kinds, one that has no strength, or an argument outside its range.

        Examples:
            >>> from pytest_robust.transforms import GaussianNoise
            >>> drawn = perturbations(GaussianNoise(sigma=0.2), grid=10)
            >>> from hypothesis import find
            >>> find(drawn, lambda p: p.sigma > 0.05)
            GaussianNoise(sigma=0.06)
        """
        return _drawn([_strongest(kind) for kind in kinds], budget=budget, parts=parts, grid=grid)

    def within(
        self,
        *kinds: type[Perturbation] | Perturbation,
        eps: float,
        norm: Norm = LInf,
        parts: int | None = None,
        grid: int = 100,
    ) -> st.SearchStrategy[Perturbation]:
        """Return a strategy over changes that stay within a ball around the input.

        With kinds, these as `perturbations(...)` draws them, each moved back into the ball. Without,
        noise that fills the ball: tiles of several sizes, in several patterns. What fails shrinks to
        a single mildest kind; noise to the smallest that fails, of the finest tiles.

        Args:
            kinds: Transforms, classes or values.
            eps: The largest distance from the input, in the inputs' own unit, above 0.
            norm: How it is measured: `LInf`, `L2` or `L1`.
            parts: At most so many one after the other; None for all kinds.
            grid: Steps from nothing to the strongest, at least 1.

        Raises:
            InvalidArgument: A kind is no transform or has no strength, or an argument is outside its
                range.

        Examples:
            >>> from hypothesis import find
            >>> from pytest_robust.transforms import Rotate
            >>> find(perturbations.within(Rotate(degrees=10), eps=8 / 255), lambda p: p.level > 3)
            Within(change=Rotate(degrees=3.1), eps=8/255)
            >>> find(perturbations.within(eps=0.1), lambda p: p.level > 0.05).change
            TiledNoise(size=0.051)
        """
        held = [Within(change=_strongest(kind), eps=eps, norm=norm).change for kind in kinds]
        noisy = Within(change=TiledNoise(size=eps, norm=norm), eps=eps, norm=norm)
        values = _drawn(held or [noisy.change], budget=1.0, parts=parts, grid=grid)

        @st.composite
        def drawn(draw: st.DrawFn) -> Perturbation:
            change = draw(values)
            if isinstance(change, TiledNoise) and not kinds:
                tile, pattern = draw(st.sampled_from(_TILES)), draw(st.integers(0, _PATTERNS - 1))
                change = replace(change, tile=tile, pattern=pattern)
            return Within(change=change, eps=eps, norm=norm)

        return drawn()


perturbations = Perturbations()


def _drawn(
    strongest: list[Perturbation], *, budget: float, parts: int | None, grid: int
) -> st.SearchStrategy[Perturbation]:
    most = len(strongest) if parts is None else parts
    if not strongest:
        raise InvalidArgument("perturbations() needs kinds to draw from, such as perturbations(Rotate, GaussianNoise)")
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= len(strongest):
        raise InvalidArgument(f"parts={parts!r} must be an integer from 1 to the number of kinds, {len(strongest)}")
    if isinstance(grid, bool) or not isinstance(grid, int) or grid < 1:
        raise InvalidArgument(f"grid={grid!r} must be an integer, at least 1")
    if isinstance(budget, bool) or not isfinite(budget) or not 0 < budget <= 1:
        raise InvalidArgument(f"budget={budget!r} must lie in (0, 1]: a share of the strongest")
    part = st.tuples(st.integers(1, grid), st.integers(0, len(strongest) - 1))

    lists = st.lists(part, min_size=1, max_size=most, unique_by=lambda one: one[1])

    # Composite rather than mapped: Hypothesis then prints the value itself, which is code to
    # run again, and not the integers it was made of.
    @st.composite
    def drawn(draw: st.DrawFn) -> Perturbation:
        made = [strongest[kind].scaled(budget * step / grid) for step, kind in draw(lists)]
        return made[0] if len(made) == 1 else Chain(parts=tuple(made))

    return drawn()


def _strongest(kind: type[Perturbation] | Perturbation) -> Perturbation:
    if isinstance(kind, Perturbation):
        value = kind
    elif isinstance(kind, type) and issubclass(kind, Perturbation):
        try:
            value = kind.strongest()
        except TypeError as error:
            raise InvalidArgument(f"{kind.__name__} has no strongest of its own ({error}): give a value") from None
    else:
        raise InvalidArgument(f"{kind!r} is not a perturbation: give classes such as Rotate, or values")
    if not value.has_strength:
        raise InvalidArgument(
            f"{value!r} has no strength to shrink: add it to a fixed chain, such as {value!r} | other"
        )
    return value
