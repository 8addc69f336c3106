"""Deadlines that move when the calendar changes.

Every room with deadlines contributes a module `deadlines.py`:

    # gongkai/foi/deadlines.py
    from gongkai.workdays.moves import MovedDeadline

    def moved(old: WorkCalendar, new: WorkCalendar) -> Iterable[MovedDeadline]:
        '''Open deadlines that are not the same under both calendars; writes nothing.'''

    def refresh(actor: Actor) -> int:
        '''Rebuild what the room has stored of deadlines; returns how many rows changed.'''

    sources = (moved,)
    refreshers = (refresh,)      # optional: only where deadlines are kept in a column

`sources` are asked before a notice is accepted (the preview) and when it is; `refreshers` run
in the same transaction, after the new days are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.module_loading import module_has_submodule

if TYPE_CHECKING:
    from gongkai.ledger.actor import Actor
    from gongkai.statute.workdays import WorkCalendar


@dataclass(frozen=True)
class MovedDeadline:
    """One open deadline and where it goes. `label` names the case, `url` opens it."""

    label: str
    organ_name: str
    old: date
    new: date
    url: str = ""

    @property
    def days(self) -> int:
        """By how many calendar days it moves; negative is earlier."""
        return (self.new - self.old).days


def moved_deadlines(old: WorkCalendar, new: WorkCalendar) -> tuple[MovedDeadline, ...]:
    """Every open deadline of every room that differs under the two calendars, by new date."""
    found = [
        move
        for module in _contributions()
        for source in getattr(module, "sources", ())
        for move in source(old, new)
    ]
    return tuple(sorted(found, key=lambda move: (move.new, move.organ_name, move.label)))


def refresh_deadlines(actor: Actor) -> int:
    """Let every room rebuild the deadlines it has stored; returns how many changed."""
    return sum(
        refresh(actor)
        for module in _contributions()
        for refresh in getattr(module, "refreshers", ())
    )


def _contributions() -> list[ModuleType]:
    return [
        import_module(f"{config.name}.deadlines")
        for config in apps.get_app_configs()
        if config.name.startswith("gongkai.")
        and config.module is not None
        and module_has_submodule(config.module, "deadlines")
    ]
