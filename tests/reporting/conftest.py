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
from pytest_robust.core.record import Record, Run

__all__ = ["HOSTILE", "Runs"]

HOSTILE = (
    "<script>alert(1)</script>",
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
                examples=(
                    self.example(
                        42,
                        label="positive",
                        before="positive",
                        after="negative",
                        clean=None,
                        changed=None,
                        distance=None,
                        clean_text="A warm, clever film that never loses its way.",
                        changed_text="A wram, clever film that nevre loses its way.",
                    ),
                ),
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

    def hostile(self) -> Run:
        """Return a run whose every text is an attempt."""
        records = []
        for i, text in enumerate(HOSTILE):
            words = {"label": text, "before": text, "after": text}
            examples = (
                self.example(i, **words),
                self.example(i, **words, clean=None, changed=None, clean_text=text, changed_text=text + text),
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
                )
                for level in (1.0, 2.0)
            ]
            records += [replace(curve[0], examples=examples), curve[1], self.record(decision=text)]
        all_words = "".join(HOSTILE)
        return self.run(*records, environment={all_words: all_words}, settings={all_words: all_words}, tool=all_words)


@pytest.fixture(scope="session")
def runs() -> Runs:
    """The maker of runs."""
    return Runs(load_digits().images / 16)


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
