"""Runs to report, made of handwritten digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from pytest_robust.core.bounds import Bounds
from pytest_robust.core.example import Example, Picture
from pytest_robust.core.figure import Figure
from pytest_robust.core.gated import Gated, GatedCheck
from pytest_robust.core.record import ClassScore, Record, Run
from pytest_robust.reporting import Html, drawn
from pytest_robust.reporting._history import Moment, Series

__all__ = ["HOSTILE", "Runs"]

HOSTILE = (
    "<script>alert(1)</script>",
    "</script></style><svg onload=alert(1)>",
    "javascript:alert(1)//'--><!--",
    '"><img src=x onerror=alert(1)>',
    "two\nlines\r\x1b[31mred\x00",
    "a|b `c` *d* _e_ [f](https://evil.example) @everyone ${{7*7}} {{7*7}}",
    "Größe 数字 \u202eLIAF",
)


@dataclass(frozen=True)
class Runs:
    """Makes records and runs."""

    digits: NDArray[np.float64]

    def picture(self, image: NDArray[Any]) -> Picture:
        """Return a picture of numbers in [0, 1]."""
        picture = Picture.of(image, Bounds(0, 1))
        assert picture is not None
        return picture

    def example(self, index: int = 0, *, eps: float = 0.1, colour: bool = False, **changes: Any) -> Example:
        """Return an example that noise has broken."""
        image = self.digits[index]
        if colour:
            image = np.stack([image, np.roll(image, 1, axis=0), np.roll(image, 2, axis=1)], axis=2)
        noise = np.random.default_rng(index).choice([-eps, eps], image.shape)
        changed = np.clip(image + noise, 0, 1)
        usual: dict[str, Any] = {
            "index": index,
            "label": str(index % 10),
            "before": str(index % 10),
            "after": str((index + 3) % 10),
            "before_score": 0.98,
            "after_score": 0.64,
            "distance": eps,
            "clean": self.picture(image),
            "changed": self.picture(changed),
        }
        return Example(**(usual | changes))

    def record(self, **changes: Any) -> Record:
        """Return a check that passed, but for what is changed."""
        usual: dict[str, Any] = {
            "id": "accuracy",
            "nodeid": "tests/test_release.py::test_release",
            "metric": "accuracy",
            "title": "accuracy",
            "decision": "PASS",
            "reason": "0.948 on all 10000 examples is at least 0.93",
            "op": ">=",
            "bar": 0.93,
            "value": 0.948,
            "low": 0.932,
            "high": 0.960,
            "n": 1000,
            "total": 10000,
            "method": "clopper-pearson",
            "queries": 1000,
            "seconds": 0.41,
            "model": "digits.keras",
            "data": "9f2c41aa07d3",
        }
        return Record(**(usual | changes))

    def attacked(self, name: str, eps: float, value: float, **changes: Any) -> Record:
        """Return a check under an attack."""
        usual: dict[str, Any] = {
            "id": f"accuracy-{name.lower()}-{eps}",
            "title": f"accuracy under {name}(eps={eps})",
            "under": f"{name}(eps={eps})",
            "family": f"{name}()",
            "level": eps,
            "value": value,
            "low": max(0.0, value - 0.03),
            "high": min(1.0, value + 0.03),
            "gradients": 40000,
            "queries": 2000,
            "seconds": 73.0,
        }
        return self.record(**(usual | changes))

    def run(self, *records: Record, **changes: Any) -> Run:
        """Return a run of these checks."""
        usual: dict[str, Any] = {
            "created": "2026-11-23T21:59:03+00:00",
            "tool": "pytest-robust 0.1.0",
            "environment": {"python": "3.11.9", "platform": "Linux-6.1-x86_64", "keras": "3.12.0", "numpy": "2.3.4"},
            "settings": {"claim": "dataset", "confidence": "0.95", "error": "0.001", "seed": "0"},
        }
        return Run(**(usual | changes), records=records)

    def of_all_kinds(self) -> Run:
        """Return a run with every decision, pictures, text, curves and checks that measured nothing."""
        return self.run(
            self.record(),
            self.attacked("PGD", 0.02, 0.881, op=">=", bar=0.8, reason="0.881 is at least 0.8"),
            self.attacked("PGD", 0.05, 0.702, op=">=", bar=0.6, reason="0.702 is at least 0.6", n=176),
            self.attacked(
                "PGD",
                0.1,
                0.412,
                bar=0.5,
                n=1792,
                decision="FAIL",
                reason="0.412 [0.382, 0.442] on 1792 of 10000 examples is below 0.5; the answer for all is settled",
                remedy="look at the worst examples below, or train on attacked ones: "
                "pytest --robust-replay=.robust/counterexamples/pgd.npz",
                examples=tuple(self.example(i) for i in (3, 8, 5)),
                notes=("differentiated at the logits behind the final softmax", "inputs in [0, 1]"),
            ),
            self.attacked("FGSM", 0.05, 0.801, op="", bar=None, decision="NO BAR", reason="measured, no bar"),
            self.attacked(
                "FGSM",
                0.1,
                0.744,
                decision="INVALID",
                bar=0.5,
                reason="the attack proves nothing about this model",
                remedy="use another attack, such as Square(eps=0.1)",
                findings=(
                    ("its gradient is exactly zero on 994 of 1000 examples", "differentiate at the logits"),
                    ("random noise of the same size broke 12 examples, the attack 3", "raise steps"),
                ),
                examples=(self.example(7, colour=True),),
            ),
            self.attacked(
                "AutoAttack",
                0.1,
                0.410,
                op=">=",
                bar=0.4,
                n=10000,
                reason="all 10000 examples were evaluated",
                queries=5_230_117,
                gradients=1_810_400,
                seconds=840.0,
                broken_by=(
                    ("APGD(eps=0.1)", 5312),
                    ("APGD(eps=0.1, loss=DLR(), targets=9)", 66),
                    ("FAB(eps=0.1, targets=9)", 0),
                    ("Square(eps=0.1, queries=5000)", 2),
                ),
            ),
            self.record(
                id="accuracy-rotate",
                title="accuracy under Rotate(degrees=15)",
                under="Rotate(degrees=15)",
                family="Rotate()",
                level=15.0,
                claim="population",
                decision="UNDECIDED",
                bar=0.9,
                value=0.908,
                low=0.889,
                high=0.925,
                reason="the 95 % interval reaches to both sides of 0.9",
                remedy="about 6500 examples would settle it",
            ),
            self.record(
                id="accuracy-rotate-4",
                title="accuracy under Rotate(degrees=4)",
                under="Rotate(degrees=4)",
                family="Rotate()",
                level=4.0,
                value=0.931,
                role="mildest failing",
            ),
            self.record(
                id="generalization_gap",
                metric="generalization_gap",
                title="generalization gap",
                op="<=",
                bar=0.05,
                value=0.021,
                low=-0.006,
                high=0.036,
            ),
            self.record(
                id="accuracy-typos",
                title="accuracy under Typos(rate=0.1)",
                under="Typos(rate=0.1)",
                family="Typos()",
                level=0.1,
                model="reviews.onnx",
                op=">=",
                bar=0.7,
                bar_of="accuracy of production - 0.01",
                examples=(self.typo(42),),
            ),
            self.record(
                id="nothing",
                title="accuracy under Fog(severity=3)",
                under="Fog(severity=3)",
                decision="INVALID",
                reason="the model answered NaN to 12 examples",
                value=None,
                low=None,
                high=None,
                n=0,
                total=0,
                method="",
            ),
        )

    def gated(self, record: Record, old: float, **changes: Any) -> GatedCheck:
        """Return a check beside its baseline that passed, but for what is changed."""
        new = record.value or 0.0
        usual: dict[str, Any] = {
            "check": f"{record.nodeid}::{record.id}",
            "title": record.title,
            "decision": "PASS",
            "reason": f"{old} became {new}, within the margin of 0.01",
            "old": old,
            "new": new,
            "drop": old - new,
            "low": old - new - 0.008,
            "high": old - new + 0.008,
            "margin": 0.01,
            "newly_broken": 4,
            "newly_right": 4,
            "old_low": max(0.0, old - 0.02),
            "old_high": min(1.0, old + 0.02),
            "family": record.family,
            "level": record.level,
        }
        return GatedCheck(**(usual | changes))

    def typo(self, index: int, **changes: Any) -> Example:
        """Return an example of changed text."""
        usual: dict[str, Any] = {
            "label": "positive",
            "before": "positive",
            "after": "negative",
            "clean": None,
            "changed": None,
            "distance": None,
            "clean_text": "A warm, clever film that never loses its way.",
            "changed_text": "A wram, clever film that nevre loses its way.",
        }
        return self.example(index, **(usual | changes))

    def severities(self) -> list[Record]:
        """Return five kinds of corruption, each at three severities."""
        kinds = {"Fog": 0.93, "Snow": 0.86, "GaussianBlur": 0.8, "Contrast": 0.71, "ShotNoise": 0.55}
        return [
            self.record(
                id=f"accuracy-{kind.lower()}-{severity}",
                nodeid=f"tests/test_release.py::test_corruptions[{kind}-{severity}]",
                title=f"accuracy under {kind}(severity={severity})",
                under=f"{kind}(severity={severity})",
                family=f"{kind}()",
                level=float(severity),
                value=round(start - 0.11 * (severity - 1), 3),
                low=round(start - 0.11 * (severity - 1) - 0.02, 3),
                high=round(start - 0.11 * (severity - 1) + 0.02, 3),
                bar=0.3,
                decision="PASS" if start - 0.11 * (severity - 1) >= 0.3 else "FAIL",
                reason="all 10000 examples were evaluated",
                examples=(self.example(severity),),
            )
            for kind, start in kinds.items()
            for severity in (1, 3, 5)
        ]

    def release(self) -> Run:
        """Return a run that a gate has judged, with all that a page can show."""
        run = self.of_all_kinds()
        digits = tuple(
            ClassScore(label=str(label), n=1000 - 7 * label, before=0.99 - label / 200, value=0.9 - label * 0.07)
            for label in range(10)
        )
        looked_for = (
            ("gradients that are exactly zero", "none of 1000"),
            ("loss rises along the attack", "on 996 of 1000"),
            ("random noise of the same budget", "breaks 12, the attack 588"),
            ("one step against many", "one step breaks 301, many 588"),
        )
        records = [
            replace(record, classes=digits, health=looked_for) if record.family in {"PGD()", "FGSM()"} else record
            for record in run.records
        ]
        records += self.severities()
        old = {"accuracy": 0.951, "accuracy-pgd-0.02": 0.9, "accuracy-pgd-0.05": 0.762, "accuracy-pgd-0.1": 0.52}
        checks = [self.gated(record, old[record.id]) for record in records if record.id in old]
        broken = tuple(self.example(index) for index in (13, 18, 15, 17))
        mended = tuple(self.example(index, after=str(index % 10)) for index in (21, 22))
        blocked = {
            "accuracy-pgd-0.1": {
                "decision": "FAIL",
                "reason": "0.52 became 0.412: a drop of 0.108, more than the margin of 0.01 allows",
                "remedy": "look at the newly broken examples, or raise --robust-margin if the release can bear it",
                "newly_broken": 131,
                "newly_right": 23,
                "broken": broken,
                "fixed": mended,
            },
            "accuracy-pgd-0.05": {"decision": "UNDECIDED", "reason": "the interval of the drop reaches beyond 0.01"},
        }
        checks = [replace(check, **blocked.get(check.check.rpartition("::")[2], {})) for check in checks]
        typos = next(record for record in records if record.id == "accuracy-typos")
        checks.append(
            self.gated(typos, 0.96, newly_broken=9, newly_right=1, broken=(self.typo(7), self.typo(9)), fixed=())
        )
        checks += [
            self.gated(record, round((record.value or 0) + 0.013, 3), decision="WAIVED") for record in self.severities()
        ]
        checks.append(
            GatedCheck(
                check="tests/test_release.py::test_gone::accuracy",
                decision="MISSING",
                reason="it is in the baseline, and was not run",
                remedy="run its test, or save a new baseline without it",
                old=0.9,
            )
        )
        gate = Gated(evaluated=True, baseline="robust-baseline.json", margin=0.01, checks=tuple(checks))
        return replace(run, records=tuple(records), gate=gate, figures=self.figures())

    def figures(self, *titles: str) -> tuple[Figure, ...]:
        """Return figures of these titles, or a small and a wide one that a test drew."""
        digits = [self.digits[i] for i in range(8)]
        pictures = [digits[0]] * len(titles) or [digits[0], np.hstack(digits)]
        titles = titles or ("The first digit", "Eight digits, side by side")
        test = "tests/test_release.py::test_figures"
        return tuple(
            replace(drawn(picture, title=title), nodeid=test) for picture, title in zip(pictures, titles, strict=True)
        )

    def history(self) -> tuple[Series, ...]:
        """Return what three checks came to over six runs."""
        found = []
        for turn, record in enumerate(self.release().records[:3]):
            moments = [
                Moment(
                    name=f"v1.{run}",
                    created=f"2026-0{run + 1}-01T00:00:00+00:00",
                    value=0.9 - 0.05 * turn + 0.004 * run * (-1) ** run,
                    low=0.88 - 0.05 * turn + 0.004 * run * (-1) ** run,
                    high=0.92 - 0.05 * turn + 0.004 * run * (-1) ** run,
                    decision="FAIL" if run == 3 else "PASS",
                )
                for run in range(6)
            ]
            found.append(Series(check=f"{record.nodeid}::{record.id}", title=record.title, moments=tuple(moments)))
        return tuple(found)

    def hostile(self) -> Run:
        """Return a run whose every text is an attempt."""
        records = []
        checks = []
        for i, text in enumerate(HOSTILE):
            words = {"label": text, "before": text, "after": text}
            examples = (
                self.example(i, **words),
                self.example(i, **words, clean=None, changed=None, clean_text=text, changed_text=text + text),
            )
            checks.append(
                GatedCheck(
                    check=text,
                    title=text,
                    decision=text,
                    reason=text,
                    remedy=text,
                    old=0.5,
                    family=text,
                    level=1.0,
                    newly_broken=2,
                    newly_right=0,
                    broken=examples,
                )
            )
            names = ("id", "nodeid", "metric", "title", "under", "family", "reason", "remedy", "bar_of")
            texts = dict.fromkeys((*names, "method", "model", "data", "role"), text)
            curve = [
                self.record(
                    **texts,
                    decision="FAIL",
                    level=level,
                    findings=((text, text),),
                    notes=(text,),
                    broken_by=((text, 1),),
                    classes=(ClassScore(label=text, n=3, before=1.0, value=0.5),),
                    health=((text, text),),
                )
                for level in (1.0, 2.0)
            ]
            records += [replace(curve[0], examples=examples), curve[1], self.record(decision=text)]
        all_words = "".join(HOSTILE)
        words = {all_words: all_words}
        gate = Gated(evaluated=True, baseline=all_words, checks=tuple(checks))
        figures = tuple(replace(figure, nodeid=figure.title) for figure in self.figures(*HOSTILE))
        return self.run(*records, environment=words, settings=words, tool=all_words, gate=gate, figures=figures)


@pytest.fixture(scope="session")
def runs() -> Runs:
    """The maker of runs."""
    return Runs(load_digits().images / 16)


@pytest.fixture(scope="session")
def release_page(runs: Runs) -> str:
    """The page of a release, drawn once."""
    return Html(history=runs.history()).render(runs.release())


@pytest.fixture(scope="session")
def hostile_words() -> tuple[str, ...]:
    """Texts that try to be more than text."""
    return HOSTILE


@pytest.fixture(scope="session")
def make_many(runs: Runs) -> Callable[[int], Run]:
    """Makes a run of many checks with three examples each."""

    def make(count: int) -> Run:
        examples = tuple(runs.example(i) for i in range(3))
        return runs.run(
            *(
                runs.attacked("PGD", i / 255, 1 - i / (count + 1), examples=examples, decision="FAIL")
                for i in range(count)
            )
        )

    return make
