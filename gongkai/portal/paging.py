"""Pages of a list, twenty rows each.

What a reader browses through is paged by path (`/columns/tzgg/page/2/`), so that the copy of the
site on disk has every page; only what was searched for is paged by query. A page that a list has
not is missing by path (404, and told how many there are), and the last one by query.
"""

from __future__ import annotations

from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from gongkai.organs.staff_views.lists import LateJoinPaginator
from gongkai.portal.errors import NotPublished

PER_PAGE: Final = 20


class Counted(LateJoinPaginator):
    """Pages of a list whose length the caller knows already."""

    def __init__(self, records: Any, number: int) -> None:
        super().__init__(records, PER_PAGE)
        self._counted = number


def window(paginator: Paginator[Any], page: Page[Any]) -> list[int | str]:
    """The page numbers to print: the ends and those around the page, however many there are."""
    return list(paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1))


def by_path(records: Any, number: int, base: str) -> dict[str, Any]:
    """The page `number` of `records` under `base`, as `parts/pages.html` draws it.

    `base` is the address of the first page; the others are below it.
    """
    paginator = records if isinstance(records, Paginator) else LateJoinPaginator(records, PER_PAGE)
    if not 1 <= number <= paginator.num_pages:
        raise NotPublished(
            _("这个列表共%(pages)s页，没有第%(number)s页。请从第1页看起。")
            % {"pages": paginator.num_pages, "number": number}
        )
    page = paginator.page(number)
    return {"found": page, "pages": window(paginator, page), "paged_at": base}


def by_query(records: Any, wanted: str | None, *, cap: int | None = None) -> dict[str, Any]:
    """The page that `?page=` asks for; the first for no number, the last for one too high."""
    paginator = (
        records if isinstance(records, Paginator) else LateJoinPaginator(records, PER_PAGE, cap=cap)
    )
    page = paginator.get_page(wanted)
    return {"found": page, "pages": window(paginator, page)}


def page_address(base: str, number: int) -> str:
    """The address of a page of a list that is paged by path."""
    return base if number <= 1 else f"{base}page/{number}/"
