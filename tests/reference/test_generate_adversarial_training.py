"""Task 2 learns what it is expected to, its pictures are what they say, and the mistakes of naive attacks show."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from matplotlib.figure import Figure

from pytest_robust import L2, LInf, Subject
from pytest_robust.attacks import FGSM, CarliniWagner
from pytest_robust.core.goals import Goal, Untargeted
from pytest_robust.core.losses import LogOdds
from pytest_robust.core.model import Differentiable
from pytest_robust.core.norms import Norm
from pytest_robust.core.parameters import strength
from pytest_robust.core.perturbation import Attack
from pytest_robust.testing import check_attack
from reference_models.attacked import Attacked, attacked
from reference_models.splits import Examples
from reference_models.store import shipped_at
from reference_models.task import Trained
from reference_models.tasks.generate_adversarial import ATTACKS, EPS, TASK, rounded_away, save_examples

pytest.importorskip("tensorflow")


@pytest.fixture(scope="module")
def found(result: Trained) -> dict[str, Attacked]:
    """Return the first 40 test images after each attack."""
    return {name: attacked(attack, result.model, result.splits.test[:40], seed=0) for name, attack in ATTACKS.items()}


def test_generate_adversarial_measures_what_is_expected(result: Trained) -> None:
    measured = TASK.measure(result.model, result.splits)
    expected = TASK.expected_on(result.splits.source)
    assert expected
    assert all(each.holds(measured[each.metric]) for each in expected)
    assert shipped_at(TASK).with_suffix(".keras").stat().st_size < 300_000


def test_each_attack_is_the_nearest_in_its_own_norm(found: dict[str, Attacked]) -> None:
    broken = np.all([found[name].fooled for name in ("FGSM", "DeepFool", "Carlini-Wagner")], axis=0)
    assert broken.sum() >= 15
    far = {name: {norm: each.sizes(norm)[broken].mean() for norm in (L2, LInf)} for name, each in found.items()}
    assert far["Carlini-Wagner"][L2] <= far["DeepFool"][L2] < 0.8 * far["random noise"][L2]
    assert far["random noise"][L2] < 0.8 * far["FGSM"][L2]
    assert far["FGSM"][LInf] < 0.8 * min(far["Carlini-Wagner"][LInf], far["DeepFool"][LInf])


def test_carlini_and_wagner_come_nearer_for_nearly_each_image(found: dict[str, Attacked]) -> None:
    nearer = found["Carlini-Wagner"].sizes(L2) <= 1.01 * found["DeepFool"].sizes(L2)
    assert nearer[found["DeepFool"].fooled].mean() >= 0.75


def test_what_an_attack_leaves_is_an_image(found: dict[str, Attacked]) -> None:
    for name, each in found.items():
        assert 0 <= each.changed.min() <= each.changed.max() <= 1, name
        assert each.changed.dtype == np.float32
    for name in ("random noise", "FGSM"):
        assert found[name].sizes(LInf).max() == pytest.approx(EPS, abs=1e-3)


def test_pictures_saved_are_read_as_their_names_say(result: Trained, tmp_path: Path) -> None:
    from PIL import Image

    files = save_examples(result, tmp_path / "new" / "folder")
    assert len(files) == 10 * (1 + len(ATTACKS))
    assert sorted(files) == sorted((tmp_path / "new" / "folder").iterdir())
    images = np.stack([np.asarray(Image.open(file), np.float32)[..., None] / 255 for file in files])
    read = result.model.predict(images, verbose=0).argmax(axis=-1)
    names = [file.stem.split("-is-") for file in files]
    assert [int(rest[-1]) for _, rest in names] == read.tolist()
    wrong = {kind: sum(rest[0] != rest[-1] for k, rest in names if k == kind) for kind, _ in names}
    assert wrong["unchanged"] == 0
    assert wrong["random-noise"] <= 2
    assert wrong["deepfool"] == wrong["carlini-wagner"] == 10


def test_a_nearest_change_rounded_to_the_nearest_grey_is_often_undone(
    result: Trained, found: dict[str, Attacked]
) -> None:
    nearest = found["Carlini-Wagner"]
    images = {"nearest": np.rint(nearest.changed * 255) / 255, "away": rounded_away(nearest)}
    read = {name: result.model.predict(each, verbose=0).argmax(axis=-1) for name, each in images.items()}
    undone = {name: (each == nearest.y)[nearest.fooled].mean() for name, each in read.items()}
    assert undone["away"] == 0
    assert undone["nearest"] >= 0.02


@dataclass(frozen=True, kw_only=True, repr=False)
class WholeStep(Attack):
    """Adds the sign of the gradient, as it is often written: no budget, no clip."""

    needs: ClassVar = Differentiable

    eps: float = strength(strongest=0.3)
    norm: Norm = LInf
    goal: Goal = Untargeted()

    def perturb(self, model: Any, x: Any, y: Any, threat: Any, streams: Any) -> Any:
        return x + np.sign(self.goal.uphill(model.loss_gradient(x, self.goal.labels(y), LogOdds()).gradient))


def test_a_step_without_budget_and_clip_leaves_the_images_and_is_told_so(result: Trained) -> None:
    test, attack = result.splits.test[:200], WholeStep(eps=EPS)
    adapted = Subject(result.model, test.x, test.y).model
    unclipped = attack.perturb(adapted, test.x, test.y, None, None)
    assert (unclipped.min(), unclipped.max()) == (-1, 2)
    with pytest.raises(AssertionError, match="leaves the threat model"):
        check_attack(attack)
    # What it is credited with is what is left of it within the budget.
    few = Subject(result.model, test.x, test.y)
    assert float(few.accuracy(under=attack)) == pytest.approx(float(few.accuracy(under=FGSM(eps=EPS))), abs=0.01)


def naive_step(model: Any, test: Examples, eps: float) -> tuple[Any, Any, Any]:
    """Return FGSM's images where probabilities are taken for logits, with the losses and the gradients."""
    import tensorflow as tf

    with tf.GradientTape() as tape:
        x = tf.Variable(test.x)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(test.y, model(x))
    gradient = tape.gradient(loss, x).numpy()
    return np.clip(test.x + np.float32(eps) * np.sign(gradient), 0, 1), loss.numpy(), gradient


