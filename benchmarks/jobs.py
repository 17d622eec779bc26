"""What every library is asked to do: one attack, with the same settings for all that have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.bare import STEPS
from benchmarks.cnn import BATCH
from pytest_robust.attacks import (
    APGD,
    DDN,
    FGSM,
    FMN,
    PGD,
    BasicIterative,
    BoundaryAttack,
    CarliniWagner,
    DeepFool,
    HopSkipJump,
    MomentumIterative,
    Square,
)
from pytest_robust.core.norms import L0, L1, L2, LInf, Norm
from pytest_robust.core.perturbation import Attack

__all__ = ["JOBS", "GRADIENTS", "QUERIES", "Job", "Rival", "core"]

GRADIENTS, QUERIES = 0.5, 1.0
"""The largest share of a library's time, for attacks that follow gradients and for those that only ask."""


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A library's own attack with the settings of a job.

    Args:
        attack: From Foolbox's module of attacks, or ART's with its estimator, to the attack.
        images: From the first test image on; fewer where the library takes minutes.
        rounds: Counted pairs of runs.
        batch: Images the library is given at once.
        warm: Images of the uncounted first run, which compiles; 0 for all.
        counted: Whether ours gets as many queries as this one asked.
    """

    attack: Callable[..., Any]
    images: int = 500
    rounds: int = 3
    batch: int = BATCH
    warm: int = 2
    counted: bool = False


@dataclass(frozen=True, kw_only=True)
class Job:
    """An attack to run, and how the libraries spell it.

    Args:
        name: As the table shows it.
        ours: The attack; a budget of infinity asks for the nearest change of any size.
        bar: The largest share of a library's time.
        foolbox: The same by Foolbox, None where it has none.
        art: The same by ART, None where it has none.
    """

    name: str
    ours: Attack
    bar: float = GRADIENTS
    foolbox: Rival | None = None
    art: Rival | None = None

    def rival(self, module: str) -> Rival | None:
        """Return the job of a library, by the name it is imported by."""
        return {"foolbox": self.foolbox, "art": self.art}[module]


_ORDER = {LInf: np.inf, L2: 2, L1: 1}
_WORDS = {LInf: "Linf", L2: "L2", L1: "L1"}


_FGSM = Job(
    name="FGSM LInf 0.1",
    ours=FGSM(eps=0.1),
    foolbox=Rival(attack=lambda attacks: attacks.LinfFastGradientAttack(random_start=False), rounds=15, warm=0),
    art=Rival(
        attack=lambda attacks, model: attacks.FastGradientMethod(model, eps=0.1, batch_size=BATCH), rounds=15, warm=0
    ),
)


def _pgd(norm: Norm, eps: float, step: float, **few: int) -> Job:
    def foolbox(attacks: Any) -> Any:
        kind = {LInf: attacks.LinfPGD, L2: attacks.L2PGD, L1: attacks.L1PGD}[norm]
        return kind(abs_stepsize=step, steps=STEPS, random_start=True)

    def art(attacks: Any, model: Any) -> Any:
        return attacks.ProjectedGradientDescent(
            model,
            norm=_ORDER[norm],
            eps=eps,
            eps_step=step,
            max_iter=STEPS,
            num_random_init=1,
            batch_size=BATCH,
            verbose=False,
        )

    return Job(
        name=f"PGD-{STEPS} {norm!r} {eps:g}",
        ours=PGD(eps=eps, norm=norm, steps=STEPS, step_size=step),
        foolbox=Rival(attack=foolbox, **few),
        art=Rival(attack=art, **few),
    )


def _basic(eps: float) -> Job:
    # ART's has no norm but LInf.
    step = eps / 10
    return Job(
        name=f"BasicIterative-{STEPS} LInf {eps:g}",
        ours=BasicIterative(eps=eps, steps=STEPS, step_size=step),
        foolbox=Rival(attack=lambda attacks: attacks.LinfBasicIterativeAttack(abs_stepsize=step, steps=STEPS)),
        art=Rival(
            attack=lambda attacks, model: attacks.BasicIterativeMethod(
                model, eps=eps, eps_step=step, max_iter=STEPS, batch_size=BATCH, verbose=False
            )
        ),
    )


def _momentum(eps: float, steps: int) -> Job:
    # ART's is switched off for TensorFlow.
    step = eps / steps
    return Job(
        name=f"MomentumIterative-{steps} LInf {eps:g}",
        ours=MomentumIterative(eps=eps, steps=steps, step_size=step),
        foolbox=Rival(attack=lambda attacks: attacks.MIFGSM(abs_stepsize=step, steps=steps)),
    )


def _apgd(norm: Norm, eps: float) -> Job:
    return Job(
        name=f"APGD-100 {norm!r} {eps:g}",
        ours=APGD(eps=eps, norm=norm),
        art=Rival(
            attack=lambda attacks, model: attacks.AutoProjectedGradientDescent(
                model,
                norm=_ORDER[norm],
                eps=eps,
                eps_step=2 * eps,
                max_iter=100,
                nb_random_init=1,
                batch_size=BATCH,
                loss_type="cross_entropy",
                verbose=False,
            ),
            images=200,
            rounds=1,
        ),
    )


def _fmn(norm: Norm) -> Job:
    def foolbox(attacks: Any) -> Any:
        kinds = {LInf: attacks.LInfFMNAttack, L2: attacks.L2FMNAttack, L1: attacks.L1FMNAttack, L0: attacks.L0FMNAttack}
        return kinds[norm](steps=100)

    return Job(
        name=f"FMN-100 {norm!r}",
        ours=FMN(norm=norm),
        foolbox=Rival(attack=foolbox, images=200),
    )


_DDN = Job(
    name="DDN-100 L2",
    ours=DDN(),
    foolbox=Rival(attack=lambda attacks: attacks.DDNAttack(steps=100), images=200),
)

_DEEP_FOOL = Job(
    name="DeepFool-50 L2",
    ours=DeepFool(),
    foolbox=Rival(attack=lambda attacks: attacks.L2DeepFoolAttack(), images=250),
    art=Rival(
        attack=lambda attacks, model: attacks.DeepFool(
            model, max_iter=50, epsilon=0.02, nb_grads=10, batch_size=BATCH, verbose=False
        ),
        images=100,
        rounds=1,
    ),
)

_CARLINI_WAGNER = Job(
    name="CarliniWagner 9 x 100 L2",
    ours=CarliniWagner(),
    foolbox=Rival(
        attack=lambda attacks: attacks.L2CarliniWagnerAttack(
            binary_search_steps=9, steps=100, stepsize=0.05, initial_const=0.1
        ),
        images=100,
        rounds=1,
    ),
    art=Rival(
        attack=lambda attacks, model: attacks.CarliniL2Method(
            model,
            learning_rate=0.05,
            binary_search_steps=9,
            max_iter=100,
            initial_const=0.1,
            batch_size=BATCH,
            verbose=False,
        ),
        images=10,
        rounds=1,
    ),
)


def _square(eps: float, queries: int) -> Job:
    return Job(
        name=f"Square LInf {eps:g}, {queries} queries",
        ours=Square(eps=eps, queries=queries),
        bar=QUERIES,
        art=Rival(
            attack=lambda attacks, model: attacks.SquareAttack(
                model, eps=eps, max_iter=queries, batch_size=BATCH, verbose=False
            ),
            images=200,
        ),
    )


_HOP_SKIP_JUMP = Job(
    name="HopSkipJump L2, about 1,000 queries",
    ours=HopSkipJump(queries=1000),
    bar=QUERIES,
    # One image at a time: in a batch it normalises over the batch, and ends twice as far away.
    foolbox=Rival(
        attack=lambda attacks: attacks.HopSkipJumpAttack(steps=5), images=50, rounds=1, batch=1, counted=True
    ),
    art=Rival(
        attack=lambda attacks, model: attacks.HopSkipJump(
            model, max_iter=5, init_eval=100, init_size=100, batch_size=BATCH, verbose=False
        ),
        images=50,
        rounds=1,
        counted=True,
    ),
)

_BOUNDARY = Job(
    name="BoundaryAttack L2, about 2,000 queries",
    ours=BoundaryAttack(queries=2000),
    bar=QUERIES,
    foolbox=Rival(attack=lambda attacks: attacks.BoundaryAttack(steps=1800), images=50, rounds=1, counted=True),
    art=Rival(
        attack=lambda attacks, model: attacks.BoundaryAttack(
            model, targeted=False, max_iter=50, num_trial=20, sample_size=20, batch_size=BATCH, verbose=False
        ),
        images=10,
        rounds=1,
        counted=True,
    ),
)

# No AutoAttack here: ART's takes a quarter of an hour for 22 images, and is not the published
# ensemble. It is held against its authors' own code in test_reference.py.
JOBS = (
    _FGSM,
    _basic(0.1),
    _momentum(0.1, 10),
    _pgd(LInf, 0.1, 0.01),
    _pgd(LInf, 0.2, 0.02),
    _pgd(L2, 1.0, 0.1),
    _pgd(L2, 2.0, 0.2),
    _pgd(L1, 10.0, 1.0),
    _apgd(LInf, 0.1),
    _apgd(L2, 1.0),
    _apgd(L1, 10.0),
    _DEEP_FOOL,
    _CARLINI_WAGNER,
    _DDN,
    _fmn(LInf),
    _fmn(L2),
    _fmn(L1),
    _fmn(L0),
    _square(0.1, 500),
    _square(0.2, 500),
    _HOP_SKIP_JUMP,
    _BOUNDARY,
)


def core(eps: float) -> tuple[Job, ...]:
    """Return the few jobs that further models get: a budget, a nearest change, and queries alone.

    Args:
        eps: In LInf.
    """
    return (_pgd(LInf, eps, eps / 10, images=250, rounds=3), _DDN, _square(eps, 500))
