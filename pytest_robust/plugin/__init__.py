"""The pytest plugin: hooks, options, markers and fixtures. Nothing heavy is imported until it is used."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_robust.plugin.running import RUNNING
from pytest_robust.plugin.settings import Settings, add_options

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import TracebackType

    from pytest_robust.plugin.markers import RobustMark
    from pytest_robust.plugin.robust import Robust

_SETTINGS = pytest.StashKey[Settings]()
_MARKS: pytest.StashKey[tuple[RobustMark, ...]] = pytest.StashKey()
_MISTAKE = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the flags and ini keys."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings, and listen for records where reports arrive."""
    from pytest_robust.plugin._marker_help import HELP

    config.addinivalue_line("markers", HELP)
    settings = Settings.of(config)
    config.stash[_SETTINGS] = settings
    if settings.replay is not None:
        from pytest_robust.plugin.replay import Replay, read

        replay = Replay(settings.replay, read(settings.replay), allow_pickle=settings.policy.allow_pickle)
        config.pluginmanager.register(replay, "robust-replay")
    if settings.deadline is not None and not hasattr(config, "workerinput"):
        from pytest_robust.plugin.budget import Handover

        config.pluginmanager.register(Handover(settings.deadline), "robust-handover")
    if settings.plan:
        from pytest_robust.plugin.planning import PlanRun, PlanSession

        config.pluginmanager.register(PlanRun(), "robust-plan-run")
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(PlanSession(settings, config), "robust-plan")
        return
    gating = settings.gating
    reporting = bool(settings.report or settings.outputs or gating.wanted)
    if hasattr(config, "workerinput"):
        if reporting:
            from pytest_robust.plugin._deselected import Deselected

            config.pluginmanager.register(Deselected(), "robust-deselected")
    elif reporting or settings.annotations:
        from pytest_robust.plugin.selection import Selection
        from pytest_robust.plugin.session import Session

        selection = Selection(config, settings.policy.shard)
        config.pluginmanager.register(selection, "robust-selection")
        session = Session(settings, config.rootpath, selection)
        config.pluginmanager.register(session, "robust-session")
        if gating.wanted:
            from pytest_robust.plugin.release import Release

            config.pluginmanager.register(Release(gating, session, config), "robust-release")
        if settings.annotations:
            from pytest_robust.plugin.annotations import Annotations

            config.pluginmanager.register(Annotations(session, config.rootpath), "robust-annotations")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the checks of a `robust.toml`."""
    if file_path.name != "robust.toml":
        return None
    from pytest_robust.plugin.spec import SpecFile

    return SpecFile.of(parent, file_path, parent.config.stash[_SETTINGS])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the battery, and understand every marker before any test runs, so that a mistake costs no time."""
    settings = config.stash[_SETTINGS]
    if settings.battery:
        from pytest_robust.plugin.battery import Battery

        # Before -k and -m choose among the items; by way of the session, which counts them.
        items.extend(session.genitems(Battery.of(session, settings)))
    disabled = settings.disable
    for item in items:
        marked = item.get_closest_marker("robust") is not None
        if disabled and (marked or "robust" in getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.skip(reason="--robust-disable"))
        if marked:
            from pytest_robust.plugin.markers import marks_of

            try:
                item.stash[_MARKS] = marks_of(item)
            except pytest.UsageError as error:
                # xdist loses what a worker raises here; there the test itself fails with it.
                if not hasattr(config, "workerinput"):
                    raise
                item.stash[_MISTAKE] = str(error)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose marker has no meaning, where a usage error cannot be told."""
    mistake = item.stash.get(_MISTAKE, "")
    if mistake:
        pytest.fail(mistake, pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Remember which test is under way."""
    token = RUNNING.set(item)
    try:
        return (yield)
    finally:
        RUNNING.reset(token)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run the test's body, and the checks that its markers state."""
    marks = item.stash.get(_MARKS, ())
    if not any(mark.bars for mark in marks):
        return (yield)
    from pytest_robust.plugin.marker_checks import failures

    failed = failures(item, marks)
    try:
        result = yield
    except BaseException as error:
        for text in failed:
            error.add_note(text)
        raise
    if failed:
        pytest.fail("\n\n".join(failed), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[Any]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the records of the phase on its report, as strings."""
    if call.excinfo is not None and not item.config.getoption("fulltrace", False):
        _end_with_the_test(call.excinfo.value)
    report = yield
    collector = sys.modules.get("pytest_robust.plugin.collector")
    if collector is not None:
        # On __dict__: a TestReport carries what is put there, through xdist too.
        told = collector.drain(item)
        report.__dict__.update(told)
        if "robust_records" in told and item.config.stash[_SETTINGS].junit_properties:
            from pytest_robust.plugin._junit_properties import properties

            numbers = properties(told["robust_records"])
            # JUnit's file takes them from the last phase, whose report copies the item's.
            item.user_properties += numbers
            report.user_properties += numbers
    return report


def _end_with_the_test(error: BaseException) -> None:
    """Cut from an error of this package the calls inside it: its message says what is wrong with the test."""
    errors = sys.modules.get("pytest_robust.core.errors")
    if errors is None or not isinstance(error, errors.RobustError):
        return
    package = str(Path(__file__).parent.parent)
    links: list[TracebackType] = []
    link = error.__traceback__
    while link is not None:
        links.append(link)
        link = link.tb_next
    files = [link.tb_frame.f_code.co_filename for link in links]
    # The hooks of these stand around every test.
    hooks = {__file__, str(Path(__file__).with_name("planning.py"))}
    inside = [name.startswith(package) and name not in hooks for name in files]
    # What the package called of the project's own, such as a criterion, comes last and is shown.
    if any(inside) and inside[-1]:
        links[inside.index(True) - 1].tb_next = None


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Explain a failed comparison: what was measured, the bar, why, what to try."""
    measurement = sys.modules.get("pytest_robust.gates.measurement")
    if measurement is None or op not in {">=", ">", "<=", "<"}:
        return None
    for side in (left, right):
        measured = side.measurement if isinstance(side, measurement.Shifted) else side
        if isinstance(measured, measurement.Measurement) and measured.verdict is not None:
            explanation: list[str] = measured.verdict.explanation.splitlines()
            return explanation
    return None


# Not named after the fixture: that name becomes the module's, once plugin/robust.py is imported.
@pytest.fixture(scope="session", name="robust")
def robust_fixture(pytestconfig: pytest.Config) -> Robust:
    """Measure robustness: `assert robust.accuracy(under=PGD(eps=8/255)) >= 0.6`.

    Measures `robust_model` on `robust_data`; `robust(model, x, y)` makes another subject.

    Example:
        def test_digits(robust):
            assert robust(model, x, y).accuracy() >= 0.97
    """
    from pytest_robust.plugin.progress import watcher_of
    from pytest_robust.plugin.robust import Robust

    return Robust(pytestconfig.stash[_SETTINGS], watcher_of(pytestconfig))


@pytest.fixture(scope="session")
def robust_model(pytestconfig: pytest.Config) -> Any:  # noqa: ANN401 - any framework's
    """The model that `robust` measures: override it in conftest.py, or --robust-model.

    Example:
        @pytest.fixture(scope="session")
        def robust_model(): return keras.models.load_model("model.keras")
    """
    if pytestconfig.stash[_SETTINGS].model is not None:
        return pytestconfig.stash[_SETTINGS].model
    raise pytest.UsageError(
        "no model to measure: define the fixture robust_model in conftest.py (it returns a model or a path), "
        "or name the model in the test: robust(model, x, y)"
    )


@pytest.fixture(scope="session")
def robust_data(pytestconfig: pytest.Config) -> Any:  # noqa: ANN401 - any form
    """The examples that `robust` measures on: override it in conftest.py, or --robust-data.

    Example:
        @pytest.fixture(scope="session")
        def robust_data(): return x_test, y_test
    """
    if pytestconfig.stash[_SETTINGS].data is not None:
        return pytestconfig.stash[_SETTINGS].data
    raise pytest.UsageError(
        "no data to measure on: define the fixture robust_data in conftest.py (it returns (x, y)), "
        "or name the data in the test: robust(model, x, y)"
    )
