"""The last word on an address where nothing is: whether what was there stands elsewhere now."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase, HttpResponsePermanentRedirect

from gongkai.portal.moved import paths, queries


class MovedMiddleware:
    """301 instead of 404 for an address that moved; costs nothing for a page that is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if (
            response.status_code != HTTPStatus.NOT_FOUND
            or request.method not in ("GET", "HEAD")
            or request.path.startswith(paths.CLOSED)
        ):
            return response
        target = queries.target_of(request.path, request.META.get("QUERY_STRING", ""))
        if target is None or target == request.path:
            return response
        moved = HttpResponsePermanentRedirect(paths.as_location(target))
        # For ever is meant, a day is said: should a page ever stand here again, it will be found.
        moved.headers["Cache-Control"] = "public, max-age=86400"
        return moved
