"""A network that says the next character of a text from all that stand before it."""

from __future__ import annotations

from reference_models.sequences.pieces import Pieces, with_lookup
from reference_models.task import Model

__all__ = ["causal_transformer"]


def causal_transformer(
    known: Pieces, *, context: int, width: int, heads: int, blocks: int, dropout: float, name: str
) -> Model:
    """Return a network of (n, t) pieces to (n, t, pieces) logits of the piece after each, t up to `context`.

    In every block each place asks those before it and itself, by several heads, and none after it. Without the mask it
    would read off what it has to say; without positions it would see a bag of characters.

    Args:
        known: The pieces.
        context: How far back it can look.
        width: Numbers a place is described by, a multiple of `heads`.
        heads: Questions each place asks at once.
        blocks: Rounds of asking.
        dropout: Of what each block adds.
        name: What it is called.

    References:
        Vaswani et al., "Attention Is All You Need", NeurIPS 2017, arXiv:1706.03762, section 3.1 the decoder;
        Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, section 2.3: normalised first.
    """
    import keras

    layers, ops = keras.layers, keras.ops
    numbers = keras.Input((None,), dtype="int32", name="numbers")
    places = ops.cumsum(ops.ones_like(numbers), axis=1) - 1
    x = layers.Embedding(len(known), width, name="piece")(numbers)
    x = x + layers.Embedding(context, width, name="place")(places)
    for number in range(blocks):
        asked = layers.LayerNormalization()(x)
        attention = layers.MultiHeadAttention(heads, width // heads, dropout=dropout, name=f"attention_{number}")
        x = x + layers.Dropout(dropout)(attention(asked, asked, use_causal_mask=True))
        wide = layers.Dense(4 * width, activation="gelu")(layers.LayerNormalization()(x))
        x = x + layers.Dropout(dropout)(layers.Dense(width)(wide))
    logits = layers.Dense(len(known), name="logits")(layers.LayerNormalization()(x))
    return with_lookup(keras.Model(numbers, logits, name="reads"), known, name=name)
