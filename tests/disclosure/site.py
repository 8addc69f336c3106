"""A small web site on this machine: pages by path, and what was asked of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Page = tuple[int, dict[str, str], bytes]


class Site:
    """Pages by path (a page, or a function of the whole path); 404 for everything else."""

    def __init__(self) -> None:
        self.pages: dict[str, Page | Callable[[str], Page]] = {}
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.address = ""
        self.host = ""

    def html(self, path: str, text: str, *, encoding: str = "utf-8", declared: str = "") -> None:
        """A page of text; `declared` is the encoding that the header claims."""
        kind = f"text/html; charset={declared}" if declared else "text/html"
        self.pages[path] = (200, {"Content-Type": kind}, text.encode(encoding))

    def file(self, path: str, data: bytes, **headers: str) -> None:
        self.pages[path] = (200, {k.replace("_", "-"): v for k, v in headers.items()}, data)

    def redirect(self, path: str, target: str) -> None:
        self.pages[path] = (302, {"Location": target}, b"")

    def answer(self, path: str) -> Page:
        found = self.pages.get(path) or self.pages.get(path.split("?")[0])
        if found is None:
            return 404, {}, b"not found"
        return found(path) if callable(found) else found

    def times(self, path: str) -> int:
        """How often a path was asked for."""
        return self.asked.count(path)


@contextmanager
def serving() -> Iterator[Site]:
    """The site answers at `site.address` until the end of the block."""
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.agents.add(self.headers.get("User-Agent", ""))
            status, headers, body = site.answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Silence."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that went away is no error of the test."""

    server = Server(("127.0.0.1", 0), Handler)
    site.host = f"127.0.0.1:{server.server_port}"
    site.address = f"http://{site.host}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
