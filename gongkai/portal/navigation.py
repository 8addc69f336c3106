"""The entrances of the public site, at most seven, in the order of the header."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongkai.catalogue.models import Column, ColumnKind


@dataclass(frozen=True)
class Entrance:
    """``section`` is what a `Page` names to have this entrance marked as current."""

    section: str
    label: str | Promise
    url_name: str
    args: tuple[str, ...] = ()
    icon: str = ""

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args)


ENTRANCES: tuple[Entrance, ...] = (
    Entrance("home", _("首页"), "portal:home"),
    Entrance("info", _("信息公开"), "portal:disclosure"),
    Entrance("policies", _("政策文件"), "portal:policy_list"),
    Entrance("organs", _("机关领导"), "portal:organ_list"),
    Entrance("fields", _("重点领域"), "portal:field_list"),
    Entrance("news", _("政务动态"), "portal:column", ("zwdt",)),
    Entrance("reports", _("年度报告"), "portal:report_list"),
)

PLATFORM: tuple[Entrance, ...] = (
    Entrance(
        "zfxxgkzn", _("政府信息公开指南"), "portal:disclosure_part", ("zfxxgkzn",), "book-open"
    ),
    Entrance("zfxxgkzd", _("政府信息公开制度"), "portal:disclosure_part", ("zfxxgkzd",), "scale"),
    Entrance(
        "fdzdgknr", _("法定主动公开内容"), "portal:disclosure_part", ("fdzdgknr",), "folder-open"
    ),
    Entrance(
        "zfxxgknb", _("政府信息公开年报"), "portal:disclosure_part", ("zfxxgknb",), "chart-line"
    ),
    Entrance("ysqgk", _("依申请公开"), "portal:disclosure_part", ("ysqgk",), "send"),
)
"""The fixed parts of the disclosure platform in the order of the norm."""

_BRANCHES: dict[str, str] = {
    "zdly": "fields", "zc": "policies", "jgzn": "organs", "ldxx": "organs",
}  # fmt: skip
"""Branches of the columns that have an entrance of their own in the header."""


def section_of(root: Column) -> str:
    """The entrance that is marked on the pages of a branch of columns and of its items."""
    return "news" if root.kind == ColumnKind.NEWS else _BRANCHES.get(root.slug, "info")
