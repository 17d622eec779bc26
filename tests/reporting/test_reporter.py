"""The folder is the registry."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from pytest_robust import reporting
from pytest_robust.core.catalog import Catalog
from pytest_robust.reporting import Reporter

if TYPE_CHECKING:
    from conftest import Runs

CATALOG: Catalog[Reporter] = Catalog(room="pytest_robust.reporting", interface=Reporter)


def test_every_format_is_found_by_the_word_that_users_type() -> None:
    assert set(CATALOG.names()) >= {"html", "json", "md", "terminal"}


def test_every_format_is_in_the_stub_and_every_word_of_the_stub_exists() -> None:
    assert {member.__name__ for member in CATALOG} <= set(reporting.__all__)
    assert all(getattr(reporting, word) for word in reporting.__all__)


def test_every_format_can_be_made_and_renders_any_run(runs: Runs) -> None:
    cut = runs.run(runs.record(), complete=False)
    for member in CATALOG:
        assert member.suffix.startswith(".")
        for run in (runs.of_all_kinds(), runs.hostile(), runs.run(), cut):
            assert member().render(run).endswith("\n")


def test_every_format_renders_the_same_run_the_same_way_twice(runs: Runs) -> None:
    for member in CATALOG:
        assert member().render(runs.of_all_kinds()) == member().render(runs.of_all_kinds())


def test_the_table_and_the_json_load_nothing_that_only_a_page_needs() -> None:
    code = (
        "import sys; from pytest_robust.reporting import Json, Md, Terminal, write; "
        "assert 'rich.table' in sys.modules; "
        "from pytest_robust.reporting import Html; assert 'jinja2' in sys.modules; "
        "assert 'matplotlib' not in sys.modules and 'pytest' not in sys.modules"
    )
    early = "import sys; from pytest_robust.reporting import Json, Md; assert not {'jinja2', 'PIL'} & set(sys.modules)"
    for program in (code, early):
        subprocess.run([sys.executable, "-c", program], check=True)
