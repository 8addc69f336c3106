"""Validators: a reader who comes back asks only whether the page has changed.

Pages are sent with ``no-cache``, which lets browsers and proxies keep them but makes them ask;
so nothing stale is ever shown, and an unchanged page costs a status line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag
from django.utils.translation import get_language

import gongkai


def reader_mark(request: HttpRequest) -> str:
    """Everything about a page that is not its content: language, display, site, software."""
    return "|".join(
        (
            gongkai.__version__,
            settings.SITE_NAME,
            repr(sorted(settings.SITE_FOOTER.items())),
            settings.THEME,
            str(settings.DEMO),
            get_language() or "",
            request.display.to_cookie(),
            request.get_host(),
        )
    )


def conditional(
    request: HttpRequest,
    mark: str,
    make: Callable[[], HttpResponse],
    *,
    last_modified: datetime | None = None,
    private: bool = False,
    by_reader: bool = True,
) -> HttpResponse:
    """The response of ``make``, or 304 when the reader already has what ``mark`` stands for.

    ``by_reader`` says that the reader's choices change the content (pages: yes, files: no).
    """
    text = f"{mark}|{reader_mark(request)}" if by_reader else f"{mark}|{gongkai.__version__}"
    etag = quote_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    moment = int(last_modified.timestamp()) if last_modified else None
    response = get_conditional_response(request, etag=etag, last_modified=moment)
    if response is None:
        response = make()
    if response.status_code in (200, 304):
        response.headers["ETag"] = etag
        if moment is not None:
            response.headers["Last-Modified"] = http_date(moment)
    response.headers["Cache-Control"] = "private, no-cache" if private else "public, no-cache"
    if by_reader:
        patch_vary_headers(response, ["Cookie"])
    return response
