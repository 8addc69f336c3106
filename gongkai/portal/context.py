"""What every public page needs: the site's name, its footer facts, the reader's choices.

Costs no query: the public header looks the same to everybody, logged in or not, so that one
cached page serves all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.utils.translation import get_language

import gongkai
from gongkai.portal import preferences
from gongkai.portal.delivery.cache import COPYING
from gongkai.portal.display import Display
from gongkai.portal.navigation import ENTRANCES, PLATFORM
from gongkai.portal.preferences import Notice


@dataclass(frozen=True)
class Site:
    """The facts that 国办发〔2017〕47号 wants on every page; empty where not configured."""

    name: str
    domain: str
    operator: str
    contact: str
    code: str
    icp: str
    police: str
    version: str
    superior_name: str = ""
    superior_url: str = ""
    conac_url: str = ""
    faults_url: str = ""
    emblem_url: str = ""
    """Of the emblem that the office has chosen; empty for the one that is shipped."""
    notice: Notice | None = None

    @property
    def police_digits(self) -> str:
        """The number alone, for the address of the record at the police."""
        return "".join(character for character in self.police if character.isdigit())


def _host_of(request: HttpRequest | None) -> str:
    """The host asked for; empty on the page that refuses a foreign one."""
    try:
        return request.get_host() if request is not None else ""
    except DisallowedHost:
        return ""


def current_site(request: HttpRequest | None) -> Site:
    chosen = preferences.current()
    return Site(
        name=chosen.name,
        domain=_host_of(request),
        operator=chosen.operator,
        contact=chosen.contact,
        code=chosen.code,
        icp=chosen.icp,
        police=chosen.police,
        version=gongkai.__version__,
        superior_name=chosen.superior_name,
        superior_url=chosen.superior_url,
        conac_url=chosen.conac_url,
        faults_url=chosen.faults_url,
        emblem_url=chosen.emblem_url,
        notice=chosen.shown_notice,
    )


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``portal`` with site, display, language and entrances."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "portal": {
            "site": current_site(request),
            "display": getattr(request, "display", Display()),
            "entrances": ENTRANCES,
            "platform": PLATFORM,
            "demo": settings.DEMO,
            # A copy on disk with no server behind it hides what would need one.
            "static": request.META.get(COPYING) == "alone",
            "english": language.startswith("en"),
            "lang": "en" if language.startswith("en") else "zh-Hans",
        }
    }
