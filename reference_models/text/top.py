"""The upper layers of a BERT, of Keras' own layers, with means over the words and classes at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_models.task import Model
from reference_models.text.encoder import Shape

__all__ = ["LINEAR", "factors", "fill", "merge", "pooled_width", "take", "top"]

# The dense layers of a transformer layer, each with the widths that it goes from and to.
LINEAR = {
    "query": ("width", "width"),
    "key": ("width", "width"),
    "value": ("width", "width"),
    "output": ("width", "width"),
    "up": ("width", "inner"),
    "down": ("inner", "width"),
}
_CLASSES = 2


def top(
    shape: Shape, *, first: int, read: int = 1, rank: int = 0, dropout: float = 0.0, stored: str = "float32"
) -> Model:
    """Return the layers from `first` on: (n, steps, width) states and their (n, steps) mask to probabilities.

    Padding takes part neither in the attention nor in the means. With a rank, each dense layer has a
    product of two thin matrices beside it, and only these learn (LoRA).

    Args:
        shape: Of the whole network.
        first: Layers below, which are left out.
        read: How many of the last layers the classes are told by, their means over the words side by side.
            Of a frozen network more than one: what those in the middle know of an opinion, the last has
            given up for what it was trained for.
        rank: Of the products; 0 for none, and all layers learn.
        dropout: Share of what each half layer adds that is dropped while it learns.
        stored: The type of the weights; float16 takes half the room and is for keeping.

    References:
        Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
        NAACL 2019, arXiv:1810.04805, section 5.3, for the last four layers side by side; Hu et al., "LoRA:
        Low-Rank Adaptation of Large Language Models", ICLR 2022, arXiv:2106.09685.
    """
    import keras

    layers, ops = keras.layers, keras.ops
    states = keras.Input((None, shape.width), name="states")
    mask = keras.Input((None,), name="mask")
    seen = ops.expand_dims(mask, (1, 2)) > 0

    def linear(x: Any, name: str) -> Any:
        units = getattr(shape, LINEAR[name.split("_", maxsplit=1)[0]][1])
        y = layers.Dense(units, trainable=not rank, dtype=stored, name=name)(x)
        if not rank:
            return y
        thin = layers.Dense(rank, use_bias=False, kernel_initializer="he_uniform", name=f"{name}_a")(x)
        # Zero: it begins as the network was.
        return y + layers.Dense(units, use_bias=False, kernel_initializer="zeros", name=f"{name}_b")(thin)

    def heads(x: Any) -> Any:
        return layers.Reshape((-1, shape.heads, shape.width // shape.heads))(x)

    def norm(x: Any, name: str) -> Any:
        return layers.LayerNormalization(epsilon=1e-12, trainable=not rank, dtype=stored, name=name)(x)

    x = states
    outputs = [states]
    for number in range(first, shape.layers):
        query, key, value = (heads(linear(x, f"{name}_{number}")) for name in ("query", "key", "value"))
        attended = layers.Reshape((-1, shape.width))(ops.dot_product_attention(query, key, value, mask=seen))
        x = norm(x + layers.Dropout(dropout)(linear(attended, f"output_{number}")), f"attention_norm_{number}")
        inner = ops.gelu(linear(x, f"up_{number}"), approximate=True)
        x = norm(x + layers.Dropout(dropout)(linear(inner, f"down_{number}")), f"norm_{number}")
        outputs.append(x)
    weights = ops.expand_dims(mask, -1)
    sums = ops.sum(ops.concatenate(outputs[-read:], axis=-1) * weights, axis=1)
    pooled = layers.Identity(name="pooled")(sums / ops.maximum(ops.sum(weights, axis=1), 1.0))
    classes = layers.Dense(_CLASSES, activation="softmax", dtype=stored, name="classes")
    return keras.Model([states, mask], classes(layers.Dropout(dropout)(pooled)), name="top")


def pooled_width(shape: Shape, *, first: int, read: int) -> int:
    """Return how many numbers the classes of `top` are told by."""
    return shape.width * min(read, shape.layers - first + 1)


def fill(model: Model, backbone: Model, *, first: int) -> Model:
    """Return the upper layers with the weights that a backbone of KerasHub has for them; not the classes'."""
    for number in range(first, backbone.num_layers):
        for name, weights in _weights(backbone.get_layer(f"transformer_layer_{number}")):
            layer = model.get_layer(f"{name}_{number}")
            layer.set_weights([one.reshape(own.shape) for one, own in zip(weights, layer.weights, strict=True)])
    return model


def factors(shape: Shape, *, first: int, rank: int, stored: str = "float32") -> Model:
    """Return the thin matrices and the classes alone, as a model: what is kept of a network tuned with LoRA.

    Args:
        shape: Of the whole network.
        first: Layers below those that were tuned.
        rank: Of the products.
        stored: The type of the weights; float16 takes half the room and is for keeping.
    """
    import keras

    layers = keras.layers
    wide = {name: keras.Input((getattr(shape, name),), name=name) for name in ("width", "inner")}
    ends = {}
    for name in (f"{kind}_{number}" for number in range(first, shape.layers) for kind in LINEAR):
        came, goes = LINEAR[name.split("_")[0]]
        thin = layers.Dense(rank, use_bias=False, dtype=stored, name=f"{name}_a")(wide[came])
        ends[name] = layers.Dense(getattr(shape, goes), use_bias=False, dtype=stored, name=f"{name}_b")(thin)
    ends["classes"] = layers.Dense(_CLASSES, activation="softmax", dtype=stored, name="classes")(wide["width"])
    return keras.Model(wide, ends, name="factors")


def take(kept: Model, tuned: Model) -> Model:
    """Return what is kept of a tuned network, from `factors` or `top`, with the values that it has there."""
    for layer in kept.layers:
        if layer.weights:
            layer.set_weights(tuned.get_layer(layer.name).get_weights())
    return kept


def merge(model: Model, kept: Model) -> Model:
    """Return the upper layers, filled before, as a tuned network has them.

    Args:
        model: From `top`.
        kept: What was kept of it: thin matrices, whose products are added, or the layers themselves.
    """
    found = {layer.name: [each.astype("float32") for each in layer.get_weights()] for layer in kept.layers}
    for layer in model.layers:
        if found.get(layer.name):
            layer.set_weights(found[layer.name])
        elif f"{layer.name}_a" in found:
            kernel, bias = layer.get_weights()
            (thin,), (wide,) = (found[f"{layer.name}_{end}"] for end in "ab")
            layer.set_weights([kernel + thin @ wide, bias])
    return model


def _weights(layer: Any) -> Iterator[tuple[str, list[Any]]]:
    # KerasHub gives no other names to the parts of a layer.
    attention = layer._self_attention_layer  # noqa: SLF001 - no public name
    yield "query", attention.query_dense.get_weights()
    yield "key", attention.key_dense.get_weights()
    yield "value", attention.value_dense.get_weights()
    yield "output", attention.output_dense.get_weights()
    yield "attention_norm", layer._self_attention_layer_norm.get_weights()  # noqa: SLF001 - no public name
    yield "up", layer._feedforward_intermediate_dense.get_weights()  # noqa: SLF001 - no public name
    yield "down", layer._feedforward_output_dense.get_weights()  # noqa: SLF001 - no public name
    yield "norm", layer._feedforward_layer_norm.get_weights()  # noqa: SLF001 - no public name
