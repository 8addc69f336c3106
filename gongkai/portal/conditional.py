"""Validators: a reader who comes back asks only whether the page has changed.

Everything is sent with ``no-cache``, which lets browsers and proxies keep it but makes them
ask. The validator of a page is made from its very bytes, so nothing that changes the page can
be forgotten; that of a file, which is dear to make, from all that goes into it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, quote_etag

import gongkai


def page(
    request: HttpRequest,
    response: HttpResponse,
    *,
    last_modified: datetime | None = None,
    private: bool = False,
) -> HttpResponseBase:
    """The page, or 304 when the reader already has these bytes.

    ``private`` keeps it out of shared caches. Every page depends on the reader's choices.
    """
    # Weak: the same page goes out packed and unpacked.
    etag = f"W/{_etag(response.content)}"
    answer = _unchanged(request, etag, last_modified) or response
    patch_vary_headers(answer, ["Cookie"])
    return _stamped(answer, etag, last_modified, private)


def file(
    request: HttpRequest,
    mark: str,
    make: Callable[[], HttpResponseBase],
    *,
    last_modified: datetime | None = None,
) -> HttpResponseBase:
    """The file of ``make``, or 304 without making it; ``mark`` stands for all it is made from."""
    etag = _etag(f"{gongkai.__version__}|{mark}".encode())
    answer = _unchanged(request, etag, last_modified) or make()
    return _stamped(answer, etag, last_modified, private=False)


def _etag(content: bytes) -> str:
    return quote_etag(hashlib.sha256(content).hexdigest()[:32])


def _unchanged(
    request: HttpRequest, etag: str, last_modified: datetime | None
) -> HttpResponseBase | None:
    moment = int(last_modified.timestamp()) if last_modified else None
    return get_conditional_response(request, etag=etag, last_modified=moment)


def _stamped(
    answer: HttpResponseBase, etag: str, last_modified: datetime | None, private: bool
) -> HttpResponseBase:
    answer.headers["ETag"] = etag
    if last_modified:
        answer.headers["Last-Modified"] = http_date(last_modified.timestamp())
    answer.headers["Cache-Control"] = "private, no-cache" if private else "public, no-cache"
    return answer
