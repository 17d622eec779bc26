"""The plugin's options: each a flag and an ini key of the same name."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_robust.core.claim import Claim, as_claim
from pytest_robust.core.errors import InvalidArgument
from pytest_robust.core.policy import Policy
from pytest_robust.plugin import gating
from pytest_robust.plugin._options import BATTERIES, Option, based, flag, from_file, parsed
from pytest_robust.plugin.gating import Gating

if TYPE_CHECKING:
    from pytest_robust.core.deadline import Deadline
    from pytest_robust.reporting import Target

__all__ = ["Settings", "add_options"]

_DEFAULTS = {item.name: item.default for item in fields(Policy) if item.default is not None}
_OTHERS = {
    "profile": "standard",
    "margin": f"{Gating.margin:g}",
    "baseline_detail": Gating.detail,
    "annotations": "auto",
}


def _claim(text: str) -> Claim:
    return as_claim(text)


def _seconds(text: str) -> float:
    from pytest_robust.core.duration import as_seconds

    return as_seconds(text)


def _pair(text: str) -> tuple[float, float]:
    low, colon, high = text.partition(":")
    if not colon:
        raise ValueError("write LOW:HIGH, for instance 0:255")
    return float(low), float(high)


def _when(text: str) -> str:
    if text not in _WHEN:
        raise ValueError(f"choose one of {', '.join(_WHEN)}")
    return text


def _shard(text: str) -> object:
    from pytest_robust.core.shard import Shard

    return Shard.of(text)


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError("give it a name, such as 2.1.0")
    return text.strip()


_VALUES = (
    Option(
        name="claim",
        metavar="CLAIM",
        parse=_claim,
        help="What verdicts are about: 'dataset' (these examples) or 'population' (what they are a sample of)",
    ),
    Option(name="confidence", metavar="P", parse=float, help="Coverage of the intervals shown"),
    Option(
        name="error",
        metavar="P",
        parse=float,
        help="Chance that a verdict reached early differs from the full evaluation's",
    ),
    Option(name="samples", metavar="N", parse=int, help="Use at most N examples, drawn by the seed; 0 for all"),
    Option(name="seed", metavar="N", parse=int, help="All random numbers come from it"),
    Option(name="batch_size", metavar="N", parse=int, help="Examples a model is asked about at once, at most"),
)
_SHARD = (
    # Of one job of several, so without a key: in an ini file all jobs would look at the same examples.
    Option(
        name="shard",
        metavar="I/K",
        parse=_shard,
        help="Look at every K-th example only, beginning with the I-th, and judge nothing: "
        "pytest-robust merge or gate judges the runs of all K together",
        ini=False,
    ),
)
_BATTERY = (
    Option(
        name="model",
        metavar="PATH",
        parse=Path,
        help="Run the standard battery on this model file, without a test file; also what the fixture robust_model is",
    ),
    Option(
        name="data",
        metavar="PATH",
        parse=Path,
        help="The examples: an .npz file with x and y; also what the fixture robust_data is",
    ),
    Option(
        name="train",
        metavar="PATH",
        parse=Path,
        help="The examples the model was trained on, for the battery's generalization gap",
    ),
    Option(
        name="bounds",
        metavar="LOW:HIGH",
        parse=_pair,
        help="The values an input of the battery can take, where they are in doubt",
    ),
)
_BUDGET = (
    Option(
        name="budget",
        metavar="TIME",
        parse=_seconds,
        help="Time for the whole session, such as 90s, 10min or 2h; a check that it does not suffice for is UNDECIDED",
    ),
)
_WHEN = ("auto", "no")
_PIPELINE = (
    Option(
        name="annotations",
        metavar="WHEN",
        parse=_when,
        help="Annotate on GitHub what did not pass: 'auto', where GITHUB_ACTIONS is true, or 'no'",
    ),
)
_HISTORY = (
    Option(
        name="run_name",
        metavar="NAME",
        parse=_name,
        help="What this run is called in the history; else the git commit, else the folder",
    ),
)
# Chosen before all others, which it sets.
_PROFILE = Option(
    name="profile",
    metavar="NAME",
    parse=str,
    help="How much the battery takes: 'quick', 'standard' or 'release'; or a profile of robust_profiles",
)
_SWITCHES = {
    "report": "Show the table of checks, write .robust/report.html, .json and .md, and add to the history",
    "exact": "Evaluate all examples, also where the verdict is settled before",
    "allow_pickle": "Load model files that can run code (pickle, joblib)",
    "junit_properties": "Write the numbers of each check into --junitxml as properties of its test",
    "disable": "Skip all tests that use robust: for machines without the models",
}


# A first release is one run's: in an ini file it would hold for every one after it.
_INI = tuple(name for name in {**_SWITCHES, **gating.SWITCHES} if name != "first_release")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What flags and ini keys came to.

    Args:
        policy: How measurements are made and judged.
        report: Whether the table is shown and `.robust/` written.
        outputs: Further reports to write.
        disable: Whether tests that use robust are skipped.
        model: A model file, for the battery and for the project's own fixture.
        data: Its examples.
        train: Its training examples.
        bounds: The values an input can take.
        profile: How much the battery takes.
        samples: How many examples the battery takes, where that is said; else the profile says it.
        gating: Baselines, and the gate.
        replay: A saved counterexample, which runs alone.
        counterexamples: Where broken inputs are saved, None for nowhere.
        annotations: Whether commands for GitHub's runner are printed.
        junit_properties: Whether tests get properties for JUnit's file.
        run_name: What the run is called in the history; empty for the git commit or the folder.
        deadline: Until when models may be asked, None for no end.
        plan: Whether checks are planned rather than made.
        commanded: The policy's fields that the command line sets, which no marker overrides.
    """

    policy: Policy
    report: bool
    outputs: tuple[Target, ...]
    disable: bool
    model: Path | None = None
    data: Path | None = None
    train: Path | None = None
    bounds: tuple[float, float] | None = None
    profile: str = "standard"
    samples: int | None = None
    gating: Gating = field(default_factory=Gating)
    run_name: str = ""
    commanded: frozenset[str] = frozenset()
    replay: Path | None = None
    counterexamples: Path | None = None
    annotations: bool = False
    junit_properties: bool = False
    deadline: Deadline | None = None
    plan: bool = False

    @property
    def battery(self) -> bool:
        """Whether there is a model to run the battery on."""
        return self.model is not None and self.data is not None and not self.disable and self.replay is None

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        """Return the settings of a session: the command line over the profile over the ini file.

        Raises:
            UsageError: A value is not one; the message names the flag.
        """
        profile = _chosen_profile(config)
        values, battery = parsed(_VALUES, config), parsed(_BATTERY, config)
        replay = config.getoption("robust_replay")
        if "model" in battery and "data" not in battery and not replay:
            raise pytest.UsageError(f"--robust-model={battery['model']} needs its examples: --robust-data=test.npz")
        for name in battery.keys() & {"model", "data", "train"}:
            battery[name] = based(config, name) / str(battery[name])
        switches = {name: bool(config.getoption(f"robust_{name}") or from_file(config, name)) for name in _SWITCHES}
        plan = bool(config.getoption("robust_plan"))
        if plan:
            _refuse_beside_plan(config)
        gate = Gating.of(config, disable=switches["disable"])
        shard = parsed(_SHARD, config)
        if shard and gate.wanted:
            raise pytest.UsageError(
                f"--robust-shard={shard['shard']} judges nothing, so it cannot gate or save a baseline: write each "
                "shard's run with --robust-output=json:FILE, then pytest-robust gate FILE..."
            )
        if shard and gate.detail == "counts":
            raise pytest.UsageError(
                f"--robust-shard={shard['shard']} keeps what each example came to, which "
                "--robust-baseline-detail=counts forbids: leave one of them out"
            )
        # A gate and a shard need each example's answer.
        exact = gate.wanted or bool(shard)
        try:
            policy = Policy(**values, **shard, exact=switches["exact"] or exact, allow_pickle=switches["allow_pickle"])  # type: ignore[arg-type]  # parsed above
        except InvalidArgument as error:
            raise pytest.UsageError(f"--robust-{error}") from None
        texts = [*config.getini("robust_output"), *config.getoption("robust_output")]
        return cls(
            policy=policy,
            report=switches["report"],
            outputs=tuple(_output(text, config) for text in texts),
            disable=switches["disable"],
            samples=policy.samples if "samples" in values else None,
            replay=config.invocation_params.dir / replay if replay else None,
            counterexamples=config.rootpath / ".robust" / "counterexamples" if switches["report"] else None,
            profile=profile,
            **battery,  # type: ignore[arg-type]  # parsed above
            gating=gate,
            annotations=parsed(_PIPELINE, config).get("annotations") != "no"
            and os.environ.get("GITHUB_ACTIONS") == "true",
            junit_properties=switches["junit_properties"],
            run_name=str(parsed(_HISTORY, config).get("run_name", "")),
            deadline=_deadline(config),
            plan=plan,
            commanded=frozenset(
                # So no marker may stop before the last.
                [name for name in _DEFAULTS if config.getoption(f"robust_{name}", default=None)] + ["exact"] * exact
            ),
        )


