"""A page of an old site → what was understood of it: metadata, text, attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from gongkai.disclosure.bulk.labels import label_key
from gongkai.disclosure.bulk.lists import absolute
from gongkai.disclosure.bulk.profiles import Profile
from gongkai.guard.nesting import PAGE_NESTING, TOO_DEEP, too_deep

EXTENSIONS: Final = (
    "pdf", "doc", "docx", "wps", "ofd", "xls", "xlsx", "et", "csv", "ppt", "pptx", "txt", "rtf",
    "zip", "rar", "7z", "jpg", "jpeg", "png", "gif",
)  # fmt: skip
_DOCUMENTS: Final = frozenset(EXTENSIONS[:16])
_EXTENSION: Final = re.compile(rf"\.({'|'.join(EXTENSIONS)})(?![A-Za-z0-9])", re.IGNORECASE)
_DOWNLOAD: Final = re.compile(r"download|downfile|attach", re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--<\$\[(.+?)\]>begin-->(.*?)<!--<\$\[\1\]>end-->", re.DOTALL)
_TAGS: Final = re.compile(r"<[^>]+>")
_COLON: Final = re.compile(r"[:：]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_OTHER_LABEL: Final = re.compile(r"[\s|丨]+[\u4e00-\u9fff]{2,8}\s*[:：]|\s*[【\[|丨]")
_SITE_SUFFIX: Final = re.compile(r"\s*[-_|—–]{1,2}\s*[^-_|—–]*$")
_LOOSE: Final = frozenset(map(label_key, (
    "时间", "日期", "分类", "主题", "标签", "链接", "网址", "名称", "标题", "内容", "索引",
)))  # fmt: skip
_NOT_INLINE: Final = frozenset(
    {"title", "body", "column", "mounts", "attachments", "source_url", "summary", "entries"}
)
_INLINE_TAGS: Final = "li, p, td, th, dd, div, span, h2, h3, h4"
_BLOCK_LENGTH: Final = 300
_METADATA_LABELS: Final = 3
_MIN_TEXT: Final = 15
_LOOK_BACK: Final = 16
_LEVELS: Final = 3
_BESIDE: Final = 400


@dataclass
class PageRecord:
    """What was understood: fields as the page writes them, the body as HTML, the files."""

    fields: dict[str, str] = field(default_factory=dict)
    body: str = ""
    attachments: list[tuple[str, str]] = field(default_factory=list)
    """(address, name)."""
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "fields": self.fields,
            "body": self.body,
            "attachments": [list(pair) for pair in self.attachments],
            "notes": self.notes,
        }


def read_page(html: str, address: str, profile: Profile) -> PageRecord:
    """The page as a record; what could not be found is simply not in `fields`."""
    record = PageRecord()
    if too_deep(html, PAGE_NESTING):
        record.notes.append(TOO_DEEP)
        return record
    tree = LexborHTMLParser(html)
    base_node = tree.css_first("base[href]")
    base = absolute(address, base_node.attributes.get("href") or "") if base_node else ""
    base = base or address

    def note(name: str, value: str) -> None:
        value = " ".join(value.split()).strip()
        if value and name not in record.fields:
            record.fields[name] = value

    if profile.comments:
        for label, content in _COMMENT.findall(html):
            name = profile.fields.get(label_key(label))
            if name and name != "body":
                note(name, _TAGS.sub("", content))
    for selector in profile.remove:
        for node in tree.css(selector):
            node.decompose()
    for node in tree.css(", ".join(profile.metadata) or "nothing-at-all"):
        _note_all(_labelled(node, profile), note)
    # `css` gives the element itself too: innermost tables hold one.
    tables = [t for t in tree.css("table") if len(t.css("table")) == 1]
    for table in tables:
        pairs = list(_cells(table, profile))
        if len({name for name, _ in pairs}) >= _METADATA_LABELS:
            _note_all(pairs, note)
            table.decompose()
    _note_meta(tree, profile, note)
    note("title", _title(tree, profile))
    body = _body(tree, profile)
    if body is not None:
        record.attachments += _files(_surroundings(body), base)
        record.attachments += [f for f in _images(body, base) if f not in record.attachments]
        record.body = _body_html(body, base)
        # `css` gives the element itself too.
        inner = [n for n in body.css("p, div, li") if n.mem_id != body.mem_id]
        opening = [n.text() for n in inner[:5]]
        body.decompose()
        _note_all(_labelled(tree.body, profile), note)
        for text in opening:
            _note_all(_inline(text, profile), note)
    elif tree.body is not None:
        _note_all(_labelled(tree.body, profile), note)
    for selector in profile.attachments:
        for node in tree.css(selector):
            record.attachments += [f for f in _files(node, base) if f not in record.attachments]
    if profile.pdf and (found := re.search(profile.pdf, html)):
        pdf = absolute(base, found["address"])
        if pdf and all(pdf != known for known, _ in record.attachments):
            record.attachments.append((pdf, ""))
    _judge(record)
    return record


def _judge(record: PageRecord) -> None:
    if not record.body and record.attachments:
        record.notes.append("网页没有正文，只有附件。")
    pictures = sum(name.startswith("图片") for _, name in record.attachments)
    if pictures:
        record.notes.append(f"正文中的{pictures}张图片作为附件带来，图上的文字没有检查。")


# -- metadata --------------------------------------------------------------------------------
def _note_all(pairs: Any, note: Any) -> None:
    for name, value in pairs:
        note(name, value)


def _note_meta(tree: LexborHTMLParser, profile: Profile, note: Any) -> None:
    """The meta tags of 国办发〔2017〕47号 and whatever else bears a known name."""
    found = {}
    for node in tree.css("meta[name]"):
        key = label_key(node.attributes.get("name") or "")
        found[key] = node.attributes.get("content") or ""
    for key, value in found.items():
        name = profile.fields.get(key)
        if name and not (name in ("summary", "keywords") and found.get("articletitle") is None):
            note(name, value)
    note("column", found.get("columnname", ""))


def _labelled(node: LexborNode | None, profile: Profile) -> Iterator[tuple[str, str]]:
    """(field, value) of everything that stands beside or after a known label."""
    if node is None:
        return
    for table in [node] if node.tag == "table" else node.css("table"):
        yield from _cells(table, profile)
    for term in node.css("dt"):
        name = profile.fields.get(label_key(term.text()))
        value = _next_element(term)
        if name and value is not None and value.tag == "dd":
            yield name, value.text()
    for label in node.css("span, b, strong, em, label, i, font, h4, div"):
        text = label.text(strip=True)
        if not 2 <= len(text) <= _LOOK_BACK or not text.endswith((":", "：")):
            continue
        name = profile.fields.get(label_key(text))
        value = _next_element(label)
        if name and name not in _NOT_INLINE and value is not None:
            shown = value.text()
            if len(shown) <= _BLOCK_LENGTH and not shown.strip().endswith((":", "：")):
                yield name, shown
    for block in node.css(_INLINE_TAGS):
        text = block.text()
        if len(text) <= _BLOCK_LENGTH and _COLON.search(text):
            yield from _inline(text, profile)


def _cells(table: LexborNode, profile: Profile) -> Iterator[tuple[str, str]]:
    for row in table.css("tr"):
        cells = [c for c in row.iter() if c.tag in ("td", "th")]
        place = 0
        while place < len(cells):
            name = profile.fields.get(label_key(cells[place].text()))
            if name and place + 1 < len(cells):
                following = cells[place + 1].text()
                if label_key(following) not in profile.fields:
                    yield name, following
                    place += 2
                    continue
            else:
                yield from _inline(cells[place].text(), profile)
            place += 1


def _inline(text: str, profile: Profile) -> Iterator[tuple[str, str]]:
    """Labels with a colon inside running text: 来源：某局 发布时间：2020-01-05 浏览次数：3."""
    hits: list[tuple[int, int, str]] = []
    floor = 0
    for colon in _COLON.finditer(text[: 2 * _BLOCK_LENGTH]):
        start = max(floor, colon.start() - _LOOK_BACK)
        for place in range(start, colon.start()):
            if text[place].isspace() or (place > start and _HAN.match(text[place - 1])):
                continue
            key = label_key(text[place : colon.start()])
            name = profile.fields.get(key)
            if name and name not in _NOT_INLINE and key not in _LOOSE:
                hits.append((place, colon.end(), name))
                floor = colon.end()
                break
    for number, (_, after, name) in enumerate(hits):
        until = hits[number + 1][0] if number + 1 < len(hits) else len(text)
        value = text[after:until].strip()
        cut = _OTHER_LABEL.search(value)
        yield name, (value[: cut.start()] if cut else value).strip(" \t\r\n　|丨,，;；")


def _next_element(node: LexborNode) -> LexborNode | None:
    following = node.next
    while following is not None and not following.is_element_node:
        if (following.text() or "").strip():
            return None
        following = following.next
    return following


# -- title and text --------------------------------------------------------------------------
def _title(tree: LexborHTMLParser, profile: Profile) -> str:
    for selector in profile.title:
        for node in tree.css(selector):
            text = " ".join(node.text().split())
            if 4 <= len(text) <= 200:
                return text
    page = tree.css_first("title")
    return _SITE_SUFFIX.sub("", " ".join(page.text().split())) if page else ""


def _body(tree: LexborHTMLParser, profile: Profile) -> LexborNode | None:
    """The element with the text: the first selector that holds any, else the densest one."""
    for selector in profile.body:
        nodes = tree.css(selector)
        best = max(nodes, key=lambda n: len(n.text(strip=True)), default=None)
        if best is not None and (
            len(best.text(strip=True)) >= _MIN_TEXT
            or best.css_first("img[src], a[href]") is not None
        ):
            return best
    densest: LexborNode | None = None
    most = _MIN_TEXT
    for node in tree.css("div, td, article, section"):
        own = sum(len(c.text(strip=True)) for c in node.iter() if c.tag in ("p", "table"))
        if own > most:
            densest, most = node, own
    return densest


def _body_html(body: LexborNode, base: str) -> str:
    """The body's HTML with its files unlinked (they become attachments) and links absolute."""
    for image in body.css("img"):
        image.decompose()
    for link in body.css("a[href]"):
        address = absolute(base, link.attributes.get("href") or "")
        if not address or _is_file(address, link.text()):
            link.unwrap()
        else:
            link.attrs["href"] = address
    inner = body.inner_html or ""
    return inner.strip() if body.text(strip=True) or body.css_first("table") else ""


