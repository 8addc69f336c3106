"""Local addresses: put into one form, and checked that nothing leads off the site."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST: Final = 500
CLOSED: Final = ("/staff/", "/static/", "/demo/", "/display/")
"""What is not the public's: nothing there ever moves to a public page or back."""
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f\\]")


def normal(path: str, query: str = "") -> str:
    """The address as it is stored and looked up: decoded once, with its query if it has one.

    Browsers write Chinese letters in percent signs, people write them as they are; both are the
    same address. Empty for what no address can be.
    """
    decoded = unquote(path, errors="strict") if "%" in path else path
    whole = f"{decoded}?{query}" if query else decoded
    if not decoded.startswith("/") or _FORBIDDEN.search(whole) or len(whole) > LONGEST:
        return ""
    return whole


def local(address: str) -> str:
    """A local address from what a person typed: with or without the host of this or an old site.

    Raises ValidationError with what is wrong.
    """
    given, found = address.strip(), ""
    try:
        # `urlsplit` drops line breaks and tabs without a word, so they are looked for before.
        if given and not _FORBIDDEN.search(given):
            parts = urlsplit(given)
            found = normal(parts.path or "/", parts.query)
    except (ValueError, UnicodeDecodeError):
        found = ""
    if not found:
        raise ValidationError(
            f"请填写网址中从“/”开始的部分，例如 /art/2020/3/5/art_12_345.html，最长{LONGEST}个字符，"
            "不能有空格和反斜线。"
        )
    return found


def old_path(address: str) -> str:
    """What a page of an old site had for its path here. Raises ValidationError."""
    found = local(address)
    if found == "/":
        raise ValidationError("首页的网址不会变，不需要登记。")
    if found.startswith(CLOSED):
        raise ValidationError("这是平台自己使用的网址，不能登记为旧网址。")
    return found


def new_place(address: str) -> str:
    """Where a reader is led: on this site and nowhere else. Raises ValidationError."""
    parts = urlsplit(address.strip())
    if parts.scheme or parts.netloc or address.strip().startswith(("//", "/\\", "\\")):
        raise ValidationError("现网址只能是本站的网址，请从“/”开始填写，例如 /info/123/。")
    found = local(address)
    if found.startswith("//") or not url_has_allowed_host_and_scheme(found, allowed_hosts=None):
        raise ValidationError("现网址只能是本站的网址，请从“/”开始填写，例如 /info/123/。")
    if found.startswith(CLOSED):
        raise ValidationError("旧网址只能转到公开的页面。")
    return found


def as_location(target: str) -> str:
    """A stored address as a header may carry it."""
    return iri_to_uri(target)


def above(path: str) -> list[str]:
    """The paths that `path` lies below, the nearest first; at most twelve."""
    steps = path.partition("?")[0].strip("/").split("/")[:-1]
    found = [f"/{'/'.join(steps[:length])}/" for length in range(len(steps), 0, -1)]
    return found[:12]
