"""Columns that lead elsewhere: what is not served here, and where it is, in plain words.

互动交流 and 办事服务 belong to every portal's tree. Where this site does not offer the service
itself, the column says who does, so that nobody stands before a closed door.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NATIONAL_SERVICES = "https://gjzwfw.www.gov.cn/"


@dataclass(frozen=True)
class Door:
    """One place to go to."""

    title: str | Promise
    text: str | Promise
    icon: str
    url_name: str = ""
    args: tuple[str, ...] = ()
    address: str = ""

    @property
    def url(self) -> str:
        if self.address or not self.url_name:
            return self.address
        return reverse(self.url_name, args=self.args)


@dataclass(frozen=True)
class Entrance:
    """What a column of this kind says above its list."""

    lead: str | Promise
    doors: tuple[Door, ...]


_REQUEST = Door(
    _("申请公开政府信息"),
    _("没有主动公开的信息，可以依法申请，机关在法定期限内答复。"),
    "file-text",
    "portal:disclosure_part",
    ("ysqgk",),
)
_BODIES = Door(
    _("各机关的地址和电话"),
    _("找到负责的机关，按页面上的地址、电话和办公时间联系。"),
    "building-2",
    "portal:organ_list",
)
_HOTLINE = Door(
    _("12345政务服务便民热线"),
    _("咨询、求助、投诉、举报和建议，拨打12345。"),
    "info",
)
_CATALOGUE = Door(
    _("标准目录"),
    _("查看每一类事项由谁公开、公开什么、什么时候公开。"),
    "list",
    "portal:catalogue",
)
_SERVICES = Door(
    _("国家政务服务平台"),
    _("网上办理、预约和查询，从国家政务服务平台进入所在地区。"),
    "arrow-right",
    address=NATIONAL_SERVICES,
)

_INTERACTION = Entrance(
    _(
        "本站不在网上受理来信。咨询、投诉、建议和求助，请通过下面的渠道；已经公开的答复和常见问题仍可在本栏目查阅。"
    ),
    (_HOTLINE, _BODIES, _REQUEST),
)
ENTRANCES: dict[str, Entrance] = {
    "hdjl": _INTERACTION,
    "ldxxiang": _INTERACTION,
    "zxts": _INTERACTION,
    "dczj": Entrance(
        _("调查和征集活动发布后会列在本栏目，参与的方式和截止日期写在每一项活动里。"),
        (_BODIES, _HOTLINE),
    ),
    "yjzj": Entrance(
        _("征求意见的草案发布后会列在本栏目，提出意见的方式和截止日期写在每一份草案里。"),
        (_BODIES, _HOTLINE),
    ),
    "zxft": Entrance(
        _("在线访谈的预告和实录发布后会列在本栏目。"),
        (_BODIES, _HOTLINE),
    ),
    "bsfw": Entrance(
        _("办事请到政务服务平台或者窗口；本栏目公开办事所依据的信息和统计数据。"),
        (_SERVICES, _BODIES, _CATALOGUE),
    ),
    "zdly": Entrance(
        _("重点领域的信息按标准目录的事项排列，并列出每一事项的公开内容、依据、时限和主体。"),
        (
            Door(
                _("按事项查看重点领域"),
                _("从领域到一级、二级事项，逐项查看已经公开的信息。"),
                "list",
                "portal:field_list",
            ),
            _CATALOGUE,
        ),
    ),
    "ldxx": Entrance(
        _("领导的姓名、职务、分工和简历列在领导信息页。"),
        (
            Door(_("领导信息"), _("按机关列出的领导和分工。"), "user-round", "portal:leader_list"),
            _BODIES,
        ),
    ),
    "jgzn": Entrance(
        _("每个机关的职能、联系方式和内设机构列在该机关的页面。"),
        (_BODIES,),
    ),
}
