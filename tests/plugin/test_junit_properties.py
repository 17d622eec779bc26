"""Numbers of checks as properties of their test."""

from __future__ import annotations

import json

from pytest_robust.core.record import Record
from pytest_robust.plugin._junit_properties import properties

CHECK = Record(id="accuracy", metric="accuracy", title="accuracy", decision="PASS", reason="", op=">=", bar=0.8,
               value=1 / 3, low=0.25, high=0.4, n=50)  # fmt: skip


def told(*records):
    return properties(json.dumps([record.to_dict() for record in records]))


def test_a_number_stands_as_exactly_as_it_was_measured():
    assert dict(told(CHECK)) == {
        "robust.accuracy.decision": "PASS",
        "robust.accuracy.value": repr(1 / 3),
        "robust.accuracy.low": "0.25",
        "robust.accuracy.high": "0.4",
        "robust.accuracy.n": "50",
        "robust.accuracy.bar": ">= 0.8",
    }


def test_what_there_is_not_has_no_property_and_another_model_is_a_bar_in_words():
    bare = Record(id="accuracy", metric="accuracy", title="accuracy", decision="NO BAR", reason="")
    assert dict(told(bare)) == {"robust.accuracy.decision": "NO BAR", "robust.accuracy.n": "0"}
    beside = Record(**{**CHECK.__dict__, "bar_of": "accuracy of old - 0.01"})
    assert dict(told(beside))["robust.accuracy.bar"] == ">= accuracy of old - 0.01"


def test_the_same_measurement_twice_is_told_apart():
    names = [name for name, _ in told(CHECK, CHECK, CHECK)]
    assert len(names) == len(set(names)) == 18
    assert "robust.accuracy#3.value" in names