# -- files -----------------------------------------------------------------------------------
def _is_file(address: str, text: str) -> bool:
    parts = urlsplit(address)
    if (found := _EXTENSION.search(unquote(parts.path))) and parts.path.lower().endswith(
        found[1].lower()
    ):
        return True
    named = _EXTENSION.search(unquote(parts.query)) or _EXTENSION.search(text.strip())
    return bool(named and _DOWNLOAD.search(address)) or bool(
        _DOWNLOAD.search(parts.path) and parts.query
    )


def _files(node: LexborNode, base: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for link in node.css("a[href]"):
        address = absolute(base, link.attributes.get("href") or "")
        text = " ".join(link.text().split())
        if address and address not in found and _is_file(address, text):
            found[address] = _name(address, text, link.attributes.get("title") or "")
    return list(found.items())


def _surroundings(body: LexborNode) -> LexborNode:
    """The text with what stands right beside it, where files are listed; not the whole page."""
    around, words = body, len(body.text(strip=True))
    for _ in range(_LEVELS):
        up = around.parent
        if up is None or up.tag in ("body", "html", None):
            break
        if len(up.text(strip=True)) > words + _BESIDE:
            break
        around = up
    return around


def _images(body: LexborNode, base: str) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for image in body.css("img[src]"):
        address = absolute(base, image.attributes.get("src") or "")
        extension = _EXTENSION.search(urlsplit(address).path)
        if address and extension and extension[1].lower() not in _DOCUMENTS:
            if "icon" in urlsplit(address).path.lower():
                continue
            found.setdefault(address, f"图片{len(found) + 1}.{extension[1].lower()}")
    return list(found.items())


def _name(address: str, text: str, title: str) -> str:
    """What readers see: the link's words, with the extension that its address gives."""
    for shown in (title.strip(), text):
        shown = re.sub(r"^附件\s*[:：]\s*", "", shown)
        if shown and _EXTENSION.search(shown):
            return shown[-160:]
    parts = urlsplit(address)
    for place in (parts.path, parts.query):
        extensions = _EXTENSION.findall(unquote(place))
        if extensions:
            base = text or unquote(parts.path).rsplit("/", 1)[-1]
            return (
                base[-150:] if _EXTENSION.search(base) else f"{base[:150]}.{extensions[-1].lower()}"
            )
    return ""
