"""The documentation names everything there is, and what it names is there."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from pytest_robust.core.catalog import Catalog
from pytest_robust.core.metric import Metric
from pytest_robust.core.perturbation import Perturbation, Transform
from pytest_robust.plugin.settings import add_options

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
TEXTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS]
_LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
# What a package is fetched from differs from place to place, so no page names it.
_REGISTRIES = ("pypi.org", "pythonhosted", "conda.anaconda", "npmjs", "ghcr.io", "docker.io")


@pytest.fixture(scope="module")
def hook():
    spec = spec_from_file_location("catalogs", ROOT / "docs" / "_hooks" / "catalogs.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _name(page):
    return str(page.relative_to(ROOT))


def _rendered(hook, *pages):
    return "\n".join(hook.on_page_markdown(page.read_text(encoding="utf-8")) for page in pages)


def test_every_flag_of_the_help_is_explained(run_pytest):
    text = run_pytest("--help").stdout.str()
    flags = set(re.findall(r"--robust-[a-z-]+", text))
    assert len(flags) > 5
    docs = "".join(page.read_text(encoding="utf-8") for page in DOCS)
    assert {flag for flag in flags if not re.search(rf"{flag}(?![a-z-])", docs)} == set()


def test_every_ini_key_is_explained():
    class Parser:
        names: list[str] = []

        def getgroup(self, *_):
            return self

        def addoption(self, *_, **__): ...

        def addini(self, name, *_, **__):
            self.names.append(name)

    parser = Parser()
    add_options(parser)
    assert len(parser.names) > 5
    text = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    assert [name for name in parser.names if name not in text] == []


@pytest.mark.parametrize(
    ("room", "interface"), [("attacks", Perturbation), ("transforms", Transform), ("metrics", Metric)]
)
def test_every_member_of_a_catalog_is_in_the_docs(hook, room, interface):
    catalog = Catalog(room=f"pytest_robust.{room}", interface=interface)
    docs = _rendered(hook, *DOCS)
    members = [(name, catalog.load(name)) for name in catalog.names()]
    own = [(name, member) for name, member in members if member.__module__.startswith("pytest_robust.")]
    assert own
    for name, member in own:
        assert f"`{name}`" in docs or f"robust.{name}(" in docs, name
        assert f"::: {member.__module__}.{member.__name__}" in docs, member


def test_every_measurement_is_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    names = Catalog(room="pytest_robust.metrics", interface=Metric).names()
    assert [name for name in names if f"{name}(" not in text] == []


def test_every_reporter_is_in_the_docs():
    from pytest_robust.reporting import Reporter

    names = Catalog(room="pytest_robust.reporting", interface=Reporter).names()
    text = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    assert [name for name in names if f"`{name}`" not in text and name != "terminal"] == []


@pytest.mark.parametrize("page", TEXTS, ids=_name)
def test_no_page_names_the_host_of_a_registry_or_a_place_on_a_machine(page):
    text = page.read_text(encoding="utf-8")
    assert [host for host in _REGISTRIES if host in text] == []
    assert re.findall(r"(?<![\w.~])/(?:home|root|tmp|work|Users)/\S*", text) == []


@pytest.mark.parametrize("page", TEXTS, ids=_name)
def test_relative_links_lead_somewhere(page):
    links = [link for link in _LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor and target.suffix == ".md":
            assert anchor in _anchors(target), link


def test_the_site_leads_to_every_page():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert [page for page in DOCS if str(page.relative_to(ROOT / "docs")) not in navigation] == []


def _anchors(page):
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", head.lower()).strip()) for head in heads}


def test_every_image_transform_has_a_picture_before_and_after():
    spec = spec_from_file_location("gallery", ROOT / "docs" / "_hooks" / "gallery.py")
    gallery = module_from_spec(spec)
    spec.loader.exec_module(gallery)
    table = gallery.on_page_markdown("<!-- gallery: image -->")
    members = list(Catalog(room="pytest_robust.transforms", interface=Transform))
    shown = {member.__name__ for member in members if ".image." in member.__module__}
    assert len(shown) > 15
    assert {name for name in shown if f"| `{name}` | ![" not in table} == set()
    rotated = gallery._changed(
        gallery._strengths(dict(gallery._of("image"))["rotate"])[0], gallery._photo(), gallery.Bounds(0, 1)
    )
    assert gallery._png(rotated[0]) != gallery._png(gallery._photo()[0])
    assert "<!-- gallery: image -->" in (ROOT / "docs" / "transforms.md").read_text(encoding="utf-8")


def test_every_table_transform_has_a_row_in_which_it_shows():
    spec = spec_from_file_location("gallery", ROOT / "docs" / "_hooks" / "gallery.py")
    gallery = module_from_spec(spec)
    spec.loader.exec_module(gallery)
    _, _, before, *rows = gallery.on_page_markdown("<!-- gallery: tabular -->").splitlines()
    assert "**" not in before
    members = list(Catalog(room="pytest_robust.transforms", interface=Transform))
    shown = {member.__name__ for member in members if ".tabular." in member.__module__}
    assert {row.split("`")[1].partition("(")[0] for row in rows if "**" in row} == shown
    assert "<!-- gallery: tabular -->" in (ROOT / "docs" / "transforms.md").read_text(encoding="utf-8")
