from __future__ import annotations

import pytest

from pytest_robust.core.progress import SILENT, Progress, Silent, Watcher


def test_who_names_no_watcher_is_told_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert isinstance(SILENT, Watcher)
    with SILENT.check("accuracy"):
        SILENT.decided(Progress(decided=1, total=2, robust=0.5, may_stop=True))
        SILENT.asked()
    assert capfd.readouterr() == ("", "")


def test_the_silent_one_hides_no_error() -> None:
    with pytest.raises(KeyError), Silent().check("accuracy"):
        raise KeyError