def add_options(parser: pytest.Parser) -> None:
    """Declare the flags and ini keys."""
    group = parser.getgroup("robust", "model robustness (pytest-robust)")
    for name, text in {**_SWITCHES, **gating.SWITCHES}.items():
        group.addoption(
            flag(name), dest=f"robust_{name}", action="store_true", default=False, help=f"{text}. Default: off"
        )
        if name in _INI:
            parser.addini(f"robust_{name}", f"{text}. Default: off", type="bool", default=False)
    group.addoption(
        "--robust-plan",
        dest="robust_plan",
        action="store_true",
        default=False,
        help="Tell what the checks would cost and could detect, from ten examples each; judge nothing. Default: off",
    )
    group.addoption(
        "--robust-output",
        dest="robust_output",
        action="append",
        default=[],
        metavar="FORMAT:PATH",
        help="Write a report: json, html, md, or md-append to add to a file; repeatable. Default: none",
    )
    group.addoption(
        "--robust-replay",
        dest="robust_replay",
        default=None,
        metavar="FILE",
        help="Ask the model about a saved counterexample, and run nothing else. Default: none",
    )
    parser.addini("robust_output", "Reports to write, one FORMAT:PATH a line", type="linelist", default=[])
    parser.addini(
        "robust_profiles",
        "Profiles of the project, one 'name: option=value, option=value' a line, for --robust-profile=name",
        type="linelist",
        default=[],
    )
    parser.addini(
        "robust_waive",
        "Checks that --robust-gate lets through for a while, one 'check-id: reason (until YYYY-MM-DD)' a line",
        type="linelist",
        default=[],
    )
    for option in (*_VALUES, *_SHARD, *_BATTERY, _PROFILE, *_BUDGET, *_HISTORY, *gating.OPTIONS, *_PIPELINE):
        default = _DEFAULTS.get(option.name, _OTHERS.get(option.name, "none"))
        text = f"{option.help}. Default: {default.value if isinstance(default, Claim) else default}"
        group.addoption(
            flag(option.name), dest=f"robust_{option.name}", default=None, metavar=option.metavar, help=text
        )
        if option.ini:
            parser.addini(f"robust_{option.name}", text, default="")


