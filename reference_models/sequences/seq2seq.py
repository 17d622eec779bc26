"""An encoder that reads a sentence from both sides, and a decoder that looks at it while it writes."""

from __future__ import annotations

from reference_models.sequences.pieces import Pieces, with_lookup
from reference_models.task import Family, Model

__all__ = ["encoder_and_decoder"]


def encoder_and_decoder(source: Pieces, target: Pieces, *, width: int, units: int, dropout: float) -> Family:
    """Return an encoder and a decoder with attention, whose vocabularies are layers of theirs.

    Each is a layer that looks pieces up and a core that works on their numbers:

        encoder: (n, s) pieces -> memory (n, s, units), state (n, units), cell (n, units)
        decoder: (n, t) previous pieces, memory, (n, s) numbers of the source, state, cell
                 -> logits (n, t, target), state, cell, attention (n, t, s)

    The attention's question is the decoder's own state after the previous piece, so it looks elsewhere at each step;
    one that asks with the encoder's state alone looks at the same place all the time. The decoder takes any number of
    steps: all of a sentence at once where the answer is known, to learn from, and one at a time to write.

    Args:
        source: What the encoder knows.
        target: What the decoder knows.
        width: Numbers a piece is embedded in.
        units: Numbers of the decoder's state, even.
        dropout: Of embeddings and of what the decoder says its word from.

    References:
        Luong, Pham and Manning, "Effective Approaches to Attention-based Neural Machine Translation", EMNLP 2015,
        arXiv:1508.04025: global attention, "general" score.
    """
    encoder_core = _encoder(len(source), width, units, dropout)
    decoder_core = _decoder(len(target), width, units, dropout)
    return {
        "encoder": with_lookup(encoder_core, source, name="encoder"),
        "decoder": with_lookup(decoder_core, target, name="decoder"),
    }


def _encoder(known: int, width: int, units: int, dropout: float) -> Model:
    import keras

    layers = keras.layers
    numbers = keras.Input((None,), dtype="int32", name="numbers")
    # Zero fills a sentence up: the recurrence passes over it, and both its ends are the sentence's own.
    embedded = layers.Embedding(known, width, mask_zero=True)(numbers)
    embedded = layers.Dropout(dropout)(embedded)
    read, *ends = layers.Bidirectional(layers.LSTM(units // 2, return_sequences=True, return_state=True))(embedded)
    # A word is also what it is by itself: a name or a digit is found again in company that it never had.
    memory = read + layers.Dense(units, use_bias=False, name="word")(embedded)
    state = layers.Dense(units, activation="tanh", name="state")(layers.Concatenate()([ends[0], ends[2]]))
    cell = layers.Dense(units, name="cell")(layers.Concatenate()([ends[1], ends[3]]))
    return keras.Model(numbers, [memory, state, cell], name="reads")


def _decoder(known: int, width: int, units: int, dropout: float) -> Model:
    import keras

    layers, ops = keras.layers, keras.ops
    previous = keras.Input((None,), dtype="int32", name="previous")
    memory = keras.Input((None, units), name="memory")
    source = keras.Input((None,), dtype="int32", name="source")
    before = [keras.Input((units,), name="state"), keras.Input((units,), name="cell")]
    embedded = layers.Dropout(dropout)(layers.Embedding(known, width, mask_zero=True)(previous))
    states, state, cell = layers.LSTM(units, return_sequences=True, return_state=True)(embedded, initial_state=before)
    question = layers.Dense(units, use_bias=False, name="question")(states)
    scores = ops.matmul(question, ops.transpose(memory, (0, 2, 1)))
    # What fills the source up is looked at by nobody.
    scores = ops.where(ops.expand_dims(source != 0, 1), scores, -1e9)
    attention = ops.softmax(scores, axis=-1)
    context = ops.matmul(attention, memory)
    said = layers.Dense(units, activation="tanh", name="said")(layers.Concatenate()([context, states]))
    logits = layers.Dense(known, name="logits")(layers.Dropout(dropout)(said))
    return keras.Model([previous, memory, source, *before], [logits, state, cell, attention], name="writes")
