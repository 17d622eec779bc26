"""A picture that a test adds to the report."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from pytest_robust.core.errors import InvalidData
from pytest_robust.core.figure import Figure


def encoded(form: str) -> str:
    stream = BytesIO()
    Image.new("RGB", (2, 2)).save(stream, form)
    return b64encode(stream.getvalue()).decode()


def test_a_picture_in_webp_is_accepted() -> None:
    # To accept is not to raise; each change of it below is refused.
    Figure(title="black", width=2, height=2, webp=encoded("WEBP")).check()


@pytest.mark.parametrize(
    "changed",
    [
        {"webp": encoded("PNG")},
        {"webp": ""},
        {"webp": '" onerror="alert(1)'},
        {"webp": None},
        {"webp": "Größe"},
        {"width": 0},
        {"height": "2"},
    ],
)
def test_what_is_no_picture_is_refused_and_named(changed: dict[str, Any]) -> None:
    figure = replace(Figure(title="black", width=2, height=2, webp=encoded("WEBP")), **changed)
    with pytest.raises(InvalidData, match="the figure 'black' is no picture"):
        figure.check()