def louder(model: Any, factor: float) -> Any:
    """Return the model with logits so many times larger: it answers the same, and is surer of it."""
    import keras

    made = keras.models.clone_model(model)
    made.set_weights([*model.get_weights()[:-2], *(factor * each for each in model.get_weights()[-2:])])
    return made


def test_probabilities_taken_for_logits_charge_little_for_the_worst_answer(result: Trained) -> None:
    _, loss, _ = naive_step(result.model, result.splits.test, EPS)
    # A sure and right answer is charged log(e + 9) - 1 in place of 0, a sure and wrong one just 1 more.
    assert loss.min() == pytest.approx(np.log(np.e + 9) - 1, abs=1e-3)
    assert loss.max() <= np.log(np.e + 9) + 1e-3


def test_probabilities_taken_for_logits_make_a_sure_network_look_robust(result: Trained) -> None:
    test, sure = result.splits.test[:500], louder(result.model, 30)
    subject = Subject(sure, test.x, test.y)
    images, _, gradient = naive_step(sure, test, EPS)
    flattered = np.mean(sure.predict(images, batch_size=256, verbose=0).argmax(axis=-1) == test.y)
    assert np.mean(~gradient.any(axis=(1, 2, 3))) >= 0.3
    assert subject.accuracy(under=FGSM(eps=EPS)) <= flattered - 0.2
    # Its answers are the first network's, and so, nearly, is what breaks them: its gradient heeds the next digit alone.
    theirs = Subject(result.model, test.x, test.y).accuracy(under=FGSM(eps=EPS))
    assert float(subject.accuracy(under=FGSM(eps=EPS))) == pytest.approx(float(theirs), abs=0.05)


def test_more_search_brings_carlini_and_wagner_nearer_and_never_farther(result: Trained) -> None:
    few = result.splits.test[:25]
    little, much = (
        attacked(CarliniWagner(searches=searches, steps=50), result.model, few, seed=0) for searches in (3, 9)
    )
    both = little.fooled & much.fooled
    assert both.sum() >= 10
    assert (much.sizes(L2)[both] <= little.sizes(L2)[both] + 1e-6).all()
    assert much.sizes(L2)[both].mean() <= 0.95 * little.sizes(L2)[both].mean()


def test_noise_is_no_attack(found: dict[str, Attacked]) -> None:
    assert found["FGSM"].success >= 5 * found["random noise"].success
    assert found["random noise"].sizes(L2).mean() > found["DeepFool"].sizes(L2).mean()


def test_its_figure_shows_each_attack_above_what_it_changed(drawing: Figure) -> None:
    rows = [axes.get_ylabel() for axes in drawing.axes if axes.get_ylabel()]
    assert [row.split("\n")[0] for row in rows] == ["unchanged"] + [
        each for name in ATTACKS for each in (name, "its change")
    ]
    assert len(drawing.axes) == 10 * len(rows)
    assert "fools 10 of 10" in " ".join(rows)
