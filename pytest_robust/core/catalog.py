"""The folder is the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from importlib import import_module
from importlib.metadata import entry_points
from inspect import isabstract
from pkgutil import walk_packages
from typing import Generic, TypeVar

from pytest_robust.core.errors import InvalidArgument

__all__ = ["Catalog", "file_name"]

T = TypeVar("T")


def file_name(class_name: str) -> str:
    """Return the name of the file that a class of this name lives in.

    Examples:
        >>> file_name("GaussianNoise"), file_name("PGD")
        ('gaussian_noise', 'pgd')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name).lower()


@dataclass(frozen=True, kw_only=True)
class Catalog(Generic[T]):
    """What a room holds, found by its files; other distributions add through entry points.

    Args:
        room: The package that is searched, and the entry points' group.
        interface: What its members are subclasses of.
    """

    room: str
    interface: type[T]

    def names(self) -> tuple[str, ...]:
        """Return the names of all members, sorted."""
        return tuple(sorted(self._modules))

    def load(self, name: str) -> type[T]:
        """Return the class that the file `name` holds.

        Raises:
            InvalidArgument: There is no such file; the message names the nearest.
        """
        modules = self._modules
        if name not in modules:
            near = get_close_matches(name, modules, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            what = self.room.rsplit(".", 1)[-1]
            raise InvalidArgument(f"{name!r} is not among {what}: {', '.join(sorted(modules))}{hint}")
        if name not in self._loaded:
            self._loaded[name] = self._only_member(name, modules[name])
        return self._loaded[name]

    def __iter__(self) -> Iterator[type[T]]:
        """Yield every member, by name."""
        return (self.load(name) for name in self.names())

    @cached_property
    def _loaded(self) -> dict[str, type[T]]:
        return {}

    @cached_property
    def _modules(self) -> dict[str, str]:
        # Once: entry points are looked for in the metadata of every installed distribution.
        package = import_module(self.room)
        found = {
            module.name.rsplit(".", 1)[-1]: module.name
            for module in walk_packages(package.__path__, prefix=f"{self.room}.")
            if not module.ispkg and not module.name.rsplit(".", 1)[-1].startswith("_")
        }
        return found | {entry.name: entry.value for entry in entry_points(group=self.room)}

    def _only_member(self, name: str, place: str) -> type[T]:
        module_name, _, attribute = place.partition(":")
        module = import_module(module_name)
        chosen = [attribute] if attribute else module.__all__
        members = [
            value
            for value in (getattr(module, word) for word in chosen)
            if isinstance(value, type) and issubclass(value, self.interface) and not isabstract(value)
        ]
        named = [member for member in members if file_name(member.__name__) == name or attribute]
        if len(named) != 1:
            raise InvalidArgument(
                f"{place} must hold one {self.interface.__name__} named after it, and exports {chosen}"
            )
        return named[0]
