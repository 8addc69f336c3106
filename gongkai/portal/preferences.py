"""网站设置 as pages read it: the office's choices over the environment's settings.

Every page needs it, so it is kept in the process and looked up again at most every two seconds:
a change shows everywhere within that time and a page costs no statement for it.
"""

from __future__ import annotations

import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Final

from django.conf import settings
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongkai.portal.models.preferences import ONLY, SitePreferences

log = logging.getLogger(__name__)

FRESH_FOR: Final = 2.0
"""Seconds for which a look at the table holds."""

BLOCKS: Final = {
    "services": _("办事入口（申请公开、指南等）"),
    "policies": _("最新政策和解读"),
    "notices": _("通知公告"),
    "news": _("政务动态"),
    "special": _("专题专栏"),
    "platform": _("政府信息公开平台"),
    "fields": _("重点领域"),
    "organs": _("机关和街道"),
    "figures": _("公开数字"),
    "reports": _("年度报告"),
}
"""The parts of the start page in their usual order."""


@dataclass(frozen=True)
class Notice:
    """The line above every page."""

    text: str
    url: str


@dataclass(frozen=True)
class Preferences:
    """What holds now. Empty where neither the office nor the environment says anything."""

    name: str
    theme: str
    superior_name: str
    superior_url: str
    brand: str
    brand_dark: str
    accent: str
    accent_dark: str
    operator: str
    contact: str
    code: str
    icp: str
    police: str
    conac_url: str
    faults_url: str
    notice: str
    notice_url: str
    notice_until: date | None
    blocks: tuple[str, ...]
    emblem: str
    """The mark of the emblem chosen, part of its address; empty for the one that is shipped."""
    emblem_type: str

    @property
    def recoloured(self) -> bool:
        """Whether a colour differs from the theme's."""
        return bool(self.brand or self.brand_dark or self.accent or self.accent_dark)

    @property
    def shown_notice(self) -> Notice | None:
        """The notice of the day."""
        over = self.notice_until is not None and self.notice_until < timezone.localdate()
        return None if over or not self.notice else Notice(self.notice, self.notice_url)

    @property
    def emblem_url(self) -> str:
        """The address of the emblem chosen; it changes with the picture."""
        if not self.emblem:
            return ""
        extension = "svg" if self.emblem_type == "image/svg+xml" else "png"
        return reverse("portal:emblem", args=[self.emblem, extension])


class _Memory:
    """The row as it was when it was last looked up."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.row: SitePreferences | None = None
        self.until = 0.0

    def look(self) -> SitePreferences | None:
        if time.monotonic() >= self.until:
            with self.lock:
                if time.monotonic() >= self.until:
                    self.row = stored()
                    self.until = time.monotonic() + FRESH_FOR
        return self.row

    def keep(self, row: SitePreferences | None, seconds: float) -> None:
        with self.lock:
            self.row, self.until = row, time.monotonic() + seconds


memory: Final = _Memory()


def stored() -> SitePreferences | None:
    """The row of the table; None where nothing was chosen, or the database cannot be asked.

    Error and maintenance pages are drawn with this too, and must appear without a database.
    """
    try:
        return SitePreferences.objects.filter(pk=ONLY).first()
    except DatabaseError:
        log.warning("the site's preferences could not be read; the environment's settings stand")
        return None


def forget() -> None:
    """Look the row up at the next page: it was changed in this process."""
    memory.keep(None, -1.0)


def current() -> Preferences:
    """The choices in force, the environment's settings where the office left a field empty."""
    row = memory.look()
    facts = settings.SITE_FOOTER

    def fact(field: str) -> str:
        return str(getattr(row, field, "") or facts.get(field, ""))

    def chosen(field: str) -> str:
        return str(getattr(row, field, "") or "")

    emblem = bytes(row.emblem) if row is not None and row.emblem else b""
    blocks = tuple(row.blocks) if row is not None and row.blocks else tuple(BLOCKS)
    return Preferences(
        name=chosen("name") or settings.SITE_NAME,
        theme=chosen("theme") or settings.THEME,
        superior_name=fact("superior_name"),
        superior_url=fact("superior_url"),
        brand=chosen("brand"),
        brand_dark=chosen("brand_dark"),
        accent=chosen("accent"),
        accent_dark=chosen("accent_dark"),
        operator=fact("operator"),
        contact=fact("contact"),
        code=fact("code"),
        icp=fact("icp"),
        police=fact("police"),
        conac_url=fact("conac_url"),
        faults_url=fact("faults_url"),
        notice=chosen("notice"),
        notice_url=chosen("notice_url"),
        notice_until=row.notice_until if row is not None else None,
        blocks=blocks,
        emblem=hashlib.sha256(emblem).hexdigest()[:12] if emblem else "",
        emblem_type=chosen("emblem_type"),
    )


def emblem_content() -> tuple[bytes, str] | None:
    """The emblem chosen and its type."""
    row = memory.look()
    if row is None or not row.emblem:
        return None
    return bytes(row.emblem), row.emblem_type
