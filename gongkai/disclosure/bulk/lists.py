"""A list page of an old site → the items it names and the pages that follow it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gongkai.disclosure.bulk.profiles import Profile
from gongkai.guard.nesting import PAGE_NESTING, too_deep

MAX_ADDRESS: Final = 500
_DAY: Final = re.compile(
    r"(?<!\d)((?:19|20)\d{2})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?!\d)"
)
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_NEXT_WORDS: Final = frozenset({"下一页", "下页", "后一页", "下一頁", "next", ">", ">>", "»", "›"})
_MIN_TITLE: Final = 4
_UP: Final = 3


@dataclass(frozen=True)
class ListedLink:
    """An item as its list shows it."""

    address: str
    title: str
    listed_on: date | None


@dataclass(frozen=True)
class ListPage:
    """What a list page holds: items in its order, and the addresses of further list pages."""

    links: tuple[ListedLink, ...]
    following: tuple[str, ...]


def read_list(text: str, address: str, profile: Profile) -> ListPage:
    """The items of a list page and the list pages it leads to.

    The profile's selectors come first; where they find nothing, the largest group of links
    that stand beside a date is taken, else the largest group of list entries.
    """
    html = html_of(text)
    if too_deep(html, PAGE_NESTING):
        return ListPage((), ())
    tree = LexborHTMLParser(html)
    base = _base(tree, address)
    nodes = _by_selectors(tree, profile.links) or _by_dates(tree) or _by_entries(tree)
    links: dict[str, ListedLink] = {}
    for node in nodes:
        link = _link(node, base)
        if link is not None:
            links.setdefault(link.address, link)
    following = [*_next(tree, base, profile), *_counted(text, base, profile)]
    return ListPage(tuple(links.values()), tuple(dict.fromkeys(following)))


def html_of(text: str) -> str:
    """The HTML in an answer: lists also come as XML with CDATA records, or as JSON."""
    head = text.lstrip()[:1]
    if head in ("{", "["):
        try:
            found = "\n".join(_markup_in(json.loads(text)))
        except ValueError:
            found = ""
        if found:
            return found
    records = [part for part in _CDATA.findall(text) if "<a " in part.lower()]
    return f"{_CDATA.sub('', text)}\n<record>{''.join(records)}</record>" if records else text


def _markup_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if "<a " in value.lower():
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _markup_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _markup_in(inner)


def day_in(text: str) -> date | None:
    """The first calendar day that a text names."""
    for year, month, day in _DAY.findall(text):
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def absolute(base: str, href: str) -> str:
    """The address a link leads to, or "" when it leads to no page."""
    href = href.strip()
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")):
        return ""
    try:
        joined = urldefrag(urljoin(base, href))[0]
        parts = urlsplit(joined)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname or len(joined) > MAX_ADDRESS:
        return ""
    return joined


def _base(tree: LexborHTMLParser, address: str) -> str:
    node = tree.css_first("base[href]")
    return urljoin(address, node.attributes.get("href") or "") if node else address


def _link(node: LexborNode, base: str) -> ListedLink | None:
    address = absolute(base, node.attributes.get("href") or "")
    shown = " ".join(node.text().split())
    title = " ".join((node.attributes.get("title") or "").split()) or _DAY.sub("", shown).strip()
    if not address or len(title) < 2:
        return None
    listed_on, near = None, node
    for _ in range(_UP + 1):
        listed_on = day_in(near.text())
        if listed_on or near.parent is None or len(near.parent.css("a[href]")) > 2:
            break
        near = near.parent
    return ListedLink(address, title[:300], listed_on)


def _by_selectors(tree: LexborHTMLParser, selectors: tuple[str, ...] | Any) -> list[LexborNode]:
    for selector in selectors:
        nodes = [n for n in tree.css(selector) if n.attributes.get("href")]
        if nodes:
            return nodes
    return []


def _place(node: LexborNode) -> tuple[str, ...]:
    """Where a link stands: the elements above it with their classes."""
    found: list[str] = []
    up = node.parent
    while up is not None and up.tag not in ("body", "html", None) and len(found) < 6:
        found.append(f"{up.tag}.{up.attributes.get('class') or ''}")
        up = up.parent
    return tuple(found)


def _grouped(nodes: list[LexborNode]) -> list[LexborNode]:
    groups: dict[tuple[str, ...], list[LexborNode]] = defaultdict(list)
    for node in nodes:
        groups[_place(node)].append(node)
    return max(groups.values(), key=len, default=[])


def _by_dates(tree: LexborHTMLParser) -> list[LexborNode]:
    dated = []
    for node in tree.css("a[href]"):
        if len(node.text(strip=True)) < _MIN_TITLE:
            continue
        near: LexborNode | None = node
        for _ in range(_UP):
            near = near.parent if near is not None else None
            if near is None or len(near.css("a[href]")) > 2:
                break
            if day_in(near.text()):
                dated.append(node)
                break
    return _grouped(dated)


def _by_entries(tree: LexborHTMLParser) -> list[LexborNode]:
    entries = [n for n in tree.css("li a[href]") if len(n.text(strip=True)) >= 2 * _MIN_TITLE]
    return _grouped(entries)


def _next(tree: LexborHTMLParser, base: str, profile: Profile) -> Iterator[str]:
    nodes = [n for selector in profile.next for n in tree.css(selector)]
    nodes += [
        n
        for n in tree.css("a[href]")
        if n.text(strip=True).strip("[]()（） ").lower() in _NEXT_WORDS
    ]
    for node in nodes:
        found = absolute(base, node.attributes.get("href") or "")
        if found:
            yield found
            return


def _counted(text: str, base: str, profile: Profile) -> Iterator[str]:
    """Pages that a script on the first one counts (createPageHTML and its kind)."""
    if not profile.pages or not (found := re.search(profile.pages, text)):
        return
    count = min(int(found["count"]), 5000)
    for page in range(profile.pages_first, count):
        name = profile.pages_address.format(page=page, **found.groupdict())
        address = absolute(base, name)
        if address:
            yield address
