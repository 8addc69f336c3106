"""One page for the copy, drawn by the site's own views through all of its middleware."""

from __future__ import annotations

import io
import logging
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from pathlib import PurePosixPath
from typing import Any, Final, cast
from urllib.parse import unquote, urljoin, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpResponse
from django.http.request import validate_host

from gongkai.portal.delivery.cache import COPYING
from gongkai.portal.delivery.pages import ALWAYS
from gongkai.portal.static_site.addresses import SERVER_ONLY, name_of, tags_of_file

HTML: Final = "text/html"
_LINK: Final = re.compile(
    r"""\s(?:href|src|poster|data-[a-z-]+=(?=["']/))=?(?:"([^"]*)"|'([^']*)')"""
)
_CSS_URL: Final = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)""")
_EXTENSIONS: Final = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/bmp": "bmp",
    "image/svg+xml": "svg",
    "text/plain": "txt",
    "text/csv": "csv",
}


@dataclass(frozen=True)
class Drawn:
    """What came of an address: its bytes, what it is made from, and where it leads."""

    path: str
    name: str
    status: int
    content: bytes = b""
    media_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    tags: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    """Public pages of this site that it links, by path."""
    assets: frozenset[str] = frozenset()
    """Style sheets, scripts and pictures that it needs."""
    location: str = ""

    @property
    def file(self) -> str:
        """Where it lies in the copy, from its root."""
        path = self.path.lstrip("/")
        if self.status == 410:
            return f"{path}gone.html"
        if not path.endswith("/") and path:
            return path
        if self.media_type == HTML:
            return f"{path}index.html"
        return f"{path}index.{self.extension}"

    @property
    def disposition(self) -> str:
        """The header that says by which name it is saved."""
        return dict(self.headers).get("Content-Disposition", "")

    @cached_property
    def extension(self) -> str:
        """Of a file under an address without one: from the name that it is saved by."""
        found = re.search(r"""filename\*?=(?:utf-8''|")?([^";]+)""", self.disposition)
        suffix = PurePosixPath(unquote(found[1])).suffix.lower().lstrip(".") if found else ""
        return (
            suffix
            if re.fullmatch(r"[a-z0-9]{1,5}", suffix)
            else _EXTENSIONS.get(self.media_type, "bin")
        )


class Draughtsman:
    """Draws pages without a server: the handler, the address of the site, whether an app is behind."""

    def __init__(self, *, with_app: bool = False, base: str = "") -> None:
        # An address that is no longer there is told by its status, not in the log.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        self.handler = WSGIHandler()
        self.with_app = with_app
        parts = urlsplit(base or settings.WAGTAILADMIN_BASE_URL)
        if not validate_host(parts.hostname or "", settings.ALLOWED_HOSTS):
            raise ImproperlyConfigured(
                f"GONGKAI_BASE_URL 的主机名 {parts.hostname} 不在 GONGKAI_ALLOWED_HOSTS 中。"
            )
        secure = settings.HTTPS or parts.scheme == "https"
        self.environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "QUERY_STRING": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": parts.hostname or "localhost",
            "SERVER_PORT": str(parts.port or (443 if secure else 80)),
            "HTTP_HOST": parts.netloc or "localhost",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if secure else "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            COPYING: "with-app" if with_app else "alone",
        }
        if settings.SECURE_PROXY_SSL_HEADER and secure:
            name, value = settings.SECURE_PROXY_SSL_HEADER
            self.environ[name] = value

    def draw(self, path: str) -> Drawn:
        """The page of this address as a reader without cookies sees it."""
        raw = path.encode().decode("latin-1")
        request = WSGIRequest({**self.environ, "PATH_INFO": raw, "wsgi.input": io.BytesIO()})
        # Not by a call of the handler: its signals would close the connection after every page.
        response = self.handler.get_response(request)
        try:
            found = name_of(path)
            name, kwargs = found or ("", {})
            if response.status_code in (301, 302):
                location = response.headers["Location"]
                onward = self.local(path, location)
                links = frozenset({onward} if onward and name_of(onward) else ())
                return Drawn(path, name, response.status_code, location=location, links=links)
            content = (
                b"".join(response) if response.streaming else cast(HttpResponse, response).content
            )
        finally:
            for closing in response._resource_closers:  # type: ignore[attr-defined]
                closing()
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
        shown = getattr(response, "shown", None)
        links, assets = self.leads(path, content, media_type)
        return Drawn(
            path,
            name,
            response.status_code,
            content,
            media_type,
            tuple(response.items()),
            shown.tags - ALWAYS if shown else tags_of_file(name, kwargs),
            links,
            assets,
        )

    def leads(
        self, path: str, content: bytes, media_type: str
    ) -> tuple[frozenset[str], frozenset[str]]:
        """The pages that a page links, and the files that it needs."""
        if media_type == HTML:
            found = {unescape(one or other) for one, other in _LINK.findall(content.decode())}
        elif media_type == "text/css":
            found = set(_CSS_URL.findall(content.decode()))
        else:
            return frozenset(), frozenset()
        links, assets = set(), set()
        for address in found:
            local = self.local(path, address)
            if not local:
                continue
            if local.startswith(settings.STATIC_URL):
                assets.add(local)
                continue
            public = name_of(local)
            if public is not None and public[0] not in SERVER_ONLY:
                links.add(local)
        return frozenset(links), frozenset(assets)

    def local(self, path: str, address: str) -> str:
        """The path that a link leads to on this site; empty for another site or an asked question."""
        if not address or address.startswith(("#", "data:", "mailto:", "tel:", "javascript:")):
            return ""
        if (
            not address.startswith(("/", "http", "?", "."))
            and "/" not in address
            and ":" in address
        ):
            return ""
        parts = urlsplit(urljoin(path, address))
        if parts.netloc and parts.netloc != self.environ["HTTP_HOST"]:
            return ""
        if parts.query and not parts.path.startswith(settings.STATIC_URL):
            return ""
        return unquote(parts.path) if parts.path.startswith("/") else ""
