"""What a robust.toml says, and what is said of one that says nothing."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from pytest_robust import Between, Exactly
from pytest_robust.core.norms import L2
from pytest_robust.plugin._spec_page import SpecError
from pytest_robust.plugin._spec_reading import Spec
from pytest_robust.plugin.markers import RobustMark

TOP = 'model = "models:load"\ndata = "models:data"\n'


@pytest.fixture
def read(tmp_path):
    """Return what a text says below model and data, each check in a line from 4 on."""

    def read(text, top=TOP):
        path = tmp_path / "robust.toml"
        path.write_bytes((top + text).encode() if isinstance(text, str) else text)
        return Spec.read(path, shown="robust.toml")

    return read


def test_a_list_is_a_check_for_each_value_with_its_own_bar(read) -> None:
    spec = read(
        """
        [[check]]
        attack = "pgd"
        eps = ["2/255", "8/255"]
        steps = 5
        norm = "L2"
        min_accuracy = [0.9, 0.6]
        samples = 20
        """
    )
    assert [check.name for check in spec.checks] == ["pgd[eps-2of255]", "pgd[eps-8of255]"]
    shared = {"attack": "pgd", "steps": 5, "norm": L2, "samples": 20}
    assert [dict(check.words) for check in spec.checks] == [
        {**shared, "eps": 2 / 255, "min_accuracy": 0.9},
        {**shared, "eps": 8 / 255, "min_accuracy": 0.6},
    ]
    assert {check.line for check in spec.checks} == {4}


def test_several_lists_are_every_combination(read) -> None:
    spec = read(
        """
        [[check]]
        name = "storm"
        transform = ["fog", "snow"]
        severity = [1, 3]
        min_accuracy = 0.8
        [[check]]
        transform = ["fog", "snow"]
        severity = 5
        min_accuracy = [0.1, 0.2]
        """
    )
    assert [check.name for check in spec.checks] == [
        "storm[fog-severity-1]",
        "storm[fog-severity-3]",
        "storm[snow-severity-1]",
        "storm[snow-severity-3]",
        "fog",
        "snow",
    ]
    assert [check.words["min_accuracy"] for check in spec.checks] == [0.8] * 4 + [0.1, 0.2]


def test_a_list_that_is_one_value_makes_one_check(read) -> None:
    (check,) = read(
        '[[check]]\ntransform = "missing_values"\nrate = 0.1\nprotect = ["age", 2]\nmin_accuracy = 0\n'
    ).checks
    assert check.words["protect"] == ("age", 2)
    assert check.name == "missing_values"


@pytest.mark.parametrize(
    ("said", "meant"),
    [("15", 15), ('"1/4"', 0.25), ("{exactly = 5}", Exactly(5)), ("{low = -5, high = 5}", Between(-5, 5))],
)
def test_an_amount_is_a_number_a_fraction_or_a_range(read, said, meant) -> None:
    (check,) = read(f'[[check]]\ntransform = "rotate"\ndegrees = {said}\nmin_accuracy = 0.5').checks
    assert check.words["degrees"] == meant


def test_labels_tell_values_apart(read) -> None:
    spec = read('[[check]]\ntransform = "rotate"\ndegrees = [5, {low = -5, high = 5}, 0.5]\nmin_accuracy = 0.5')
    assert [check.name for check in spec.checks] == [
        "rotate[degrees-5]",
        "rotate[degrees-low-minus5-high-5]",
        "rotate[degrees-0.5]",
    ]


def test_a_check_is_called_by_its_change_or_by_what_it_measures(read) -> None:
    spec = read(
        """
        [[check]]
        min_accuracy = 0.5
        [[check]]
        metric = "f1_macro"
        min_score = 0.5
        [[check]]
        attack = "fgsm"
        eps = 0.1
        max_attack_success_rate = 0.5
        """
    )
    assert [check.name for check in spec.checks] == ["accuracy", "score", "fgsm"]


def test_the_words_of_every_check_are_understood_by_the_marker(read, tmp_path) -> None:
    np.savez(tmp_path / "train.npz", x=np.zeros((2, 2)), y=[0, 1])
    spec = read(
        """
        [[check]]
        max_generalization_gap = 0.1
        min_accuracy = 0.9
        [[check]]
        transform = "negate"
        rate = 1
        lowers = "positive"
        tolerance = 0.1
        min_direction = 0.5
        """,
        top=TOP + 'train = "train.npz"\nclaim = "population"\nbounds = [0, "255/1"]\n',
    )
    gap, direction = (RobustMark.of(pytest.mark.robust(**check.words).mark) for check in spec.checks)
    assert gap.arguments("generalization_gap") == {"train": tmp_path / "train.npz"}
    assert direction.arguments("direction")["lowers"] == "positive"
    assert (spec.bounds, dict(spec.policy)) == ((0, 255), {"claim": "population"})
    for source in spec.sources:
        source.check(allow_pickle=False)


# The text below model and data, and what is said of it.
MISTAKES = {
    "[[check]]\nmin_acuracy = 0.5": "4: key 'min_acuracy' of check 1: unknown; did you mean 'min_accuracy'?",
    "smaples = 5\n[[check]]\nmin_accuracy = 0.5": "3: key 'smaples': unknown; did you mean 'samples'?",
    '[[check]]\nattack = "pgd"\nepz = 0.1\nmin_accuracy = 0.5': "5: key 'epz' of check 1: unknown; did you mean 'eps'?",
    '[[check]]\nattack = "pgd"\neps = 0.1\nzzz = 1\nmin_accuracy = 0.5': "6: key 'zzz' of check 1: unknown; it takes name,",
    '[[check]]\nattack = "pdg"\neps = 0.1\nmin_accuracy = 0.5': "4: key 'attack' of check 1: 'pdg' is not among attacks: ",
    "[[check]]\nattack = 3\nmin_accuracy = 0.5": "4: key 'attack' of check 1: attack = 3 must be a text in quotes",
    '[[check]]\nattack = "pgd"\nmin_accuracy = 0.5': "4: key 'attack' of check 1: attack='pgd' needs eps=",
    '[[check]]\nattack = "pgd"\neps = 0.1': "3: check 1: states no bar: add for instance min_accuracy=0.9",
    '[[check]]\nname = "a"': "3: check 1: states no bar",
    '[[check]]\nattack = "pgd"\neps = "a lot"\nmin_accuracy = 0.5': (
        "5: key 'eps' of check 1: eps = 'a lot' must be a number, or a fraction in quotes such as \"8/255\""
    ),
    '[[check]]\nattack = "pgd"\neps = "8/0"\nmin_accuracy = 0.5': "5: key 'eps' of check 1: eps = '8/0' must be a number",
    '[[check]]\nattack = "pgd"\neps = -1\nmin_accuracy = 0.5': "5: key 'eps' of check 1: eps=-1 must be a finite number",
    '[[check]]\nattack = "pgd"\neps = true\nmin_accuracy = 0.5': "5: key 'eps' of check 1: eps = true must be a number",
    '[[check]]\nattack = "pgd"\neps = 1\nsteps = 1.5\nmin_accuracy = 0': "6: key 'steps' of check 1: steps = 1.5 must be a whole",
    '[[check]]\nattack = "pgd"\neps = 1\nnorm = "l3"\nmin_accuracy = 0': "norm = 'l3' must be one of LInf, L2, L1, L0, in quotes",
    '[[check]]\nattack = "pgd"\neps = 1\ngoal = "x"\nmin_accuracy = 0': "6: key 'goal' of check 1: 'pgd' takes a value here that only",
    '[[check]]\nattack = "adaptive_eot"\nmin_accuracy = 0': "4: key 'attack' of check 1: 'adaptive_eot' is made around another",
    '[[check]]\nattack = "pgd"\neps = []\nmin_accuracy = 0': "5: key 'eps' of check 1: an empty list: give at least one value",
    '[[check]]\nattack = "pgd"\neps = [1, 2]\nmin_accuracy = [0.5]': (
        "6: key 'min_accuracy' of check 1: 1 bars for 2 values of eps; give as many, or one bar for all"
    ),
    '[[check]]\nattack = "pgd"\neps = 1\nmin_accuracy = [0.5]': "a list of bars goes with one list of values, and here there is none",
    '[[check]]\nattack = "pgd"\neps = [1]\nsteps = [1]\nmin_accuracy = [0.5]': "and here of eps and steps; give one bar",
    '[[check]]\nmin_accuracy = "high"': "4: key 'min_accuracy' of check 1: min_accuracy = 'high' must be a number",
    '[[check]]\ntransform = "rotate"\nattack = "pgd"\nmin_accuracy = 0': "4: key 'transform' of check 1: attack and transform at once",
    '[[check]]\ntransform = "rotate"\ndegrees = {low = 5}\nmin_accuracy = 0': "must be a number, a fraction in quotes",
    '[[check]]\ntransform = "rotate"\ndegrees = {low = 5, high = 1}\nmin_accuracy = 0': "the first must not be above the second",
    '[[check]]\ntransform = "synonyms"\nrate = 1\nlexicon = {a = "b"}\nmin_accuracy = 0': "must be a table of lists of words",
    "[[check]]\nmin_accuracy = 0.5\nsamples = -1": "5: key 'samples' of check 1: samples=-1 must be an integer, at least 0",
    '[[check]]\nmin_accuracy = 0.5\nclaim = "all"': "5: key 'claim' of check 1: claim='all' is neither 'dataset' nor",
    "error = 2\n[[check]]\nmin_accuracy = 0.5": "3: key 'error': error=2 must lie strictly between 0 and 1",
    'exact = "yes"\n[[check]]\nmin_accuracy = 0.5': "3: key 'exact': exact = 'yes' must be true or false",
    "[[check]]\nmax_generalization_gap = 0.1": '3: check 1: a generalization gap needs train = "train.npz" at the top',
    'train = "a:b"\n[[check]]\nmin_accuracy = 0': "3: key 'train': train = 'a:b' must be the path of an .npz file",
    '[[check]]\nname = "a::b"\nmin_accuracy = 0': "4: key 'name' of check 1: name = 'a::b' must be one line of text without",
    "[[check]]\nmin_accuracy = 0.5\n\n[[check]]\nmin_accuracy = 0.6": (
        "6: check 2: a check called 'accuracy' stands in line 3 already: give each a name = of its own"
    ),
    '[[check]]\nname = "a"\nmin_accuracy = 0.5\n[[check]]\nname = "a"\nmin_accuracy = 0.6': "7: key 'name' of check 2: a check called",
    "": "1: no checks: add a line [[check]], and below it min_accuracy = 0.9",
    "[check]\nmin_accuracy = 0.5": "3: key 'check': not a list of tables: write [[check]], in two brackets",
    "bounds = [1, 0]\n[[check]]\nmin_accuracy = 0.5": "3: key 'bounds': bounds = [1, 0]: the first must be below the second",
    "bounds = 1\n[[check]]\nmin_accuracy = 0.5": "3: key 'bounds': bounds = 1 must be a pair of numbers, as in bounds = [0, 1]",
    "[[check]\nmin_accuracy = 0.5": "3: not TOML: ",
    "\n\nmin_accuracy = high": "5: not TOML: ",
    "\n\na = 'b": "5: not TOML: ",
    "model = 'again'": "3: not TOML: Cannot overwrite a value",
    "a = '''": "3: not TOML: ",
}


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: MISTAKES[text][:60])
def test_a_mistake_is_told_with_its_line_and_key(read, text) -> None:
    with pytest.raises(SpecError) as caught:
        read(text)
    message = MISTAKES[text]
    assert str(caught.value).startswith("robust.toml:")
    assert message in str(caught.value)
    if message[0].isdigit() and not message[1:].startswith(" bars"):
        assert str(caught.value).startswith(f"robust.toml:{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            b'data = "a:b"\n[[check]]\nmin_accuracy = 0',
            "robust.toml:1: key 'model': missing: the file says what its model is",
        ),
        (
            b'model = "a:b"\n[[check]]\nmin_accuracy = 0',
            "robust.toml:1: key 'data': missing: the file says what its data is",
        ),
        (
            b'model = 3\ndata = "a:b"\n[[check]]\nmin_accuracy = 0',
            "robust.toml:1: key 'model': model = 3 must be a text",
        ),
        (b"model = '\xff'", "robust.toml:1: not a text in UTF-8: "),
    ],
)
def test_a_file_without_its_model_or_data_says_which(read, text, message) -> None:
    with pytest.raises(SpecError) as caught:
        read(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("top", "message"),
    [
        ('model = "no.keras"\ndata = "a:b"', "robust.toml:1: key 'model': FOLDER/no.keras: no such model file"),
        (
            'model = "m.joblib"\ndata = "a:b"',
            "robust.toml:1: key 'model': FOLDER/m.joblib: loading it can run any code",
        ),
        ('model = "m.txt"\ndata = "a:b"', "robust.toml:1: key 'model': FOLDER/m.txt: not one of the model files"),
        ('model = "a:b"\ndata = "no.npz"', "robust.toml:2: key 'data': FOLDER/no.npz: no such data file"),
        ('model = "a:b"\ndata = "m.txt"', "robust.toml:2: key 'data': FOLDER/m.txt: data are read from .npz files"),
        ('model = "a:b"\ndata = "z.npz"', "robust.toml:2: key 'data': FOLDER/z.npz holds ['z']; it needs an array x"),
        ('model = "a:b"\ndata = "a:b"\ntrain = "text.npz"', "robust.toml:3: key 'train': FOLDER/text.npz: not an .npz"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_told_with_the_line_that_names_it(read, tmp_path, top, message) -> None:
    for name in ("m.joblib", "m.txt", "text.npz"):
        (tmp_path / name).write_text("text", encoding="utf-8")
    np.savez(tmp_path / "z.npz", z=[1])
    spec = read("\n[[check]]\nmin_accuracy = 0", top=top)
    with pytest.raises(SpecError) as caught:
        for source in spec.sources:
            source.check(allow_pickle=False)
    assert message.replace("FOLDER", str(tmp_path)) in str(caught.value)


MODULE = """
from functools import lru_cache
import math
def load(seed=0): return "made"
@lru_cache
def kept(): return "kept"
def predict(x): return x
class Models:
    best = "best"
