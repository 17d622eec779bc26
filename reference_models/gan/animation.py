"""A training, watched."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from reference_models.gan.fit import Adversarial, Progress
from reference_models.gan.pictures import save_animation
from reference_models.gan.sampling import latents, samples
from reference_models.task import Task, fitted

__all__ = ["animate"]

_KEY = 1901


def animate(task: Task, path: Path, *, seed: int = 0, every: int = 50, images: int = 64, quick: bool = False) -> None:
    """Train a task's generator, and write what the same latent vectors become as it learns.

    Args:
        task: One whose `fit` is an `Adversarial`.
        path: A .gif or a .webp.
        seed: Everything random follows from it.
        every: Steps between two frames.
        images: How many latent vectors are followed.
        quick: A few steps only, to see that it runs.

    Raises:
        TypeError: The task makes no images.

    Examples:
        >>> from reference_models.tasks.gan_digits import TASK
        >>> animate(TASK, Path("digits.gif"))  # doctest: +SKIP
    """
    if not isinstance(task.fit, Adversarial):
        raise TypeError(f"{task.name} makes no images: its fit is {type(task.fit).__name__}, not Adversarial")
    frames: list[NDArray[Any]] = []

    def keep(progress: Progress) -> None:
        frames.append(samples(progress.generator, latents(progress.generator, images, key=_KEY)))

    watched = replace(task, fit=replace(task.fit, every=every, watch=keep))
    fitted(watched, task.load().train, seed=seed, quick=quick, on_epoch=lambda _: None)
    save_animation(frames, path)
