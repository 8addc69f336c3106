"""What a public page says about itself: title, trail, and the norm's meta tags.

国办发〔2017〕47号, annex on page tags: every page names the site; a column page its column;
a content page its title, date and source as well. Views fill these, the base template
prints them, so that no page can forget one. Beside them stands what machines of today read:
the canonical address, the feed, and structured data (`feeds.structured`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from gongkai.catalogue.models import Column as CatalogueColumn
from gongkai.disclosure.models import DisclosedItem

_PICTURE: Final = re.compile(r"<img[^>]*?\ssrc=\"(?P<address>/[^/\"][^\"]*)\"")
"""As `disclosure.richtext` writes it: attributes in double quotes, addresses of this site."""


@dataclass(frozen=True)
class Crumb:
    """One step of the trail; the last one, the page itself, has no address."""

    label: str
    url: str = ""


@dataclass(frozen=True)
class Column:
    """The column (栏目) that a page belongs to."""

    name: str
    description: str
    keywords: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Article:
    """The document that a page shows. All but the first three may be absent in the norm."""

    title: str
    published_at: datetime
    source: str
    keywords: tuple[str, ...] = ()
    author: str = ""
    description: str = ""
    image: str = ""
    """The local address of a picture that the page shows."""


@dataclass(frozen=True)
class Page:
    """The head of one page. ``section`` names the entrance that is marked as current.

    ``feed`` is the local address of the page's Atom feed and ``canonical`` that of the page when
    it is not the one asked for (which goes without its query). ``data`` is what the page says of
    itself in schema.org's words, its trail apart, which every page gets.
    """

    title: str
    description: str
    section: str = ""
    crumbs: tuple[Crumb, ...] = ()
    column: Column | None = None
    article: Article | None = None
    robots: str = field(default="")
    feed: str = ""
    canonical: str = ""
    data: tuple[dict[str, Any], ...] = ()

    @property
    def trail(self) -> tuple[Crumb, ...]:
        """The trail with the start page in front; empty on the start page itself."""
        if not self.crumbs:
            return ()
        return (Crumb(_("首页"), reverse("portal:home")), *self.crumbs)


def reports_column() -> Column:
    """政府信息公开年报, one of the fixed parts of the disclosure platform."""
    return Column(
        name="政府信息公开年报",
        description="各行政机关公布的政府信息公开工作年度报告，可查阅、下载和比较",
        keywords=("政府信息公开", "年度报告", "年报"),
        kind="政府信息公开",
    )


def column_of(column: CatalogueColumn) -> Column:
    """A column of the catalogue as a page names it."""
    kind = str(column.get_kind_display())
    return Column(
        name=column.title,
        description=f"{column.title}栏目中各行政机关公开的政府信息",
        keywords=(column.title, kind, "政府信息公开"),
        kind=kind,
    )


def article_of(item: DisclosedItem, source: str) -> Article:
    """A disclosed item as its page names it. `source` is where the page says it comes from.

    The first picture of its text stands for it: the page shows that one and no other.
    """
    assert item.published_at is not None  # what is not public has no page
    issuers = [issuer.name for issuer in item.issuers.all()]
    return Article(
        title=item.title,
        published_at=item.published_at,
        source=source,
        keywords=tuple(item.keywords),
        author="、".join(issuers) or item.organ.name,
        description=item.summary,
        image=first_picture(item.body),
    )


def first_picture(body: str) -> str:
    """The local address of the first picture of a text; empty where there is none."""
    found = _PICTURE.search(body)
    return unescape(found["address"]) if found else ""
