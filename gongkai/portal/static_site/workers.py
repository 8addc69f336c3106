"""The processes that draw pages beside the one that leads.

Each begins with nothing, so nothing of Django may be imported before it is set up.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongkai.portal.static_site.exporting import Result, Worker

_worker: Worker | None = None


def begin(root: Path, with_app: bool) -> None:
    """The first thing that a process does."""
    global _worker
    import django

    django.setup()
    from gongkai.portal.static_site.exporting import Worker

    _worker = Worker(root, with_app=with_app)


def work(known: Sequence[tuple[str, str]]) -> list[Result]:
    """Draw a portion."""
    assert _worker is not None
    return _worker.work(known)
