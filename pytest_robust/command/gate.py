"""`pytest-robust gate`: saved runs, together, held to the last release."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from pytest_robust.command._files import margin, read_baseline, read_runs
from pytest_robust.command._judged import judged
from pytest_robust.command._screen import note, terminal
from pytest_robust.core.baseline import named
from pytest_robust.core.errors import InvalidArgument, InvalidReport
from pytest_robust.core.record import Run
from pytest_robust.gates.commit import commit_of
from pytest_robust.gates.keep import keep, shortfalls
from pytest_robust.reporting import Target, write

__all__ = ["HELP", "add_arguments", "run"]

HELP = "hold saved runs to the baseline of the last release, once for all shards"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN.json", help="saved runs; several are merged first")
    held = parser.add_mutually_exclusive_group(required=True)
    held.add_argument("--baseline", type=Path, metavar="FILE", help="what the last release came to")
    held.add_argument(
        "--first-release", action="store_true", help="there is no baseline yet: only the checks' bars hold"
    )
    parser.add_argument("--margin", type=margin, default=0.0, metavar="M", help="the largest drop allowed (default: 0)")
    parser.add_argument(
        "--waive",
        action="append",
        default=[],
        metavar="LINE",
        help="'check-id: reason (until YYYY-MM-DD)', as in robust_waive; repeatable",
    )
    parser.add_argument(
        "--output",
        action="append",
        default=[],
        type=_target,
        metavar="FORMAT:PATH",
        help="write a report, in the formats of --robust-output; repeatable",
    )
    parser.add_argument(
        "--save-baseline", type=Path, metavar="FILE", help="keep the run as what the next release is compared with"
    )
    parser.add_argument("--accept", default="", metavar="REASON", help="save it although it does not pass; kept in it")


def run(args: Namespace) -> int:
    """Judge the runs as one, print and write what they come to, and return the exit status.

    Raises:
        UnusableFile: A file cannot be read, or the runs do not fit together.
        InvalidArgument: A waiver is none.
        OSError: A report cannot be written.
    """
    if args.accept and args.save_baseline is None:
        raise InvalidArgument("--accept belongs to --save-baseline FILE: add it")
    if args.first_release and args.save_baseline is not None and args.save_baseline.exists():
        raise InvalidArgument(f"--first-release: there is a baseline, {args.save_baseline}; give it as --baseline")
    merged = read_runs(args.runs)
    baseline = read_baseline(args.baseline) if args.baseline is not None else None
    shown = args.save_baseline or args.baseline or "FILE"
    told = judged(
        merged.run,
        baseline,
        source=args.baseline.name if args.baseline is not None else "no baseline",
        margin=args.margin,
        waive=args.waive,
        refresh=f"pytest-robust gate --save-baseline {shown} ...",
    )
    assert told.gate is not None
    note(f"not the same everywhere: {line}" for line in merged.differences)
    sys.stdout.write(terminal().gate(told.gate))
    for target in args.output:
        target.write(told)
        note([f"wrote {target.path}"])
    kept = args.save_baseline is None or _save(args.save_baseline, told, args.accept)
    return 0 if told.gate.passed and kept else 1


def _save(path: Path, run: Run, accept: str) -> bool:
    """Save the baseline, and return whether it is there."""
    assert run.gate is not None
    against = [] if run.complete else ["the run did not come to its end"]
    against += [f"the gate blocks {check.check}: {check.decision}" for check in run.gate.blocking]
    try:
        # Where no score is there, none was to be public.
        kept = keep(
            run,
            against=against + shortfalls(run),
            accept=accept.strip(),
            how="--accept",
            commit=commit_of(Path.cwd()),
            scores=True,
        )
    except InvalidReport as error:
        note([f"baseline {path} not saved: {error}"])
        return False
    write(path, kept.to_json())
    checks = len(named(run))
    note([f"saved {checks} check{'s' * (checks > 1)} as baseline {path}"])
    return True


def _target(text: str) -> Target:
    try:
        return Target.of(text, Path.cwd())
    except InvalidArgument as error:
        raise ArgumentTypeError(str(error)) from None
