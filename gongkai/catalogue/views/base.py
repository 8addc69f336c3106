"""What the screens of this room share: the tabs, and the period that is looked at."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_date

from gongkai.catalogue.queries.coverage import Window
from gongkai.organs.staff_views.base import StaffView

TABS = (
    ("公开事项", "index", "catalogue.view"),
    ("公开职责", "duties", "catalogue.view"),
    ("公开时点", "occasions", "catalogue.view"),
    ("覆盖情况", "coverage", "catalogue.view"),
    ("版本", "versions", "catalogue.view"),
    ("栏目", "columns", "catalogue.view"),
    ("主题与领域", "topics", "catalogue.view"),
)


class CatalogueView(StaffView):
    """A screen with the room's tabs; `tab` names the one it belongs to."""

    tab = "index"
    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            {"label": label, "url": self.url(name), "current": name == self.tab}
            for label, name, action in TABS
            if self.allows(action)
        ]
        return super().get_context_data(**{"tabs": tabs, **kwargs})


QUARTERS = {"1": (1, 3), "2": (4, 6), "3": (7, 9), "4": (10, 12)}


def window_of(request: HttpRequest) -> Window:
    """The period of the address: `year` and `quarter`, or `since` and `until`; else this year."""
    today = timezone.localdate()
    since, until = _day(request, "since"), _day(request, "until")
    if since is not None and until is not None and since <= until:
        return Window.of(since, until, today)
    text = request.GET.get("year", "")
    year = int(text) if text.isascii() and text.isdigit() and 2008 <= int(text) <= 2100 else None
    year = year or today.year
    first, last = QUARTERS.get(request.GET.get("quarter", ""), (1, 12))
    end_month = date(year + (last == 12), last % 12 + 1, 1)
    return Window.of(date(year, first, 1), date.fromordinal(end_month.toordinal() - 1), today)


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return parse_date(request.GET.get(name, ""))
    except ValueError:
        return None


def period_query(request: HttpRequest) -> str:
    """The part of the address that says the period, for links to the lists behind figures."""
    kept = [
        (n, request.GET[n]) for n in ("year", "quarter", "since", "until") if request.GET.get(n)
    ]
    return "".join(f"&{name}={value}" for name, value in kept)
