"""The page that stands between this site and one that is not the government's."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gongkai.portal.delivery.pages import deliver
from gongkai.portal.pages import Page

LONGEST = 2_000


@require_safe
def leave(request: HttpRequest) -> HttpResponseBase:
    """Says where the link leads and lets the reader decide; nobody is ever sent on.

    Whoever makes up such an address gets a page that names the foreign site in full, so it is of
    no use for disguising one.
    """
    address = request.GET.get("to", "")
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        raise Http404 from None
    if parts.scheme not in ("http", "https") or not host or len(address) > LONGEST:
        raise Http404
    if parts.username is not None or parts.password is not None or not address.isprintable():
        raise Http404
    context = {
        "page": Page(
            title=_("您即将离开本站"),
            description=_("链接指向政府网站以外的网站"),
            robots="noindex, nofollow",
        ),
        "address": address,
        "host": host,
    }
    return deliver(request, "gongkai/portal/leave.html", context, tags=(), private=True)
