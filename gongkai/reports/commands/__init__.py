"""The subcommands of ``gongkai report``, one module each.

A module has

* ``help``: one line, Chinese and English;
* ``add_arguments(parser)``;
* ``run(command, options) -> int``: the exit code. Output goes through ``command.stdout``;
  a mistake of the person at the console is a ``CommandError`` with ``returncode=2``.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def subcommands() -> Iterator[tuple[str, ModuleType]]:
    """(name, module) of each, in alphabetical order."""
    for found in sorted(iter_modules(__path__), key=lambda one: one.name):
        if not found.name.startswith("_"):
            yield found.name, import_module(f"{__name__}.{found.name}")
