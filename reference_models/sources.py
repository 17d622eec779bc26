"""Which definitions a trained model depends on, in whatever files they stand."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

__all__ = ["PACKAGE", "Definition", "definitions", "hash_of_definitions"]

PACKAGE = Path(__file__).parent

Node: TypeAlias = ast.stmt | ast.expr

# What of a task makes its model; the rest says what is expected of it, and what is asked of it. What `load` returns
# has a fingerprint of its own, in which every value counts.
_MAKES = ("build", "fit")

# Tokens that change nothing of what a definition does.
_UNSEEN = {tokenize.COMMENT, tokenize.NL}
# Spaces tell nothing, but for those that a line begins with.
_SIGNS = {tokenize.NEWLINE: "\n", tokenize.INDENT: ">", tokenize.DEDENT: "<"}


@dataclass(frozen=True, kw_only=True, order=True)
class Definition:
    """Something that stands at the top of a file.

    Args:
        file: Where it stands.
        name: What it is called there; a part of a task is called as in `TASK.load`.
    """

    file: Path
    name: str


def definitions(
    task: Path, *also: Definition, parts: tuple[str, ...] = _MAKES, package: Path = PACKAGE
) -> tuple[Definition, ...]:
    """Return what a task's model is made of, besides its data: its `build` and `fit`, and all that these use.

    Names are followed definition by definition through the files of the package, so that one more
    network in a file of many, or another bar for what a task measures, leaves the trained models
    what they are. Names in annotations are not followed, they do nothing.

    Args:
        task: A file that assigns `TASK`.
        also: More that takes part.
        parts: Of the task; others than those that make its model may be asked about as well.
        package: The folder that is the package; other packages are not followed.
    """
    found: set[Definition] = set()
    waiting = [*also, *(Definition(file=task, name=f"TASK.{part}") for part in parts)]
    while waiting:
        definition = waiting.pop()
        source = _read(definition.file)
        if definition not in found and definition.name in source.nodes:
            found.add(definition)
            waiting += source.used_by(definition.name, package)
    return tuple(sorted(found))


def hash_of_definitions(found: tuple[Definition, ...]) -> str:
    """Return a short hash of what the definitions do: no comment, docstring or line end counts."""
    digest = blake2b(digest_size=8)
    for definition in found:
        text = _read(definition.file).code_of(definition.name)
        digest.update(f"{definition.file.name} {definition.name} {len(text)}\n{text}".encode())
    return digest.hexdigest()


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A file, taken apart.

    Args:
        file: The file.
        nodes: What stands at its top, by name.
        imports: What it imports from elsewhere, at its top or inside, by the name it has here: the module,
            and the name there.
        tokens: All its tokens.
    """

    file: Path
    nodes: dict[str, Node]
    imports: dict[str, tuple[str, str]]
    tokens: tuple[tokenize.TokenInfo, ...]

    def used_by(self, name: str, package: Path) -> Iterator[Definition]:
        """Yield what a definition names, in this file or where this file has it from."""
        for node in _without_annotations(self.nodes[name]):
            if isinstance(node, ast.Name):
                if node.id in self.imports:
                    module, original = self.imports[node.id]
                    yield from _in_module(module, original, package)
                yield Definition(file=self.file, name=node.id)
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in self.imports:
                # The name that was imported may be a module: `from reference_models.data import mnist`.
                yield from _in_module(".".join(self.imports[node.value.id]), node.attr, package)

    def code_of(self, name: str) -> str:
        """Return the tokens of a definition."""
        node = self.nodes[name]
        ranges = [_range(each) for each in _docstrings(node)]
        begin, end = _range(node)
        return "".join(
            _SIGNS.get(token.type, token.string)
            for token in self.tokens
            if begin <= token.start < end
            and token.type not in _UNSEEN
            # The block above a definition ends where it begins.
            and not (token.start == begin and token.type == tokenize.DEDENT)
            and not any(first <= token.start < last for first, last in ranges)
        )


def _read(file: Path) -> _Source:
    return _taken_apart(file, file.stat().st_mtime_ns, file.stat().st_size)


@cache
def _taken_apart(file: Path, _changed: int, _size: int) -> _Source:
    with tokenize.open(file) as lines:
        tokens = tuple(tokenize.generate_tokens(lines.readline))
    tree = ast.parse(file.read_text(encoding="utf-8"))
    nodes: dict[str, Node] = {}
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            nodes[statement.name] = statement
        for target in _targets(statement):
            nodes[target] = statement
            nodes |= _parts_of_task(target, statement)
    imports = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    return _Source(file=file, nodes=nodes, imports=imports, tokens=tokens)


def _targets(statement: ast.stmt) -> Iterator[str]:
    assigned = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    for target in assigned:
        yield from (node.id for node in ast.walk(target) if isinstance(node, ast.Name)) if target else ()


def _parts_of_task(target: str, statement: ast.stmt) -> dict[str, Node]:
    value = getattr(statement, "value", None)
    if target != "TASK" or not isinstance(value, ast.Call):
        return {}
    return {f"TASK.{each.arg}": each.value for each in value.keywords}


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for field, value in ast.iter_fields(node):
        if field not in {"annotation", "returns"}:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _without_annotations(child)


def _in_module(module: str, name: str, package: Path) -> Iterator[Definition]:
    root, *parts = module.split(".")
    if root == package.name:
        place = package.joinpath(*parts)
        for file in (place / "__init__.py", place.with_suffix(".py")):
            if file.is_file():
                yield Definition(file=file, name=name)


def _docstrings(node: Node) -> Iterator[Node]:
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(child) is not None:
            yield child.body[0]


def _range(node: Node) -> tuple[tuple[int, int], tuple[int, int]]:
    first = min([node, *getattr(node, "decorator_list", [])], key=lambda each: each.lineno)
    # What was parsed from a file has an end.
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return (first.lineno, first.col_offset), (node.end_lineno, node.end_col_offset)
