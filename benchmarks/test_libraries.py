"""The same attacks with the same settings, beside other libraries: as strong, and no slower."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bare import STEPS, Bare
from benchmarks.cnn import BATCH, Digits
from benchmarks.libraries import LIBRARIES, Library
from benchmarks.race import race
from benchmarks.row import at_most
from benchmarks.strength import robust_accuracy
from pytest_robust.adapters import adapt
from pytest_robust.attacks import FGSM, PGD
from pytest_robust.core.arrays import Floats
from pytest_robust.core.bounds import Bounds
from pytest_robust.core.norms import L2, LInf, Norm
from pytest_robust.core.perturbation import Attack
from pytest_robust.core.streams import Streams
from pytest_robust.core.threat import ThreatModel

# Their warnings are theirs: ART's that PyTorch is missing, for instance.
pytestmark = pytest.mark.filterwarnings("ignore")

# Half of the images, so that all libraries together take minutes.
_IMAGES = 500


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize(
    ("norm", "eps", "step"),
    [(LInf, 0.1, 0), (LInf, 0.1, 0.01), (LInf, 0.2, 0.02), (L2, 1.0, 0.1), (L2, 2.0, 0.2)],
    ids=["FGSM-0.1", "PGD-0.1", "PGD-0.2", "PGD-L2-1", "PGD-L2-2"],
)
def test_an_attack_is_as_strong_and_as_fast_as_in_other_libraries(
    library: type[Library],
    norm: Norm,
    eps: float,
    step: float,
    digits: Digits,
    bare: Bare,
    benchmark: BenchmarkFixture,
    hold: Callable[..., None],
    needs: Callable[[str, str], None],
) -> None:
    name = f"{f'PGD-{STEPS}' if step else 'FGSM'} {norm!r} {eps:g}"
    needs(library.module, f"{name} beside {library.__name__}")
    model, other = adapt(digits.model, allow_pickle=False), library(digits.model)
    x, y = digits.x[:_IMAGES], digits.y[:_IMAGES]
    threat = ThreatModel(norm=norm, eps=eps, bounds=Bounds(0, 1))
    attack: Attack = PGD(eps=eps, norm=norm, steps=STEPS, step_size=step) if step else FGSM(eps=eps, norm=norm)
    found: dict[str, list[Floats]] = {"ours": [], "theirs": []}

    def ours() -> None:
        streams = Streams.of(len(found["ours"]), index=np.arange(_IMAGES))
        parts = [slice(start, start + BATCH) for start in range(0, _IMAGES, BATCH)]
        points = [attack.perturb(model, x[part], y[part], threat, streams.rows(np.r_[part])) for part in parts]
        found["ours"].append(np.concatenate(points))

    def theirs() -> None:
        found["theirs"].append(other.pgd(x, y, threat, step) if step else other.fgsm(x, y, threat))

    ratios = race(benchmark, ours, theirs, rounds=5 if step else 15)
    # Every run drew its own random starts.
    strength = {who: [robust_accuracy(bare, x, y, images, threat) for images in many] for who, many in found.items()}
    mine, rivals = median(strength["ours"]), median(strength["theirs"])
    hold(
        at_most(1, f"{name}, time", library.__name__, ratios),
        at_most(
            0.5,
            f"{name}, robust accuracy left {mine:.1f} % against {rivals:.1f} %",
            library.__name__,
            [a - b for a, b in zip(strength["ours"], strength["theirs"], strict=False)],
            " points",
        ),
    )
