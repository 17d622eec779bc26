"""Several models at once: fitted one after another, and asked together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from reference_models.splits import Examples
from reference_models.task import Epoch, Family, Fit, Model

__all__ = ["Each", "ensemble"]


@dataclass(frozen=True, kw_only=True)
class Each:
    """Fits the members of a family one after another, each in its own way.

    Args:
        fits: How each member is fitted, by its name.
    """

    fits: Mapping[str, Fit]

    def __call__(self, model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
        """Fit each member on the same examples.

        Raises:
            ValueError: The family's members are not the ones there is a way to fit.
        """
        if set(model) != set(self.fits):
            raise ValueError(
                f"members {sorted(model)} and ways to fit them {sorted(self.fits)} must have the same names"
            )
        fitted, before = {}, 0
        for place, (name, member) in enumerate(model.items()):
            last = before

            def tell(epoch: Epoch, before: int = before, place: int = place) -> None:
                nonlocal last
                last = before + epoch.number
                # The members to come are taken to be as long as this one: they tell only when they begin.
                of = before + epoch.of * (len(model) - place)
                on_epoch(replace(epoch, number=last, of=of))

            fitted[name] = self.fits[name](member, train, quick=quick, on_epoch=tell)
            before = last
        return fitted


def ensemble(members: Sequence[Model], *, name: str = "ensemble") -> Model:
    """Return a model that answers with the mean of its members' probabilities.

    It shares their weights, and is differentiable as they are, so that an attack can go for all of them at once.

    Args:
        members: Models of the same inputs and outputs, at least two.
        name: What it is called.

    Raises:
        ValueError: There are fewer than two members.
    """
    import keras

    if len(members) < 2:
        raise ValueError(f"{len(members)} member: an ensemble has at least two")
    x = keras.Input(members[0].input_shape[1:])
    return keras.Model(x, keras.layers.Average()([member(x) for member in members]), name=name)
