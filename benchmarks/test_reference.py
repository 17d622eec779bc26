"""AutoAttack beside its authors' own code: as strong, and in a fraction of the time."""

from __future__ import annotations

import time
from collections.abc import Callable

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


def test_the_ported_model_gives_the_same_logits(digits: Digits, needs: Callable[[str, str], None]) -> None:
    needs("pyautoattack", "the reference's model")
    ours = np.asarray(digits.model(digits.x[:_IMAGES], training=False))
    np.testing.assert_allclose(Reference(digits).logits(digits.x[:_IMAGES]), ours, atol=1e-4)


def test_auto_attack_is_as_strong_as_the_reference_in_a_tenth_of_its_time(
    digits: Digits, bare: Bare, hold: Callable[..., None], needs: Callable[[str, str], None]
) -> None:
    what = f"AutoAttack LInf {_EPS:g}, {_IMAGES} images"
    needs("pyautoattack", f"{what} beside the reference")
    x, y = digits.x[:_IMAGES], digits.y[:_IMAGES]
    threat = ThreatModel(norm=LInf, eps=_EPS, bounds=Bounds(0, 1))
    reference, model = Reference(digits), adapt(digits.model, allow_pickle=False)
    streams = Streams.of(0, index=np.arange(_IMAGES))
    attack = AutoAttack(eps=_EPS)
    # Compiled first, on an image that is broken soon and one that is not.
    attack.perturb(model, x[:2], y[:2], threat, streams.rows(np.arange(2)))
    started = time.perf_counter()
    theirs = reference.run(x, y, eps=_EPS, seed=0)
    between = time.perf_counter()
    ours = attack.perturb(model, x, y, threat, streams)
    ended = time.perf_counter()
    mine, other = (robust_accuracy(bare, x, y, found, threat) for found in (ours, theirs))
    beside = "its reference in PyTorch"
    hold(
        at_most(0.1, f"{what}, time", beside, [(ended - between) / (between - started)]),
        at_most(
            0.5, f"{what}, robust accuracy left {mine:.1f} % against {other:.1f} %", beside, [mine - other], " points"
        ),
    )
