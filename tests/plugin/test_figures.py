"""What tests draw is on the page."""

from __future__ import annotations

import json

SUITE = """
    import numpy as np
    import pytest
    RAMP = np.linspace(0, 1, 64).reshape(8, 8)
    def test_second(robust):
        assert robust.accuracy() >= 0.5
        robust.figure(RAMP, "A <ramp>")
    @pytest.mark.parametrize("turn", [1, 2])
    def test_first(robust, turn):
        robust.figure(RAMP, "Drawn twice")
        robust.figure(np.rot90(RAMP, turn), "Drawn twice")
"""


def figures(project):
    return json.loads((project.path / ".robust/report.json").read_text())["figures"]


def test_figures_are_on_the_page_with_their_words_and_their_tests(project) -> None:
    project.makepyfile(test_draws=SUITE)
    assert project.run("--robust-report").ret == 0
    page = (project.path / ".robust/report.html").read_text()
    assert page.count('<img src="data:image/webp;base64,') == 3
    assert 'alt="A &lt;ramp&gt;"' in page
    assert "<code>test_draws.py::test_first[2]</code>" in page
    found = figures(project)
    assert [(one["nodeid"], one["title"]) for one in found] == [
        ("test_draws.py::test_first[1]", "Drawn twice"),
        ("test_draws.py::test_first[2]", "Drawn twice"),
        ("test_draws.py::test_second", "A <ramp>"),
    ]
    # The second of a title took the place of the first.
    assert len({one["webp"] for one in found}) == 3


def test_figures_travel_from_workers(project) -> None:
    project.makepyfile(test_draws=SUITE)
    project.run("--robust-report")
    alone = figures(project)
    project.run("--robust-report", "-n", "2")
    assert figures(project) == alone
    assert len(alone) == 3


def test_the_history_does_not_keep_figures(project) -> None:
    project.makepyfile(test_draws=SUITE)
    project.run("--robust-report")
    (kept,) = (project.path / ".robust/runs").glob("*.json")
    assert json.loads(kept.read_text())["figures"] == []


def test_a_session_that_only_draws_has_a_page(project) -> None:
    project.makepyfile(test_draws=SUITE)
    project.run("--robust-report", "-k", "first")
    assert (project.path / ".robust/report.html").read_text().count("<img src=") == 2


def test_nothing_is_drawn_where_no_report_is_asked_for_but_mistakes_are_told(project) -> None:
    project.makepyfile(
        """
        import numpy as np
        class Costly:
            def get_figwidth(self):
                return 5
            def savefig(self, *args, **kwargs):
                raise AssertionError("drawn")
        def test_costly(robust):
            robust.figure(Costly(), "costly")
        def test_wrong(robust):
            robust.figure(np.zeros(3), "wrong")
        """
    )
    result = project.run()
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*InvalidArgument: a ndarray of shape (3,) is no figure; pass a matplotlib Figure*"])
    project.run("--robust-report", "-k", "costly").stdout.fnmatch_lines(["*AssertionError: drawn"])


def test_a_figure_outside_of_a_test_belongs_to_none(project) -> None:
    project.makepyfile(
        """
        import numpy as np
        import pytest
        from pytest_robust.plugin.running import RUNNING
        @pytest.fixture(scope="session", autouse=True)
        def early(robust):
            token = RUNNING.set(None)
            robust.figure(np.zeros((2, 2)), "early")
        def test_it(): pass
        """
    )
    project.run().stdout.fnmatch_lines(["*the figure 'early' belongs to no test: call robust.figure inside a test*"])
