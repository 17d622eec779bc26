"""`python -m reference_models list`, or one of `show`, `draw`, `train`, `sample` and `animate` with a task's name."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import cast

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from reference_models.determinism import pin
from reference_models.store import members, save, shipped_at, stored_at, trained
from reference_models.task import Epoch, Task, Trained, train
from reference_models.tasks import every, find


def main(arguments: list[str], console: Console) -> int:
    """Do what the command line asks for, in a process that does nothing else.

    Returns:
        The exit status: 0, 1 where the metrics are not as expected, 2 where something was wrong.
    """
    options = _parser().parse_args(arguments)
    if options.command == "list":
        console.print(_table_of_tasks())
        return 0
    if options.data_dir:
        os.environ["ROBUST_DATA_DIR"] = str(options.data_dir)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # It tells everyone who has no GPU that they have none.
    try:
        task = find(options.name)
        pin()  # Before anything imports TensorFlow, as loading the data may.
        shows = {"show": _show, "draw": _draw, "sample": _sample, "animate": _animate}
        if options.command in shows:
            shows[options.command](task, options, console)
            return 0
        result = _train(task, options.seed, quick=options.quick, console=console)
    except (ValueError, OSError) as error:
        console.print(f"[red]error:[/] {error}", highlight=False, soft_wrap=True)
        return 2
    # A full training is kept where `trained` looks, so that nothing is trained twice.
    place = _place(options, result)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        save(result, place, command=f"python -m reference_models {shlex.join(arguments)}")
        console.print(f"saved, with its record {place}", soft_wrap=True)
    return 0 if _report(result, console) or options.quick else 1


def _place(options: argparse.Namespace, result: Trained) -> Path | None:
    """Return where the record of a training is kept."""
    if options.out:
        return cast("Path", options.out).with_suffix(".json")
    if options.ship:
        return shipped_at(result.task)
    return None if options.quick else stored_at(result.task, result.seed, result.splits)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m reference_models", description="The reference models.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="name the tasks")
    one = argparse.ArgumentParser(add_help=False)
    one.add_argument("name", metavar="NAME", help="a task's name, as `list` has it")
    one.add_argument("--data-dir", type=Path, metavar="DIR", help="a folder with your data, as ROBUST_DATA_DIR")
    commands.add_parser("show", parents=[one], help="describe a task and its model")
    drawing = commands.add_parser("draw", parents=[one], help="draw what there is to see of a task's trained model")
    drawing.add_argument("--out", type=_picture_file, metavar="FILE", help="a .png or .svg (default: NAME.png)")
    making = commands.add_parser("sample", parents=[one], help="save images that a task's trained generator makes")
    making.add_argument("--count", type=partial(_whole, least=1), default=100, metavar="N", help="(default: 100)")
    making.add_argument(
        "--seed", type=partial(_whole, least=0), default=0, metavar="N", help="of the latent vectors (default: 0)"
    )
    making.add_argument("--out", type=Path, metavar="DIR", help="for grid.png and a PNG of each (default: NAME)")
    moving = commands.add_parser("animate", parents=[one], help="train a task's generator and save how its images come")
    moving.add_argument("--seed", type=int, default=0, metavar="N", help="everything random follows (default: 0)")
    moving.add_argument("--out", type=_moving_file, metavar="FILE", help="a .gif or .webp (default: NAME.gif)")
    training = commands.add_parser("train", parents=[one], help="train a task's model and measure it")
    training.add_argument("--seed", type=int, default=0, metavar="N", help="everything random follows (default: 0)")
    training.add_argument("--quick", action="store_true", help="one short epoch, to see that it runs")
    place = training.add_mutually_exclusive_group()
    place.add_argument("--out", type=_keras_file, metavar="FILE", help="save the model here, as .keras")
    place.add_argument("--ship", action="store_true", help="keep it as the one that ships, under weights/")
    return parser


def _keras_file(text: str) -> Path:
    if not text.endswith(".keras"):
        raise argparse.ArgumentTypeError(f"{text!r} must end in .keras, the format it is saved in")
    return Path(text)


def _picture_file(text: str) -> Path:
    if not text.endswith((".png", ".svg")):
        raise argparse.ArgumentTypeError(f"{text!r} must end in .png or .svg")
    return Path(text)


def _moving_file(text: str) -> Path:
    if not text.endswith((".gif", ".webp")):
        raise argparse.ArgumentTypeError(f"{text!r} must end in .gif or .webp")
    return Path(text)


def _whole(text: str, *, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, {least} or more")
    return int(text)


def _draw(task: Task, options: argparse.Namespace, console: Console) -> None:
    place = options.out or Path(f"{task.name}.png")
    place.parent.mkdir(parents=True, exist_ok=True)
    task.figure(trained(task)).savefig(place, dpi=150)
    console.print(f"drawn: {place}", soft_wrap=True)


def _sample(task: Task, options: argparse.Namespace, console: Console) -> None:
    from reference_models.gan.pictures import save_each, save_grid
    from reference_models.gan.sampling import latents, samples

    _check_makes_images(task)
    generator = trained(task).model["generator"]
    images = samples(generator, latents(generator, options.count, key=options.seed))
    folder = options.out or Path(task.name)
    save_each(images, folder)
    save_grid(images, folder / "grid.png")
    console.print(f"saved: {folder / 'grid.png'}, and {len(images)} files beside it", soft_wrap=True)


def _animate(task: Task, options: argparse.Namespace, console: Console) -> None:
    from reference_models.gan.animation import animate

    _check_makes_images(task)
    place = options.out or Path(f"{task.name}.gif")
    console.print(f"training: more than {task.cpu_seconds} seconds of a core")
    animate(task, place, seed=options.seed)
    console.print(f"saved: {place}", soft_wrap=True)


def _check_makes_images(task: Task) -> None:
    from reference_models.gan.fit import Adversarial

    makers = [each.name for each in every() if isinstance(each.fit, Adversarial)]
    if task.name not in makers:
        raise ValueError(f"{task.name} makes no images; {' and '.join(makers)} do")


def _table_of_tasks() -> Table:
    table = Table("#", "task", "what it is", "expected", "CPU s", box=None)
    for task in every():
        expected = "\n".join(f"{each} ({each.source})" for each in task.expected)
        table.add_row(str(task.number), task.name, task.purpose, expected, f"{task.cpu_seconds}")
    return table


def _show(task: Task, _: argparse.Namespace, console: Console) -> None:
    splits = task.load()
    table = Table(show_header=False, box=None)
    table.add_row("task", f"{task.number}, {task.name}")
    table.add_row("what it is", task.purpose)
    table.add_row("data", task.data)
    table.add_row("data at hand", f"{splits.source}: {len(splits.train)} to learn from, {len(splits.test)} to test on")
    table.add_row("expected", ", ".join(map(str, task.expected_on(splits.source))) or "nothing, on this data")
    table.add_row("asserted", task.asserted)
    made = [path for path in (shipped_at(task), stored_at(task, 0, splits)) if path.is_file()]
    table.add_row("trained", "\n".join(map(str, made)) or "not yet, with seed 0 and this source")
    console.print(table)
    for name, model in members(task.build()).items():
        if name:
            console.print(name, style="bold")
        model.summary(print_fn=lambda text, **_: console.print(text, highlight=False))


def _train(task: Task, seed: int, *, quick: bool, console: Console) -> Trained:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[figures]}"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        bar = progress.add_task(f"{task.name}, seed {seed}", total=None, figures="")

        def advance(epoch: Epoch) -> None:
            figures = "  ".join(f"{name} {value:.3f}" for name, value in epoch.figures.items())
            progress.update(bar, completed=epoch.number, total=epoch.of, figures=figures)

        return train(task, seed=seed, quick=quick, on_epoch=advance)


def _report(result: Trained, console: Console) -> bool:
    """Print what was measured, and return whether it is what was expected."""
    expected = {each.metric: each for each in result.task.expected_on(result.splits.source)}
    for name, value in result.metrics.items():
        bar = expected.get(name)
        word = "nothing expected" if bar is None else f"expected {bar.value:g} ± {bar.tolerance:g}"
        colour = "green" if bar is None or bar.holds(value) else "red"
        console.print(f"[{colour}]{name} {value:.4f}[/]  ({word}, {result.splits.source})", highlight=False)
    console.print(f"{result.cpu_seconds:.1f} CPU seconds", highlight=False)
    return all(bar.holds(result.metrics[name]) for name, bar in expected.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Console()))
