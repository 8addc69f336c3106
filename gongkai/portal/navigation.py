"""The entrances of the public site, at most seven, in the order of the header."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entrance:
    """``section`` is what a `Page` names to have this entrance marked as current."""

    section: str
    label: str | Promise
    url_name: str


ENTRANCES: tuple[Entrance, ...] = (
    Entrance("home", _("首页"), "portal:home"),
    Entrance("info", _("信息公开"), "portal:item_list"),
    Entrance("reports", _("年度报告"), "portal:report_list"),
    Entrance("data", _("数据下载"), "portal:report_data_fields"),
)
