"""Which source files a trained model depends on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

__all__ = ["hash_of_sources", "sources"]

PACKAGE = Path(__file__).parent


def sources(start: Path, *, package: Path = PACKAGE) -> tuple[Path, ...]:
    """Return a file and all files of the package that it imports, directly or through others.

    So a change to one task retrains that task, and a change to what several share retrains those.

    Args:
        start: A Python file.
        package: The folder that is the package; imports of other packages are not followed.
    """
    found: set[Path] = set()
    waiting = [start]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += _imports(file, package)
    return tuple(sorted(found))


def hash_of_sources(files: tuple[Path, ...]) -> str:
    """Return a short hash of what the files say, wherever they lie and however their lines end."""
    digest = blake2b(digest_size=8)
    for file in files:
        text = file.read_text(encoding="utf-8").encode()
        digest.update(f"{file.name} {len(text)}\n".encode())
        digest.update(text)
    return digest.hexdigest()


def _imports(file: Path, package: Path) -> Iterator[Path]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            # The names may be modules themselves: `from reference_models.data import mnist`.
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for module in modules:
            root, *parts = module.split(".")
            if root == package.name:
                place = package.joinpath(*parts)
                candidates = [place / "__init__.py", *([place.with_suffix(".py")] if parts else [])]
                yield from (candidate for candidate in candidates if candidate.is_file())
