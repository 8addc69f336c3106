"""Finished public pages are answered from memory, before anything else is asked.

Only what a view answered through `deliver` is kept, and only what is the same for everybody: who
sends a session's cookie gets every page drawn anew, whatever sets a cookie or bears an error is not
kept, and a question (`?q=`) that only one reader asks is not either. A page goes at once when
something that it shows changes (`delivery.memory`), and at midnight.

With Redis the processes share what they have drawn. A page from there is taken only when the
journal holds no change of its tags since it was drawn, so that there is nothing to purge in Redis.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import parse_http_date_safe

import gongkai
from gongkai.portal import maintenance
from gongkai.portal.delivery import journal
from gongkai.portal.delivery.memory import Kept, Key, Memory, next_midnight, pack
from gongkai.portal.display import COOKIE, Display

KNOWN: Final = frozenset(
    {"page", "year", "column", "organ", "topic", "validity", "figure", "by", "scope", "version"}
)
"""What a kept page may be asked with. Anything else passes by: it neither finds nor fills."""
LONGEST_QUERY: Final = 200
UNKEPT: Final = ("/staff/", "/static/", "/media/", "/demo/", "/search/", "/display/")
"""Below these nothing is ever kept; they are not even looked up."""
_FILE: Final = re.compile(r"(?:\.[a-z0-9]+|/files/[0-9]+/)$")
"""Files have validators of their own, and are not made only to be compared."""
COPYING: Final = "gongkai.copying"
"""In the environment of a request that draws a page for the static copy: "alone" or "with-app"."""
MEGABYTE: Final = 1024 * 1024


class PageCacheMiddleware:
    """Stands right behind SecurityMiddleware: a page from memory needs none of the others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if settings.DEBUG or settings.PAGE_CACHE_MB <= 0:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.memory = Memory(settings.PAGE_CACHE_MB * MEGABYTE)
        self.languages = dict(settings.LANGUAGES)
        self.shared = bool(settings.REDIS_URL)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = self.key_of(request)
        if key is None or maintenance.current() is not None or not self.memory.look():
            return self.get_response(request)
        page = self.memory.get(key)
        if page is None and self.shared:
            page = self._from_others(key)
        if page is not None:
            return answer(request, page)
        if request.method == "HEAD":
            return self.get_response(request)
        return self._drawn(request, key)

    def key_of(self, request: HttpRequest) -> Key | None:
        """What decides how the page looks; None for what is never kept."""
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(UNKEPT):
            return None
        if COPYING in request.META or _FILE.search(request.path_info):
            return None
        query = request.META.get("QUERY_STRING", "")
        if query and not _is_known(query):
            return None
        language, display = settings.LANGUAGE_CODE, ""
        if request.META.get("HTTP_COOKIE"):
            cookies = request.COOKIES
            if settings.SESSION_COOKIE_NAME in cookies:
                return None
            chosen = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
            language = chosen if chosen in self.languages else language
            display = Display.from_cookie(cookies.get(COOKIE)).to_cookie()
        host = request.META.get("HTTP_HOST", "")
        return (request.scheme or "", host, request.path_info, query, language, display)

    def _drawn(self, request: HttpRequest, key: Key) -> HttpResponseBase:
        """The page from its view, kept when it may be."""
        begun, position = self.memory.begin()
        expires = next_midnight()
        conditions: dict[str, Any] = {
            name: request.META.pop(name)
            for name in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
            if name in request.META
        }
        response = self.get_response(request)
        request.META.update(conditions)
        shown = getattr(response, "shown", None)
        if (
            not isinstance(response, HttpResponse)
            or shown is None
            or response.status_code != 200
            or response.cookies
            or getattr(request, "_csp_nonce", None)  # a page of this one answer
        ):
            return _conditionally(request, response) if conditions else response
        patch_vary_headers(response, ["Accept-Encoding"])
        page = Kept(
            content=response.content,
            packed=pack(response.content),
            headers=tuple(
                (name, value) for name, value in response.items() if name != "Content-Length"
            ),
            etag=response.headers["ETag"],
            last_modified=int(shown.last_modified.timestamp()) if shown.last_modified else None,
            tags=shown.tags,
            position=position,
            expires=expires,
        )
        if self.memory.put(key, page, begun) and self.shared:
            self._to_others(key, page)
        return answer(request, page)

    # -- what processes share ----------------------------------------------------------------------
    def _from_others(self, key: Key) -> Kept | None:
        begun, _position = self.memory.begin()
        try:
            page = cache.get(_shared_name(key))
        except Exception:
            return None
        if not isinstance(page, Kept) or page.expires <= next_midnight() - 24 * 3600:
            return None
        if journal.touched(page.tags, page.position):
            return None
        self.memory.put(key, page, begun)
        return page

    def _to_others(self, key: Key, page: Kept) -> None:
        try:
            cache.set(_shared_name(key), page, 24 * 3600)
        except Exception:
            return


def _is_known(query: str) -> bool:
    if len(query) > LONGEST_QUERY:
        return False
    return all(name in KNOWN for name, _value in parse_qsl(query, keep_blank_values=True))


def _shared_name(key: Key) -> str:
    mark = "\n".join((gongkai.__version__, *key))
    return f"page:{hashlib.sha256(mark.encode()).hexdigest()}"


def answer(request: HttpRequest, page: Kept) -> HttpResponseBase:
    """The kept page, packed for whoever unpacks it, or that the reader already has it."""
    if "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META:
        unchanged = get_conditional_response(
            request, etag=page.etag, last_modified=page.last_modified
        )
        if unchanged is not None:
            for name, value in page.headers:
                if name not in ("Content-Type", "Content-Language"):
                    unchanged.headers[name] = value
            return unchanged
    packs = page.packed and "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
    response = HttpResponse(page.packed if packs else page.content)
    for name, value in page.headers:
        response.headers[name] = value
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Content-Length"] = str(len(response.content))
    return response


def _conditionally(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """What was not kept, asked for with the conditions that the view did not see."""
    if response.status_code != 200 or "ETag" not in response.headers:
        return response
    moment = response.headers.get("Last-Modified")
    return (
        get_conditional_response(
            request,
            etag=response.headers["ETag"],
            last_modified=parse_http_date_safe(moment) if moment else None,
            response=cast(Any, response),
        )
        or response
    )
