"""What a public page says about itself: title, trail, and the norm's meta tags.

国办发〔2017〕47号, annex on page tags: every page names the site; a column page its column;
a content page its title, date and source as well. Views fill these, the base template
prints them, so that no page can forget one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from gongkai.catalogue.models import Column as CatalogueColumn


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
    """The document that a page shows."""

    title: str
    published_at: datetime
    source: str


@dataclass(frozen=True)
class Page:
    """The head of one page. ``section`` names the entrance that is marked as current."""

    title: str
    description: str
    section: str = ""
    crumbs: tuple[Crumb, ...] = ()
    column: Column | None = None
    article: Article | None = None
    robots: str = field(default="")

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
