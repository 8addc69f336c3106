"""Where somebody with a wrong address probably wants to go, guessed from the address itself."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from django.db import DatabaseError

from gongkai.catalogue.models import Column

log = logging.getLogger(__name__)

LONGEST: Final = 300
"""Of an address no more is looked at."""
MOST_COLUMNS: Final = 6
_HAN: Final = re.compile(r"[\u3400-\u9fff][\u3400-\u9fff0-9〔〕（）()《》、“”·]*")
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{1,59}")
_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{1,5}$")


@dataclass(frozen=True)
class Guide:
    """``words`` stand in the search box; ``columns`` have a name that is part of the address."""

    words: str
    columns: tuple[Column, ...]


def towards(path: str) -> Guide:
    """The best guess. One statement at most, and none for an address that holds no name."""
    parts = _parts(path)
    return Guide(_words(parts), _columns(parts))


def _parts(path: str) -> list[str]:
    """The steps of the address, read as people typed them."""
    steps = unquote(path[:LONGEST], errors="ignore").split("/")
    return [_EXTENSION.sub("", step).strip() for step in steps if step]


def _words(parts: list[str]) -> str:
    """The Chinese words of the address: old sites put titles there, and people paste them."""
    found = [word for part in parts for word in _HAN.findall(part)]
    return " ".join(dict.fromkeys(found))[:40].strip()


def _columns(parts: list[str]) -> tuple[Column, ...]:
    """Columns that bear a step of the address as their name."""
    slugs = {part.lower() for part in parts if _SLUG.fullmatch(part.lower())}
    if not slugs:
        return ()
    try:
        return tuple(Column.objects.filter(slug__in=slugs, closed_on=None)[:MOST_COLUMNS])
    except DatabaseError:
        log.warning("no columns for the guide of a wrong address: the database does not answer")
        return ()
