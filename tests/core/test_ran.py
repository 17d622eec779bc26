"""What of a session was run."""

from __future__ import annotations

import json
from dataclasses import asdict

from pytest_robust.core.ran import Ran


def test_what_is_lacking_is_told_in_sentences():
    assert Ran(tests=("a",), failed=("a",)).lacking == ()
    assert Ran(left_out=("b",)).lacking == ("1 test was deselected",)
    assert Ran(left_out=("b", "c"), limits=("only some tests were asked for: --lf",), shard="1/4").lacking == (
        "2 tests were deselected",
        "only some tests were asked for: --lf",
        "only shard 1/4 of the examples was looked at",
    )


def test_it_comes_back_from_json():
    ran = Ran(tests=("a",), left_out=("b",), limits=("c",), failed=("a",), shard="1/4")
    assert Ran.from_dict(json.loads(json.dumps(asdict(ran)))) == ran
