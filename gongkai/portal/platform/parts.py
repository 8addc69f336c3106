"""The fixed parts of the disclosure platform (政府信息公开平台), in the norm's order.

国办公开办函〔2019〕61号: one name, one order, one form for every body; nothing but disclosure.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gongkai.organs.models import Organ

POLICIES = "zc"


@dataclass(frozen=True)
class Part:
    """A fixed part: its address, its label, and what a reader finds there."""

    slug: str
    label: str | Promise
    description: str
    hint: str | Promise


PARTS: tuple[Part, ...] = (
    Part(
        POLICIES,
        _("政策"),
        "行政机关制定的规章、行政规范性文件和其他政策文件",
        _("规章、规范性文件和其他政策文件"),
    ),
    Part(
        "zfxxgkzn",
        _("政府信息公开指南"),
        "政府信息的分类、编排体系、获取方式和公开工作机构的联系方式",
        _("信息怎样分类，怎样查找和获取，找谁联系"),
    ),
    Part(
        "zfxxgkzd",
        _("政府信息公开制度"),
        "政府信息公开的法规和本机关、上级机关的公开制度",
        _("公开工作依据的法规和制度"),
    ),
    Part(
        "fdzdgknr",
        _("法定主动公开内容"),
        "条例第二十条、第二十一条规定应当主动公开的政府信息",
        _("法律规定必须公开的信息，逐项列出"),
    ),
    Part(
        "zfxxgknb",
        _("政府信息公开年报"),
        "各年度的政府信息公开工作年度报告",
        _("历年的政府信息公开工作年度报告"),
    ),
    Part(
        "ysqgk",
        _("依申请公开"),
        "申请获取政府信息的条件、方式、期限、费用和救济途径",
        _("没有主动公开的信息，可以申请"),
    ),
)
BY_SLUG = {part.slug: part for part in PARTS}


def address(part: Part, body: Organ | None) -> str:
    """Where the part stands; the city's policies are the policy library."""
    if body is not None:
        return reverse("portal:organ_part", args=[body.code, part.slug])
    if part.slug == POLICIES:
        return reverse("portal:policy_list")
    return reverse("portal:disclosure_part", args=[part.slug])
