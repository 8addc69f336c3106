"""How these pages answer: never kept, never indexed, with a head that says nothing of a person."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gongkai.portal.pages import Column, Crumb, Page

_MEDIA: Final = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def column() -> Column:
    """依申请公开, the part of the disclosure platform that these pages belong to."""
    return Column(
        name="依申请公开",
        description="申请获取政府信息、查询办理情况的网上入口",
        keywords=("政府信息公开", "依申请公开", "申请"),
        kind="政府信息公开",
    )


def page(title: str, *, public: bool = False, description: str = "") -> Page:
    """The head of a page here; `public`: it shows the same to everybody and may be found."""
    return Page(
        title=title,
        description=description or _("依申请公开政府信息"),
        section="info",
        crumbs=(
            Crumb(_("政府信息公开"), reverse("portal:disclosure")),
            Crumb(_("依申请公开"), reverse("portal:disclosure_part", args=["ysqgk"])),
            Crumb(title),
        ),
        column=column(),
        robots="" if public else "noindex, nofollow",
    )


def answer(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page for this reader alone."""
    response = render(request, f"gongkai/portal/requesting/{template}.html", context, status=status)
    return private(response)


def private(response: HttpResponse) -> HttpResponse:
    """No cache keeps it, no search engine shows it, no other site learns its address.

    (Not "no-referrer": a form sent from such a page has no origin, and is refused as forged.)
    """
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def busy(request: HttpRequest) -> HttpResponse:
    """Too much came from there: what else can be done, and when to try again."""
    context = {"page": page(_("请稍后再试"))}
    response = answer(request, "busy", context, status=429)
    response.headers["Retry-After"] = "3600"
    return response


def download(name: str, content: bytes, media_type: str = "") -> HttpResponse:
    """A file of the reader's own case; never shown inside the page."""
    dot = name.rfind(".")
    guessed = _MEDIA.get(name[dot:].lower(), "application/octet-stream") if dot >= 0 else ""
    response = HttpResponse(
        content, content_type=media_type or guessed or "application/octet-stream"
    )
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return private(response)
