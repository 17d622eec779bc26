"""Functional Keras models, taken apart at a layer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras

from pytest_robust.core.errors import InvalidModel

__all__ = ["Exchange", "behind", "functional", "path_to"]


class Exchange:
    """What stands behind the embedding layer: an input in place of what it returns.

    Args:
        padding: The token whose vectors stay what they are; None for none.
        name: What the input is called.
    """

    def __init__(self, *, padding: int | None, name: str) -> None:
        self._padding = padding
        self._name = name
        self.original: Any = None
        self.instead: Any = None

    def behind(self, layer: Any, tokens: Any) -> Any:  # noqa: ANN401 - symbolic tensors
        """Return the vectors that the model goes on with, and keep the layer's own and the input.

        Args:
            layer: The embedding layer.
            tokens: What it is asked about.

        Raises:
            InvalidModel: It does not make a vector of each token.
        """
        self.original = layer(tokens)
        if keras.tree.is_nested(tokens) or len(self.original.shape) != len(tokens.shape) + 1:
            raise InvalidModel(
                f"the layer {layer.name!r} does not make a vector of each token: name one that does, an Embedding"
            )
        self.instead = keras.Input(tuple(self.original.shape[1:]), dtype="float32", name=self._name)
        return _Exchanged(self._padding)(self.original, instead=self.instead, tokens=tokens)


class _Exchanged(keras.layers.Layer):  # type: ignore[misc]  # Keras ships no types
    """Vectors in place of others, but for padding; with the mask of those whose place they take."""

    def __init__(self, padding: int | None) -> None:
        super().__init__()
        self._padding = padding
        self.supports_masking = True

    def call(self, original: Any, *, instead: Any, tokens: Any) -> Any:  # noqa: ANN401 - tensors
        # A TextVectorization pads to the longest text of the batch at hand; the embeddings, to that of all.
        given = keras.ops.cast(instead[:, : keras.ops.shape(original)[1]], original.dtype)
        if self._padding is None:
            return given
        return keras.ops.where(keras.ops.equal(tokens, self._padding)[..., None], original, given)

    def compute_output_shape(self, original_shape: Any, **_: Any) -> Any:  # noqa: ANN401 - a shape
        return original_shape


@dataclass(frozen=True, kw_only=True)
class _Call:
    """A model, run once more, and the one call of a layer in it.

    Args:
        model: The model, of the same layers.
        arriving: What the layer was asked about.
        leaving: What it returned.
    """

    model: Any
    arriving: Any
    leaving: Any


def functional(model: Any) -> Any:  # noqa: ANN401 - a keras.Model
    """Return a model as one whose steps can be told apart.

    Raises:
        InvalidModel: It is a class of its own, or has not been built.
    """
    try:
        if isinstance(model, keras.Sequential):
            return keras.Model(model.inputs[0], model.outputs[0], name=model.name)
        return keras.Model(model.input, model.output, name=model.name)
    except (AttributeError, ValueError, TypeError, IndexError):
        raise InvalidModel(
            f"the model {model.name!r} cannot be cut open: that takes a functional model, or a sequential one that "
            "begins with a keras.Input; one with a call() of its own hides its steps"
        ) from None


def path_to(model: Any, name: str | None) -> tuple[Any, ...]:  # noqa: ANN401 - a keras.Model
    """Return an embedding layer of a functional model, behind the models that it stands in.

    Raises:
        InvalidModel: There is none, none of this name, or there are several and no name.
    """
    paths = list(_paths(model))
    embeddings = [path for path in paths if isinstance(path[-1], keras.layers.Embedding)]
    found = embeddings if name is None else [path for path in paths if path[-1].name == name]
    if len(found) == 1:
        return found[0]
    known = [path[-1].name for path in embeddings]
    if not found and not known:
        raise InvalidModel(
            f"the model {model.name!r} has no embedding layer (keras.layers.Embedding): "
            "name the layer that makes a vector of each token, with layer=..."
        )
    if not found:
        raise InvalidModel(f"layer={name!r} is none of the model's; its embedding layers are {known}")
    if name is None:
        raise InvalidModel(f"the model has the embedding layers {known}: say which, for instance layer={known[0]!r}")
    raise InvalidModel(f"{len(found)} layers are called {name!r}: give the one that embeds the tokens its own name")


def behind(model: Any, inputs: Any, path: tuple[Any, ...], exchange: Exchange) -> Any:  # noqa: ANN401 - symbolic tensors
    """Return the outputs of a functional model with the exchange behind the last layer of the path.

    Args:
        model: The model.
        inputs: What it is asked about, in its own structure.
        path: From `path_to`.
        exchange: What stands there.
    """
    call, given = _call(path[0], model), keras.tree.flatten(inputs)
    arriving = _following(call.arriving, call.model.inputs, given)
    if len(path) == 1:
        leaving = exchange.behind(path[0], arriving)
    else:
        leaving = behind(functional(path[0]), arriving, path[1:], exchange)
    starts = [*keras.tree.flatten(call.leaving), *call.model.inputs]
    return _following(call.model.output, starts, [*keras.tree.flatten(leaving), *given])


def _following(wanted: Any, starts: list[Any], given: list[Any]) -> Any:  # noqa: ANN401 - symbolic tensors
    """Return what follows from some tensors of a model as it follows from others in their place."""
    known = {id(start): one for start, one in zip(starts, given, strict=True)}
    # Where a start is itself what is wanted, no model leads there.
    missing = [each for each in keras.tree.flatten(wanted) if id(each) not in known]
    if missing:
        # Not called as a layer: a model inside another one drops the masks of what it is given, with a warning.
        found = keras.tree.flatten(keras.Model(starts, missing).call(given))
        known |= {id(each): one for each, one in zip(missing, found, strict=True)}
    return keras.tree.map_structure(lambda each: known[id(each)], wanted)


def _paths(model: Any) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - a keras.Model
    for layer in model.layers:
        yield (layer,)
        if isinstance(layer, keras.Model):
            yield from ((layer, *path) for path in _paths(layer))


def _call(layer: Any, model: Any) -> _Call:  # noqa: ANN401 - parts of Keras
    calls = []

    def call(each: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Keras'
        returned = each(*args, **kwargs)
        if each is layer:
            calls.append((args[0] if args else next(iter(kwargs.values())), returned))
        return returned

    again = keras.models.clone_model(model, clone_function=lambda each: each, call_function=call)
    if len(calls) != 1:
        raise InvalidModel(
            f"the model asks the layer {layer.name!r} {len(calls)} times: its answers cannot be exchanged one by one; "
            "give the model without the sharing"
        )
    return _Call(model=again, arriving=calls[0][0], leaving=calls[0][1])
