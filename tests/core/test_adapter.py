from __future__ import annotations

from pathlib import Path

import pytest

from pytest_robust.core.adapter import Adapter
from pytest_robust.core.errors import InvalidData, InvalidModel


class Silent(Adapter):
    """An adapter of a framework that can do nothing."""


def test_what_an_adapter_leaves_out_is_refused_with_the_native_type() -> None:
    with pytest.raises(InvalidModel, match="complex is not a model that can be asked"):
        Silent().adapt(1j)
    with pytest.raises(InvalidModel, match=r"model\.bin: no way to load it"):
        Silent().load(Path("model.bin"))
    with pytest.raises(InvalidData, match="complex is not a container of examples"):
        Silent().read(1j)
    assert (Silent.files, Silent.runs_code) == ((), False)
