"""Chroma subsampling against the matrices of YCbCr and against a JPEG file."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from pytest_robust import UNBOUNDED, Between, Bounds, InvalidArgument
from pytest_robust.transforms import Chroma410, Chroma420, Chroma422, ChromaSubsampling

# ITU-T T.871: luma and the two chroma of full range.
YCBCR = np.array([[0.299, 0.587, 0.114], [-0.299 / 1.772, -0.587 / 1.772, 0.5], [0.5, -0.587 / 1.402, -0.114 / 1.402]])
SCHEMES = [(Chroma422(), 1, 2), (Chroma420(), 2, 2), (Chroma410(), 2, 4)]


def _subsampled(image: Any, down: int, across: int) -> Any:
    """Return one (height, width, 3) image whose chroma went down to cells and up again."""
    height, width, _ = image.shape
    luma, *chroma = np.moveaxis(image.astype(np.float64) @ YCBCR.T, -1, 0)
    shown = []
    for plane in chroma:
        whole = np.pad(plane, ((0, -height % down), (0, -width % across)), mode="edge")
        rows, columns = whole.shape[0] // down, whole.shape[1] // across
        cells = whole.reshape(rows, down, columns, across).mean(axis=(1, 3))
        places = np.meshgrid(
            (np.arange(height) + 0.5) / down - 0.5, (np.arange(width) + 0.5) / across - 0.5, indexing="ij"
        )
        shown.append(ndimage.map_coordinates(cells, places, order=1, mode="nearest"))
    return np.stack([luma, *shown], axis=-1) @ np.linalg.inv(YCBCR).T


@pytest.mark.parametrize(("scheme", "down", "across"), SCHEMES, ids=str)
@pytest.mark.parametrize("size", [(9, 12), (8, 8), (7, 5), (1, 1), (2, 3)], ids=str)
def test_the_chroma_of_cells_is_averaged_and_interpolated(
    scheme: Any, down: int, across: int, size: Any, change: Any
) -> None:
    x = np.random.default_rng(0).random((4, *size, 3), dtype=np.float32)
    expected = [_subsampled(image, down, across) for image in x]
    np.testing.assert_allclose(change(ChromaSubsampling(scheme=scheme), x, bounds=UNBOUNDED), expected, atol=1e-5)


def test_a_jpeg_file_of_best_quality_has_the_same_colours(change: Any) -> None:
    # Smooth colours of middling strength, so that none is clipped.
    noise = np.random.default_rng(0).normal(size=(32, 48, 3))
    x = np.clip(128 + 300 * ndimage.gaussian_filter(noise, (2, 2, 0)), 40, 215).astype(np.uint8)
    for subsampling, scheme in ((1, Chroma422()), (2, Chroma420())):
        file = BytesIO()
        Image.fromarray(x).save(file, "JPEG", quality=100, subsampling=subsampling)
        decoded = np.asarray(Image.open(file), dtype=np.float32)
        ours = change(ChromaSubsampling(scheme=scheme), x[None], bounds=Bounds(0, 255))[0]
        # The file rounds luma, chroma and the result to whole levels, and its transform.
        assert np.abs(decoded - ours).mean() < 0.75
        assert np.abs(decoded - ours).max() < 4
        # What the chroma loses is more than that.
        assert np.abs(ours - x).mean() > 1.5


@pytest.mark.parametrize(("scheme", "down", "across"), SCHEMES, ids=str)
def test_luma_stays(scheme: Any, down: int, across: int, photos: Any, change: Any) -> None:
    coarser = change(ChromaSubsampling(scheme=scheme), photos, bounds=UNBOUNDED)
    np.testing.assert_allclose(coarser @ YCBCR[0], photos @ YCBCR[0], atol=1e-6)


@pytest.mark.parametrize("scheme", [scheme for scheme, _, _ in SCHEMES], ids=repr)
def test_what_is_grey_or_plain_stays(scheme: Any, change: Any) -> None:
    random = np.random.default_rng(0)
    grey = np.repeat(random.random((3, 7, 9, 1), dtype=np.float32), 3, axis=3)
    assert np.array_equal(change(ChromaSubsampling(scheme=scheme), grey), grey)
    plain = np.broadcast_to(random.random((5, 1, 1, 3), dtype=np.float32), (5, 7, 9, 3))
    np.testing.assert_allclose(change(ChromaSubsampling(scheme=scheme), plain), plain, atol=1e-6)


def test_a_larger_cell_takes_more_detail_of_the_colours(photos: Any, change: Any) -> None:
    taken = [
        np.abs(change(ChromaSubsampling(scheme=scheme), photos, bounds=UNBOUNDED) - photos).mean()
        for scheme, _, _ in SCHEMES
    ]
    assert taken == sorted(taken)


def test_half_a_share_is_halfway(photos: Any, change: Any) -> None:
    half, whole = (change(ChromaSubsampling(share=share), photos, bounds=UNBOUNDED) for share in (0.5, 1.0))
    np.testing.assert_allclose(half, (photos + whole) / 2, atol=1e-6)
    assert np.array_equal(change(ChromaSubsampling(share=0), photos), photos)


@pytest.mark.parametrize("scheme", ["4:2:0", 420, Chroma420, None])
def test_a_scheme_by_name_is_refused_with_the_values_to_write(scheme: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"Chroma422\(\), Chroma420\(\) or Chroma410\(\)"):
        ChromaSubsampling(scheme=scheme)


@pytest.mark.parametrize("share", [1.5, -0.1, Between(0, 2), float("nan"), "0.5"])
def test_an_impossible_share_is_refused(share: Any) -> None:
    with pytest.raises(InvalidArgument, match="share="):
        ChromaSubsampling(share=share)


def test_a_milder_subsampling_is_a_share_of_it() -> None:
    assert ChromaSubsampling().scaled(0.5) == ChromaSubsampling(share=0.5)
    assert ChromaSubsampling.strongest() == ChromaSubsampling()
