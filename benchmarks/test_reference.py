"""AutoAttack beside its authors' own code: as strong, and in a fraction of the time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks.bare import Bare
from benchmarks.cnn import Digits
from benchmarks.reference import Reference
from benchmarks.row import at_most
from benchmarks.strength import robust_accuracy
from pytest_robust.adapters import adapt
from pytest_robust.attacks import AutoAttack
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.norms import LInf
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

# Minutes each on two cores: longer than a test may take elsewhere.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(3600)]

# One run each of some minutes: almost all of the time goes to the images that nothing breaks.
_IMAGES = 100
_EPS = 0.1
_THREAT = ThreatModel(norm=LInf, eps=_EPS, bounds=Bounds(0, 1))


def test_the_ported_model_gives_the_same_logits(digits: Digits, needs: Callable[[str, str], None]) -> None:
    needs("pyautoattack", "the reference's model")
    ours = np.asarray(digits.model(digits.x[:_IMAGES], training=False))
    np.testing.assert_allclose(Reference(digits).logits(digits.x[:_IMAGES]), ours, atol=1e-4)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What the reference left standing, in percent, and how long it took."""

    left: float
    seconds: float


@pytest.fixture(scope="module")
def published(digits: Digits, bare: Bare) -> Run:
    """The reference's standard ensemble, run once for all versions of ours."""
    x, y = digits.x[:_IMAGES], digits.y[:_IMAGES]
    reference = Reference(digits)
    started = time.perf_counter()
    found = reference.run(x, y, eps=_EPS, seed=0)
    seconds = time.perf_counter() - started
    return Run(left=robust_accuracy(bare, x, y, found, _THREAT), seconds=seconds)


@pytest.mark.parametrize("version", ["fast", "standard"])
def test_auto_attack_is_as_strong_as_the_reference_in_a_tenth_of_its_time(
    version: str,
    digits: Digits,
    bare: Bare,
    request: pytest.FixtureRequest,
    hold: Callable[..., None],
    needs: Callable[[str, str], None],
) -> None:
    what = f"AutoAttack, {version}, LInf {_EPS:g}, {_IMAGES} images"
    needs("pyautoattack", f"{what} beside the reference")
    theirs: Run = request.getfixturevalue("published")
    x, y = digits.x[:_IMAGES], digits.y[:_IMAGES]
    model, streams = adapt(digits.model, allow_pickle=False), Streams.of(0, index=np.arange(_IMAGES))
    attack = AutoAttack(eps=_EPS, version=version)
    # Compiled first, on an image that is broken soon and one that is not.
    attack.perturb(model, x[:2], y[:2], _THREAT, streams.rows(np.arange(2)))
    started = time.perf_counter()
    found = attack.perturb(model, x, y, _THREAT, streams)
    seconds = time.perf_counter() - started
    mine = robust_accuracy(bare, x, y, found, _THREAT)
    beside = "its reference in PyTorch, standard"
    hold(
        at_most(0.1, f"{what}, time", beside, [seconds / theirs.seconds]),
        at_most(
            0.5,
            f"{what}, robust accuracy left {mine:.1f} % against {theirs.left:.1f} %",
            beside,
            [mine - theirs.left],
            " points",
        ),
    )