def _chosen_profile(config: pytest.Config) -> str:
    """Put what a profile of the project sets before the ini file, and return how much the battery takes."""
    named = config.getoption("robust_profile") or config.getini("robust_profile") or _OTHERS["profile"]
    if named in BATTERIES and not config.getini("robust_profiles"):
        return str(named)
    from pytest_robust.plugin.profiles import choose

    settable = (*_VALUES, *_BATTERY, *_BUDGET, *_HISTORY, *gating.OPTIONS, *_PIPELINE)
    return choose(config, named, values=settable, switches=_INI)


def _deadline(config: pytest.Config) -> Deadline | None:
    seconds = parsed(_BUDGET, config).get("budget")
    if seconds is None:
        return None
    from pytest_robust.plugin.budget import deadline_of

    return deadline_of(config, float(str(seconds)))


def _refuse_beside_plan(config: pytest.Config) -> None:
    """Refuse what wants a verdict from a session that gives none."""
    for name in ("gate", "save_baseline", "replay", "output", "shard"):
        given = config.getoption(f"robust_{name}")
        if given or (name == "gate" and from_file(config, "gate")):
            off = "" if given else "; for this run alone: -o robust_gate=false"
            raise pytest.UsageError(
                f"--robust-plan judges nothing, and {flag(name)} needs a run that does: leave one out{off}"
            )


def _output(text: str, config: pytest.Config) -> Target:
    from pytest_robust.reporting import Target

    try:
        return Target.of(text, config.invocation_params.dir)
    except InvalidArgument as error:
        raise pytest.UsageError(f"--robust-output={error}") from None
