"""What a BERT learned elsewhere, used to tell opinions apart: frozen features, and upper layers tuned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reference_models.data.sentiment import DOMAINS, domain_of
from reference_models.splits import Examples
from reference_models.task import Epoch, Family, Model
from reference_models.text.encoder import Encoder, Shape, encoder, inputs, shape
from reference_models.text.lengths import by_length
from reference_models.text.top import factors, fill, merge, pooled_width, take, top
from reference_models.text.tuning import Tuning, pooled, probabilities
from reference_models.transfer import fitted_on_top

__all__ = ["FIRST", "RANK", "READ", "Reader", "TextTransfer", "family", "parts", "whole", "without"]

# The layers below stay as they are; those above are tuned, by products of this rank.
FIRST, RANK = 2, 8
# Of what is frozen, this many of the last layers are read.
READ = 4
# The least that still runs every line.
_QUICK_EXAMPLES = 48
# Texts in one call.
_AT_ONCE = 64


def family(*, rank: int = RANK, stored: str = "float16") -> Family:
    """Return a head for frozen features, one for each domain that it is to know nothing of, and what is tuned.

    Args:
        rank: Of the products that are tuned (LoRA); 0 where all weights of the upper layers are, which takes
            much more room. That of the `Tuning` beside it.
        stored: The type of what is tuned; float16 takes half the room and is for keeping.
    """
    numbers = shape()
    names = ("frozen", *map(without, DOMAINS))
    frozen = {name: _head(pooled_width(numbers, first=FIRST, read=READ)) for name in names}
    return {**frozen, "tuned": _kept(numbers, rank=rank, stored=stored)}


def without(domain: str) -> str:
    """Return what the member is called that has learned from the other domains."""
    return f"without_{domain}"


@dataclass(frozen=True, kw_only=True)
class TextTransfer:
    """Fits linear heads on frozen features, and tunes the upper layers from there.

    Args:
        penalty: C of the logistic regressions on the frozen features.
        tuning: How the upper layers are tuned.
    """

    penalty: float
    tuning: Tuning

    def __call__(self, model: Family, train: Examples, *, quick: bool, on_epoch: Callable[[Epoch], None]) -> Family:
        """Fit the family.

        Raises:
            FileNotFoundError: No BERT is at hand.
        """
        train = train[:_QUICK_EXAMPLES] if quick else train
        found, first = encoder(), self.tuning.first
        states = found.states(train.x, depth=first)
        upper = fill(top(found.shape, first=first, read=READ), found.backbone, first=first)
        features, domains = probabilities(pooled(upper), states), domain_of(train.x)
        for name, head in model.items():
            if name != "tuned":
                rows = np.array([without(domain) != name for domain in domains])
                fitted_on_top(head, features[rows], train.y[rows], penalty=self.penalty)
        # The last layer's mean stands last. What is tuned is read there alone: read from four layers, it was a
        # point worse with each of three seeds.
        width = found.shape.width
        head = fitted_on_top(_head(width), features[:, -width:], train.y, penalty=self.penalty)
        tuned = self.tuning(found, states, train.y, head=head, quick=quick, on_epoch=on_epoch)
        return {**model, "tuned": take(model["tuned"], tuned)}


def parts(models: Family) -> dict[str, Model]:
    """Return each member as the upper layers that it is, in float32: of states and their mask.

    Raises:
        FileNotFoundError: No BERT is at hand.
    """
    found = encoder()

    def upper(read: int) -> Model:
        return fill(top(found.shape, first=FIRST, read=read), found.backbone, first=FIRST)

    made = {}
    for name, member in models.items():
        if name == "tuned":
            made[name] = merge(upper(1), member)
        else:
            made[name] = upper(READ)
            made[name].get_layer("classes").set_weights(member.get_weights())
    return made


def whole(models: Family, name: str) -> Model:
    """Return a member as a model of token ids: the layers below, as they were, and its own.

    It takes what every BERT of KerasHub does: `token_ids`, `segment_ids` and `padding_mask`.
    """
    import keras

    below = encoder().below(FIRST)
    mask = keras.ops.cast(below.input["padding_mask"], "float32")
    return keras.Model(below.input, parts({name: models[name]})[name]([below.output, mask]), name=name)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A function from strings to the probabilities of both classes: tokenizer and model as one.

    Texts of about the same length are asked about together, so that short ones cost less.

    Args:
        encoder: Whose tokens they are.
        model: Of token ids, from `whole`.
    """

    encoder: Encoder
    model: Model

    @property
    def __name__(self) -> str:
        """What it is called in reports."""
        return str(self.model.name)

    def __call__(self, texts: Sequence[str] | NDArray[np.str_]) -> NDArray[np.float32]:
        """Return (n, 2) probabilities; of an empty text as well."""
        tokens = self.encoder.tokens(texts)
        said = np.empty((len(tokens), 2), dtype=np.float32)
        for rows in by_length([len(each) for each in tokens], size=_AT_ONCE):
            said[rows] = self.model.predict_on_batch(inputs([tokens[row] for row in rows]))
        return said


def _head(width: int) -> Model:
    import keras

    return keras.Sequential([keras.Input((width,)), keras.layers.Dense(2, activation="softmax")])


def _kept(numbers: Shape, *, rank: int, stored: str) -> Model:
    if rank:
        return factors(numbers, first=FIRST, rank=rank, stored=stored)
    return top(numbers, first=FIRST, stored=stored)
