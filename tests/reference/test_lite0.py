"""EfficientNet-Lite0 with its weights from ImageNet: read without PyTorch, and the network that they were made for."""

from __future__ import annotations

import pickle
import struct
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_sample_image

from reference_models import lite0
from reference_models.pickles import unpickled
from reference_models.transfer import missing

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")
installed = pytest.mark.skipif(bool(missing()), reason=missing() or "installed")

# Of ImageNet's 1,000.
PALACE, DAISY = 698, 985


@pytest.fixture(scope="module")
def weights() -> dict[str, np.ndarray]:
    path = lite0.installed_file()
    assert path is not None
    return lite0.read_pth(path)


def square(name: str, side: int) -> np.ndarray:
    image = Image.fromarray(load_sample_image(name))
    middle = (image.width - image.height) // 2
    box = (middle, 0, middle + image.height, image.height)
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC, box), np.float32)[None] / 255


@installed
def test_the_network_knows_a_palace_and_a_daisy(weights: dict[str, np.ndarray]) -> None:
    network = lite0.fill(lite0.network(), weights)
    for name, what in (("china.jpg", PALACE), ("flower.jpg", DAISY)):
        assert network.predict(square(name, 224), verbose=0)[0].argmax() == what
        # As it is fed by code that leaves out the preprocessing: values to 255, or from -1 to 1.
        assert network.predict(square(name, 224) * 255, verbose=0)[0].argmax() != what


@installed
def test_parts_of_the_network_one_after_the_other_are_the_network(weights: dict[str, np.ndarray]) -> None:
    whole, below, above = (
        lite0.fill(network, weights) for network in (lite0.network(), lite0.network(last=12), lite0.network(first=12))
    )
    x = square("china.jpg", 64)
    np.testing.assert_allclose(
        above.predict(below.predict(x, verbose=0), verbose=0), whole.predict(x, verbose=0), atol=1e-4
    )


def test_the_network_has_as_many_weights_as_published() -> None:
    network = lite0.network()
    # 4.7 million with the classes; timm counts the same.
    assert sum(int(np.prod(each.shape)) for each in network.weights) == 4_694_024
    assert not any(layer.trainable for layer in network.layers if "bn" in layer.name)
    # 3.4 million without the classes' 1,281,000.
    assert lite0.network(width=0).count_params() == 4_694_024 - 1_281_000


def test_a_layer_without_weights_is_named() -> None:
    with pytest.raises(KeyError, match="conv_stem_weight"):
        lite0.fill(lite0.network(last=0), {})


class Named:
    """Is pickled as something of PyTorch's."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Writer(pickle._Pickler):
    """Writes what PyTorch wrote: its own names, and references to storages."""

    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, Named):
            self.write(f"c{obj.module}\n{obj.name}\n".encode())
        else:
            super().save(obj, save_persistent_id)

    def persistent_id(self, obj: Any) -> Any:
        return obj.reference if isinstance(obj, Storage) else None


class Storage:
    def __init__(self, key: str, size: int) -> None:
        self.reference = ("storage", Named("torch", "FloatStorage"), key, "cpu", size, None)


class Tensor:
    def __init__(self, *arguments: Any) -> None:
        self.arguments = arguments

    def __reduce__(self) -> Any:
        raise AssertionError


class Torch(Writer):
    def save(self, obj: Any, save_persistent_id: bool = True) -> None:
        if isinstance(obj, Tensor):
            super().save(Named("torch._utils", "_rebuild_tensor_v2"))
            super().save(obj.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(obj, save_persistent_id)


def write(
    path: Path, *, magic: int = 0x1950A86A20F9469CFC6C, strides: tuple[int, ...] = (1, 2), numel: int = 6
) -> Path:
    """Write a state of one tensor, the transposed of 0 to 5, as PyTorch before 1.6 did."""
    with path.open("wb") as file:
        for first in (magic, 1001, {}):
            pickle.dump(first, file, protocol=2)
        tensor = Tensor(Storage("7", 6), 0, (2, 3), strides, False, OrderedDict())
        Torch(file, protocol=2).dump({"layer.weight": tensor})
        pickle.dump(["7"], file, protocol=2)
        file.write(struct.pack("<q", numel) + np.arange(6, dtype="<f4").tobytes())
    return path


def test_a_tensor_is_read_with_its_strides(tmp_path: Path) -> None:
    arrays = lite0.read_pth(write(tmp_path / "a.pth"))
    np.testing.assert_array_equal(arrays["layer.weight"], [[0, 2, 4], [1, 3, 5]])


def test_a_tensor_outside_of_its_storage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"size \(2, 3\), strides \(3, 2\) and offset 0 lies outside"):
        lite0.read_pth(write(tmp_path / "a.pth", strides=(3, 2)))
    with pytest.raises(ValueError, match=r"storage 7 has 5 entries, and 6 are referred to"):
        lite0.read_pth(write(tmp_path / "b.pth", numel=5))


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"begins with \[1, 1001\]; pass a file of PyTorch before 1\.6"):
        lite0.read_pth(write(tmp_path / "a.pth", magic=1))
    (tmp_path / "b.pth").write_bytes(b"PK\x03\x04")
    with pytest.raises(ValueError, match=r"b\.pth is no file of PyTorch before 1\.6"):
        lite0.read_pth(tmp_path / "b.pth")


def test_a_pickle_names_what_it_may_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "pickle"
    path.write_bytes(pickle.dumps([OrderedDict(a=1), 2]))
    with path.open("rb") as file:
        assert unpickled(file, {"collections.OrderedDict": OrderedDict}) == [{"a": 1}, 2]
    with (
        path.open("rb") as file,
        pytest.raises(pickle.UnpicklingError, match=r"names collections\.OrderedDict; it may name"),
    ):
        unpickled(file, {})
    with path.open("wb") as file:
        Torch(file, protocol=2).dump(Storage("1", 2))
    with path.open("rb") as file, pytest.raises(pickle.UnpicklingError, match="refers to .* outside of it"):
        unpickled(file, {"torch.FloatStorage": float})


@installed
def test_pytorch_is_not_imported_for_it(weights: dict[str, np.ndarray]) -> None:
    assert len(weights) == 247
    assert "torch" not in sys.modules