value = "value"
builtin = math.hypot.__class__
"""


@pytest.fixture
def imported(read, tmp_path, monkeypatch):
    (tmp_path / "spec_module.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "spec_broken.py").write_text("import spec_nowhere", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield lambda text: read("[[check]]\nmin_accuracy = 0", top=f'model = "{text}"\ndata = "a:b"\n').model.imported()
    sys.modules.pop("spec_module", None)


def test_a_function_without_arguments_makes_the_model_and_anything_else_is_it(imported) -> None:
    assert imported("spec_module:load") == "made"
    assert imported("spec_module:kept") == "kept"
    assert imported("spec_module:value") == "value"
    assert imported("spec_module:Models.best") == "best"
    assert imported("spec_module:predict")("x") == "x"
    assert imported("builtins:dict.fromkeys") == dict.fromkeys


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("spec_nothing:load", "robust.toml:1: key 'model': no module 'spec_nothing' can be imported"),
        ("spec_module:loads", "robust.toml:1: key 'model': 'spec_module' has no 'loads'; did you mean 'load'?"),
        ("spec_module:zzzzzz", "robust.toml:1: key 'model': 'spec_module' has no 'zzzzzz'; define it in spec_module"),
    ],
)
def test_what_is_not_in_a_module_is_told(imported, text, message) -> None:
    with pytest.raises(SpecError) as caught:
        imported(text)
    assert message in str(caught.value)


def test_a_module_that_lacks_another_fails_as_in_a_test(imported) -> None:
    with pytest.raises(ModuleNotFoundError, match="spec_nowhere"):
        imported("spec_broken:load")
