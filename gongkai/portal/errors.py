"""Error pages that say what happened and what to do next."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.utils.translation import gettext as _

from gongkai.portal import guidance
from gongkai.portal.pages import Page

log = logging.getLogger(__name__)


class NotPublished(Http404):
    """Something that would have an address here once it is published; the words are shown."""


@dataclass(frozen=True)
class Trouble:
    """``steps`` are the things a reader can do, most useful first."""

    title: str
    what: str
    steps: tuple[str, ...]


def _page(
    request: HttpRequest,
    trouble: Trouble,
    status: int,
    guide: guidance.Guide | None = None,
) -> HttpResponse:
    page = Page(title=trouble.title, description=trouble.what, robots="noindex")
    context = {"page": page, "trouble": trouble, "guide": guide, "status": status}
    response = render(request, "gongkai/portal/error.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        Trouble(
            _("请求无法识别"),
            _("服务器收到的请求不完整或者格式不对，没有处理。"),
            (_("请回到上一页再试一次。"), _("请不要手工修改网址中的参数。")),
        ),
        400,
    )


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        Trouble(
            _("您没有查看此页的权限"),
            str(exception) or _("此页只对本机关有相应权限的工作人员开放。"),
            (_("如果您是工作人员，请用自己的账号登录。"), _("需要权限时，请联系本单位管理员。")),
        ),
        403,
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = str(exception) if isinstance(exception, NotPublished) else ""
    return _page(
        request,
        Trouble(
            _("没有找到这个页面"),
            said or _("网址可能有误，或者内容已经移走。"),
            (
                _("请检查网址有没有多字或者少字。"),
                _("请用几个词搜索要找的信息，或者从下面的栏目中查找。"),
                _("没有公开的信息，可以依法申请公开。"),
            ),
        ),
        404,
        guidance.towards(request.path),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Must work when nothing else does, so a page without the site's dress is kept ready."""
    trouble = Trouble(
        _("服务器出了问题"),
        _("您的操作没有完成，已经公布的内容不受影响。问题已经记录，我们会尽快处理。"),
        (_("请过几分钟再试。"), _("如果一直这样，请与网站主办单位联系。")),
    )
    try:
        return _page(request, trouble, 500)
    except Exception:
        log.exception("the error page could not be drawn")
        return HttpResponseServerError(
            f'<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><title>{trouble.title}'
            f"</title><h1>{trouble.title}</h1><p>{trouble.what}{trouble.steps[0]}</p></html>"
        )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.warning("CSRF: %s", reason)
    return _page(
        request,
        Trouble(
            _("页面已经过期"),
            _("为了防止他人冒用您的身份，这次提交没有被接受，什么也没有改变。"),
            (
                _("请回到上一页，刷新之后重新提交。"),
                _("如果浏览器禁用了 Cookie，请允许本站使用 Cookie。"),
            ),
        ),
        403,
    )
