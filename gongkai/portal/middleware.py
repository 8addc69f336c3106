"""What the reader chose, read once a request: language and display."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers

from gongkai.portal import maintenance
from gongkai.portal.display import COOKIE, Display

STAFF = ("/staff/", "/static/", "/media/", "/demo/")
"""Where the staff works, and what its pages are made of: open while the site is closed."""


class ReaderMiddleware:
    """Stands where Django's LocaleMiddleware would.

    The site of a Chinese government speaks Chinese unless the reader chooses otherwise; the
    language a browser happened to be installed in is not a choice, so Accept-Language is not
    asked. Both choices are cookies, and pages that depend on them say so to caches.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.languages = dict(settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.languages else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = language
        request.display = Display.from_cookie(request.COOKIES.get(COOKIE))
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or language)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response


class MaintenanceMiddleware:
    """Answers for the public site while it is closed (`gongkai.portal.maintenance`).

    Stands before the pages kept in memory and before sessions, so that no page comes through and
    nothing asks the database; the staff can go on, and look after what is to be looked after.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        closure = maintenance.glance()
        if closure is None or request.path.startswith(STAFF):
            return self.get_response(request)
        response = HttpResponse(maintenance.draw(closure), status=503)
        response.headers["Retry-After"] = str(closure.retry_after)
        response.headers["Cache-Control"] = "no-store"
        # The page carries its own style and nothing else.
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        return response
