"""What is sealed, and where: every room that keeps sealed values says so in its `sealed.py`.

    # gongkai/foi/sealed.py
    from gongkai.vault.registry import BlindIndex, SealedColumn, SealedFiles

    columns = (SealedColumn(Applicant, "sealed"), SealedColumn(Notice, "pdf_sealed", ":pdf"))
    files = (SealedFiles(CaseFile, files_of_case_file),)
    indexes = (BlindIndex("证件", Applicant, rebuild_identity),)

The rotation of keys seals anew what is listed here and then destroys the old key: what is sealed
and not listed would be lost, so a test compares the lists with the models.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.module_loading import module_has_submodule


@dataclass(frozen=True)
class SealedColumn:
    """A column with sealed bytes, bound to the row's `belongs_to` with `suffix` behind it."""

    model: type[models.Model]
    column: str
    suffix: str = ""

    @property
    def label(self) -> str:
        """The column in words."""
        meta = self.model._meta
        return f"{meta.verbose_name} {meta.get_field(self.column).verbose_name}"

    def belongs_to(self, row: Any) -> str:
        """What the value of this row is bound to."""
        return f"{row.belongs_to}{self.suffix}"


@dataclass(frozen=True)
class SealedFiles:
    """Sealed files that rows of a model name. `of_row` gives (belongs_to, path) of each."""

    model: type[models.Model]
    of_row: Callable[[Any], Iterable[tuple[str, str]]]

    @property
    def label(self) -> str:
        """Whose files they are, in words."""
        return str(self.model._meta.verbose_name)


@dataclass(frozen=True)
class BlindIndex:
    """Values made with the index key. `rebuild` makes those of one locked row anew.

    It saves what has changed and says whether anything had.
    """

    label: str
    model: type[models.Model]
    rebuild: Callable[[Any], bool]


def columns() -> tuple[SealedColumn, ...]:
    """Every sealed column of every room."""
    return tuple(one for module in _contributions() for one in getattr(module, "columns", ()))


def files() -> tuple[SealedFiles, ...]:
    """Every model whose rows name sealed files."""
    return tuple(one for module in _contributions() for one in getattr(module, "files", ()))


def indexes() -> tuple[BlindIndex, ...]:
    """Every blind index."""
    return tuple(one for module in _contributions() for one in getattr(module, "indexes", ()))


def _contributions() -> Iterator[ModuleType]:
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, "sealed"):
            yield import_module(f"{config.name}.sealed")
