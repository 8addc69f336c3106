"""维护状态: whether the public site is closed for a while, said by a file and not the database.

The database may be the very thing that is being looked after. The file lies in the data
directory, which all processes of one machine share; whoever runs several machines closes the
site at the proxy with the page that lies beside it (`503.html`).
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from gongkai.portal import preferences

log = logging.getLogger(__name__)

GLANCE: Final = 0.5
"""Seconds for which a look at the file holds while requests come in."""
RETRY: Final = 600
"""Seconds after which a reader (or a search engine) should ask again when no end is known."""


@dataclass(frozen=True)
class Closure:
    """That the site is closed, why, and until when if that is known.

    `name` is what the site was called when it was closed: later nobody may be there to ask.
    """

    message: str = ""
    until: datetime | None = None
    name: str = field(default="", compare=False)

    @property
    def over(self) -> bool:
        """Whether the end has come: the site opens by itself."""
        return self.until is not None and self.until <= timezone.now()

    @property
    def retry_after(self) -> int:
        """Seconds until it is worth asking again: at least one minute."""
        if self.until is None:
            return RETRY
        return max(60, int((self.until - timezone.now()).total_seconds()))


def folder() -> Path:
    """Where the file and the page for the proxy lie."""
    return Path(settings.DATA_DIR) / "maintenance"


def _file() -> Path:
    return folder() / "closed.json"


def page() -> Path:
    """The page that a proxy shows by itself, whatever became of the application."""
    return folder() / "503.html"


def current() -> Closure | None:
    """What holds now. An open site costs one look at the file system."""
    try:
        text = _file().read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except OSError:
        log.exception("the maintenance file could not be read; the site stays open")
        return None
    try:
        kept = json.loads(text)
        until = datetime.fromisoformat(kept["until"]) if kept.get("until") else None
        closure = Closure(str(kept.get("message", "")), until, str(kept.get("name", "")))
    except (ValueError, TypeError, AttributeError):
        # Somebody made the file by hand: that it is there says enough.
        closure = Closure()
    return None if closure.over else closure


class _Glance:
    """The last look at the file: pages from memory are answered faster than a disk is asked."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self.closure: Closure | None = None
        self.until = 0.0


_seen: Final = _Glance()


def glance() -> Closure | None:
    """What held at most half a second ago; for every request."""
    now = time.monotonic()
    if now >= _seen.until or _seen.folder != folder():
        _seen.closure, _seen.folder, _seen.until = current(), folder(), now + GLANCE
    return None if _seen.closure is None or _seen.closure.over else _seen.closure


def close(closure: Closure) -> None:
    """Close the public site; the staff can go on."""
    closure = replace(closure, name=preferences.current().name)
    write_page(closure)
    kept = {
        "name": closure.name,
        "message": closure.message,
        "until": closure.until.isoformat() if closure.until else "",
    }
    fresh = _file().with_suffix(".new")
    fresh.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
    fresh.replace(_file())
    _seen.until = 0.0


def reopen() -> bool:
    """Open the site; whether it was closed."""
    try:
        _file().unlink()
    except FileNotFoundError:
        return False
    _seen.until = 0.0
    write_page(Closure())
    return True


def write_page(closure: Closure) -> None:
    """The page beside the file, for nginx's ``error_page 502 503 504 /503.html``."""
    folder().mkdir(parents=True, exist_ok=True)
    named = replace(closure, name=closure.name or preferences.current().name)
    page().write_text(draw(named), encoding="utf-8")


def draw(closure: Closure) -> str:
    """The page: whole in itself, without database, style sheet or script of the site."""
    return render_to_string(
        "gongkai/portal/maintenance.html",
        {"closure": closure, "name": closure.name or settings.SITE_NAME},
    )
