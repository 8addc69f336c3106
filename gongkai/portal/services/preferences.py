"""Changing 网站设置: checked as a whole, so that no page is ever unreadable or leads astray."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import diff, record
from gongkai.organs import policy
from gongkai.portal import colours, preferences
from gongkai.portal.emblems import Emblem
from gongkai.portal.models.preferences import ONLY, SitePreferences

FIELDS: Final = (
    "name", "superior_name", "superior_url", "theme", "brand", "brand_dark", "accent",
    "accent_dark", "operator", "contact", "code", "icp", "police", "conac_url", "faults_url",
    "notice", "notice_url", "notice_until", "blocks",
)  # fmt: skip
_COLOURS: Final = {"brand": "", "brand_dark": "-dark", "accent": "", "accent_dark": "-dark"}
_HOSTS: Final = {
    "superior_url": (("gov.cn",), "上级门户的网址应当是以gov.cn结尾的政府网站。"),
    "conac_url": (("conac.cn",), "网址应当是党政机关网站标识管理系统（conac.cn）给出的网址。"),
    "faults_url": (("gov.cn",), "网址应当是国家“我为政府网站找错”平台（gov.cn）给出的网址。"),
}
CHANGED_MESSAGE: Final = (
    "网站设置在您打开之后已被他人修改，您的修改没有保存。请另开一页查看最新内容，再决定是否改写。"
)


def save_preferences(
    actor: Actor,
    *,
    seen: datetime | None = None,
    emblem: Emblem | None = None,
    drop_emblem: bool = False,
    **values: Any,
) -> SitePreferences:
    """The public site looks as `values` say from now on (within two seconds everywhere).

    `seen` is when the row was last changed as the person saw it; `emblem` replaces the emblem,
    `drop_emblem` brings back the one that is shipped. Raises PermissionDenied or ValidationError.
    """
    policy.authorise(actor, "portal.manage")
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise TypeError(f"no such preferences: {', '.join(sorted(unknown))}")
    with transaction.atomic():
        row, created = SitePreferences.objects.select_for_update().get_or_create(pk=ONLY)
        if seen is not None and not created and row.updated_at != seen:
            raise ValidationError(CHANGED_MESSAGE)
        before = _state(row)
        for name, value in values.items():
            setattr(row, name, value)
        if drop_emblem:
            row.emblem, row.emblem_type = None, ""
        if emblem is not None:
            row.emblem, row.emblem_type = emblem.content, emblem.media_type
        check(row)
        differences = diff(before, _state(row))
        if differences:
            row.save()
            record(actor, "portal.preferences", chain=SITE_CHAIN, obj=row, changes=differences)
        transaction.on_commit(preferences.forget)
    return row


def check(row: SitePreferences) -> None:
    """Whether the site may look like this. Raises ValidationError with a message a field."""
    problems: dict[str, list[str]] = {}
    for name, suffix in _COLOURS.items():
        if getattr(row, name):
            problem = _check_colour(row, name, suffix)
            if problem:
                problems[name] = [problem]
    for name, (ends, message) in _HOSTS.items():
        address = getattr(row, name)
        if address and not _leads_to(address, ends):
            problems[name] = [message]
    if bool(row.superior_name) != bool(row.superior_url):
        missing = "superior_url" if row.superior_name else "superior_name"
        problems[missing] = ["上级门户的名称和网址要么都填，要么都不填。"]
    if row.code and not row.code.removeprefix("bm").isdigit():
        problems["code"] = ["网站标识码是10位数字，或者“bm”加8位数字。请核对。"]
    if (
        row.notice_url
        and not _is_inner(row.notice_url)
        and not _leads_to(row.notice_url, ("gov.cn",))
    ):
        problems["notice_url"] = ["请填写本站的路径（以“/”开头）或者政府网站的网址。"]
    if row.notice_url and not row.notice:
        problems["notice"] = ["填写了链接，还要写明通知的文字。"]
    unknown = [one for one in row.blocks if one not in preferences.BLOCKS]
    if unknown or len(set(row.blocks)) != len(row.blocks):
        problems["blocks"] = ["首页版块中有重复或者不存在的项，请重新选择。"]
    if problems:
        raise ValidationError(problems)
    row.full_clean()


def _check_colour(row: SitePreferences, name: str, suffix: str) -> str:
    """Puts the colour into its usual form; what is wrong with it, in words."""
    colour = colours.parse(getattr(row, name))
    if colour is None:
        return "颜色请写成“#1d4f91”这样的六位十六进制。"
    setattr(row, name, colour)
    sheet = f"{row.theme or preferences.current().theme}{suffix}"
    ratio = colours.weakest(colour, sheet)
    if ratio >= colours.WANTED:
        return ""
    dark = bool(suffix)
    near = colours.lightened(colour, sheet) if dark else colours.darkened(colour, sheet)
    return (
        f"{colour}在{'深色' if dark else '浅色'}页面上的对比度只有{ratio:.2f}:1，"
        f"不足{colours.WANTED}:1，看不清的人会读不出来。"
        f"请换{'浅' if dark else '深'}一些的颜色，最接近的可用颜色是{near}。"
    )


def _leads_to(address: str, ends: tuple[str, ...]) -> bool:
    parts = urlsplit(address)
    host = (parts.hostname or "").lower()
    inside = any(host == end or host.endswith(f".{end}") for end in ends)
    return parts.scheme in ("http", "https") and inside


def _is_inner(address: str) -> bool:
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)


def _state(row: SitePreferences) -> dict[str, Any]:
    """What the ledger compares; of the emblem only its hash."""
    state = {name: getattr(row, name) for name in FIELDS}
    until = state["notice_until"]
    state["notice_until"] = until.isoformat() if until else ""
    emblem = bytes(row.emblem) if row.emblem else b""
    state["emblem"] = hashlib.sha256(emblem).hexdigest()[:16] if emblem else ""
    # The site's own number, published on every page; the ledger takes no "contact" of a person.
    state["site_telephone"] = state.pop("contact")
    return state


def last_changed(row: SitePreferences | None) -> str:
    """When the row was changed, for the form that shows it."""
    return timezone.localtime(row.updated_at).isoformat() if row is not None else ""
