"""Whether everything that the pages of a copy link is in the copy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from gongkai.portal.static_site.addresses import SERVER_ONLY, name_of
from gongkai.portal.static_site.nginx import INDEXES
from gongkai.portal.static_site.state import FOLDER

LED = (("a", "href"), ("link", "href"), ("script", "src"), ("img", "src"), ("use", "href"),
       ("iframe", "src"), ("form", "action"))  # fmt: skip


@dataclass(frozen=True)
class Broken:
    """A link of a page of the copy that leads to nothing."""

    page: str
    target: str


class Checker:
    """Follows the links of a copy on disk. `hosts` are the site's own; `moved` leads on by itself.

    With an app behind it, what only a server can answer may be linked.
    """

    def __init__(self, root: Path, *, with_app: bool, host: str, moved: frozenset[str]) -> None:
        self.root = root
        self.with_app = with_app
        self.host = host
        self.moved = moved
        self.there = lru_cache(maxsize=200_000)(self._there)

    def pages(self) -> Iterator[Path]:
        for file in self.root.rglob("*.html"):
            if FOLDER not in file.parts:
                yield file

    def broken(self) -> Iterator[Broken]:
        """Every link that leads to nothing, page by page."""
        for file in self.pages():
            yield from self.broken_in(file)

    def broken_in(self, file: Path) -> Iterator[Broken]:
        here = "/" + file.relative_to(self.root).as_posix()
        here = here.removesuffix("index.html").removesuffix("gone.html")
        document = LexborHTMLParser(file.read_bytes())
        for tag, attribute in LED:
            for node in document.css(f"{tag}[{attribute}]"):
                address = node.attributes.get(attribute) or ""
                if not self.good(here, address):
                    yield Broken(here, address)

    def good(self, here: str, address: str) -> bool:
        parts = urlsplit(urljoin(f"http://{self.host}{here}", address))
        if parts.scheme not in ("http", "https") or parts.netloc != self.host:
            return True
        return self.there(unquote(parts.path), bool(parts.query))

    def _there(self, path: str, asked: bool) -> bool:
        if path in self.moved:
            return True
        if self.with_app:
            public = name_of(path)
            if asked or public is None or public[0] in SERVER_ONLY:
                return True
        place = self.root / path.lstrip("/")
        if path.endswith("/"):
            return any((place / name).is_file() for name in (*INDEXES, "gone.html"))
        return place.is_file()
