"""The page of one item, made ready to read: metadata that leads on, text, files, what belongs to it.

What an item says of itself comes from `disclosure.presenting`; here stands what only the public
page adds. The number of statements does not depend on what there is.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import segno
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from gongkai.disclosure import presenting
from gongkai.disclosure.models import DisclosedItem, DocumentKind
from gongkai.portal import items, previews
from gongkai.portal.finding.papers.anchors import Anchor, anchors_in, with_anchors

RELATED: Final = 6
FEWEST_ANCHORS: Final = 4
"""A text with fewer articles needs no list of contents."""
WIDE: Final = frozenset({"标题", "内容概述", "公开对象", "关键词"})
"""What stands across both columns of the metadata when it is long."""
LONG: Final = 18
OFFICIAL: Final = presenting.WITH_VALIDITY | {DocumentKind.WORK}
"""Official documents: two characters' indent, and article numbers that can be pointed at."""
_OUT: Final = re.compile(r'<a href="(https?://[^"]*)"')
_SALUTATION: Final = re.compile(r"^\s*<p>(?=[^<]{1,200}[：:]</p>)")


@dataclass(frozen=True)
class Row:
    """One entry of the metadata; `url` leads to everything that shares it."""

    label: str
    text: str
    url: str = ""
    wide: bool = False


@dataclass(frozen=True)
class File:
    """An attachment; `preview` is empty for what can only be downloaded."""

    name: str
    url: str
    preview: str
    kind: str
    size: int

    @property
    def icon(self) -> str:
        if self.kind in ("XLSX", "XLS", "ET", "CSV"):
            return "file-spreadsheet"
        return "file-image" if f".{self.kind.lower()}" in previews.PICTURES else "file-text"


def metadata(item: DisclosedItem, on: date) -> list[Row]:
    """The metadata in the usual order, with the column; what the line above says is left out."""
    links = {
        "主题分类": reverse("portal:topic", args=[item.topic.code]) if item.topic_id else "",
        "发布机构": reverse("portal:organ", args=[item.organ.code]),
    }
    rows = []
    for label, text in presenting.metadata(item, item, on):
        if label == "信息来源":
            continue
        url = links.get(label, "")
        if label == "发布机构" and text != item.organ.name:
            url = ""
        rows.append(Row(label, text, url, label in WIDE and len(text) > LONG))
    column = reverse("portal:column", args=[item.column.slug])
    rows.append(Row("所属栏目", item.column.title, column))
    return _even(rows)


def _even(rows: list[Row]) -> list[Row]:
    """A row that would stand alone before a wide one, or at the end, is wide itself."""
    found: list[Row] = []
    half = False
    for row in rows:
        if row.wide and half:
            found[-1] = Row(found[-1].label, found[-1].text, found[-1].url, wide=True)
            half = False
        elif not row.wide:
            half = not half
        found.append(row)
    if half:
        found[-1] = Row(found[-1].label, found[-1].text, found[-1].url, wide=True)
    return found


def files(item: DisclosedItem) -> list[File]:
    """The attachments in their order."""
    found = []
    for one in item.attachments.all():
        extension = one.stored.extension
        keys = [item.pk, one.stored_id]
        found.append(
            File(
                one.name,
                reverse("portal:item_file", args=keys),
                reverse("portal:item_preview", args=keys) if previews.offered(extension) else "",
                extension.lstrip(".").upper(),
                one.stored.size,
            )
        )
    return found


def text(item: DisclosedItem, body: str, *, notice: bool) -> SafeString:
    """The cleaned text with the anchors of its articles.

    `notice`: a link that leaves the sites of the government leads over a page that says so.
    """
    if item.document_kind in OFFICIAL:
        body = _SALUTATION.sub('<p class="flush">', with_anchors(body), count=1)
    if notice:
        body = _OUT.sub(_over, body)
    return mark_safe(body)  # noqa: S308 - cleaned by presenting.body; nothing typed is added


def _over(link: re.Match[str]) -> str:
    address = html.unescape(link[1])
    if is_official(address):
        return link.group()
    leave = f"{reverse('portal:leave')}?{urlencode({'to': address})}"
    return f'<a href="{html.escape(leave)}" rel="external nofollow"'


def is_official(address: str) -> bool:
    """Whether the address is a site of the government (gov.cn)."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return False
    return host == "gov.cn" or host.endswith(".gov.cn")


def contents(item: DisclosedItem, body: str) -> list[Anchor]:
    """Chapters and articles of a document that has enough of them; chapters alone of a long one."""
    if item.document_kind not in OFFICIAL:
        return []
    found = anchors_in(body)
    chapters = [one for one in found if one.name.startswith("chapter")]
    if len(chapters) >= 2:
        return chapters
    return found if len(found) >= FEWEST_ANCHORS else []


def related(item: DisclosedItem) -> list[DisclosedItem]:
    """The newest of the same topic for a document, else of the same column. One statement."""
    found = items.live().exclude(pk=item.pk)
    if item.document_kind in presenting.WITH_VALIDITY and item.topic_id:
        found = found.filter(topic=item.topic_id, document_kind__in=presenting.WITH_VALIDITY)
    else:
        found = found.filter(column=item.column_id)
    rows: list[DisclosedItem] = list(items.listed(found)[:RELATED])
    return rows


@lru_cache(maxsize=512)
def qr_path(address: str) -> tuple[str, int]:
    """The dark modules of the address's QR code as one SVG path, and the width of the picture."""
    # Looking for the best of eight patterns takes longer than all else; cameras read each of them.
    code = segno.make(address, error="m", micro=False, mask=3)
    border = 4
    parts = []
    for y, row in enumerate(code.matrix, border):
        x = 0
        while x < len(row):
            if row[x]:
                run = x
                while run < len(row) and row[run]:
                    run += 1
                parts.append(f"M{x + border} {y}h{run - x}v1h-{run - x}z")
                x = run
            x += 1
    return "".join(parts), len(code.matrix) + 2 * border


def page_of(
    item: DisclosedItem, content: dict[str, Any], *, on: date, notice: bool, address: str
) -> dict[str, Any]:
    """What the template of the item draws."""
    body = str(content["body"])
    path, width = qr_path(address)
    return {
        "rows": metadata(item, on),
        "text": text(item, body, notice=notice),
        "official": item.document_kind in OFFICIAL,
        "contents": contents(item, body),
        "files": files(item),
        "related": related(item),
        "qr": path,
        "qr_width": width,
        "address": address,
    }
