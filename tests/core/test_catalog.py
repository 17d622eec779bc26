from __future__ import annotations

from pathlib import Path

import pytest

from pytest_robust.attacks import PGD
from pytest_robust.core.catalog import Catalog, file_name
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.perturbation import Perturbation

FILES = {
    "__init__.py": "from abc import ABC, abstractmethod\nclass Tool(ABC):\n    @abstractmethod\n    def use(self): ...\n",
    "big_saw.py": "from fake_room import Tool\n__all__ = ['BigSaw', 'Tool', 'LENGTH']\nLENGTH = 3\n"
    "class BigSaw(Tool):\n    def use(self): ...\n",
    "_shared.py": "raise RuntimeError('never imported')\n",
    "nested/__init__.py": "",
    "nested/axe.py": "from fake_room import Tool\n__all__ = ['AXE_WEIGHT', 'Axe', 'Hatchet']\nAXE_WEIGHT = 1\n"
    "class Axe(Tool):\n    def use(self): ...\nclass Hatchet(Axe): ...\n",
    "wrong.py": "from fake_room import Tool\n__all__ = ['Right']\nclass Right(Tool):\n    def use(self): ...\n",
}


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """A room of a package made here, with two files, one of them misnamed, and a folder."""
    for name, text in FILES.items():
        path = tmp_path / "fake_room" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("fake_room", *(f"fake_room.{word}" for word in ("big_saw", "nested", "nested.axe", "wrong"))):
        monkeypatch.delitem(__import__("sys").modules, name, raising=False)
    return Catalog(room="fake_room", interface=__import__("fake_room").Tool)


def distribution(folder: Path, entries: str) -> None:
    info = folder / "other_tools-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-tools\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[fake_room]\n{entries}\n")


@pytest.mark.parametrize(
    ("name", "file"), [("GaussianNoise", "gaussian_noise"), ("PGD", "pgd"), ("FGSM", "fgsm"), ("Flip", "flip")]
)
def test_a_class_lives_in_the_file_of_its_name(name: str, file: str) -> None:
    assert file_name(name) == file


def test_every_file_of_the_room_and_its_folders_is_a_member_but_private_ones(room: Catalog) -> None:
    assert room.names() == ("axe", "big_saw", "wrong")
    assert room.load("big_saw").__name__ == "BigSaw"
    assert room.load("axe").__name__ == "Axe"


def test_an_unknown_name_is_answered_with_the_nearest_and_all(room: Catalog) -> None:
    with pytest.raises(
        InvalidArgument, match="'big_sav' is not among fake_room: axe, big_saw, wrong; did you mean 'big_saw'"
    ):
        room.load("big_sav")
    with pytest.raises(InvalidArgument, match="is not among fake_room: axe, big_saw, wrong$"):
        room.load("zzzzzzz")


def test_a_file_without_a_class_of_its_name_is_refused(room: Catalog) -> None:
    with pytest.raises(
        InvalidArgument, match=r"fake_room\.wrong must hold one Tool named after it, and exports \['Right'\]"
    ):
        list(room)


def test_other_distributions_add_members_by_entry_points(room: Catalog, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text(
        "from fake_room import Tool\n__all__ = ['Drill', 'Plane']\n"
        "class Drill(Tool):\n    def use(self): ...\nclass Plane(Tool):\n    def use(self): ...\n"
    )
    distribution(tmp_path, "drill = elsewhere\nshaver = elsewhere:Plane")
    assert room.names() == ("axe", "big_saw", "drill", "shaver", "wrong")
    assert room.load("drill").__name__ == "Drill"
    assert room.load("shaver").__name__ == "Plane"


def test_an_entry_point_to_something_else_is_refused(room: Catalog, tmp_path: Path) -> None:
    (tmp_path / "elsewhere_too.py").write_text("class Thing: ...\n")
    distribution(tmp_path, "thing = elsewhere_too:Thing")
    with pytest.raises(InvalidArgument, match="elsewhere_too:Thing must hold one Tool"):
        room.load("thing")


def test_the_attacks_are_found_without_a_list_of_them() -> None:
    attacks = Catalog(room="pytest_robust.attacks", interface=Perturbation)
    assert {"fgsm", "pgd", "uniform_noise"} <= set(attacks.names())
    assert PGD in list(attacks)
    assert all(issubclass(attack, Perturbation) for attack in attacks)
