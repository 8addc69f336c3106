"""What a visitor sees while the master key is not there: what happened, and that nothing is lost."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string

from gongkai.vault.keys import KeyUnavailable

log = logging.getLogger(__name__)


class KeyUnavailableMiddleware:
    """Answers 503 where a page needs a key that cannot be had; every other page works on.

    The reason goes to the log, for the operator; the page tells the visitor what he can do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for `KeyUnavailable`; None for everything else."""
        if not isinstance(exception, KeyUnavailable):
            return None
        log.error("个人信息加密：%s", exception)
        context = {"sent": request.method == "POST"}
        response = HttpResponse(
            render_to_string("gongkai/vault/unavailable.html", context), status=503
        )
        response.headers["Retry-After"] = "600"
        response.headers["Cache-Control"] = "no-store"
        # The page carries its own style and nothing else.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        return response
