"""网页归档: what the public site showed of a year, as WARC files that any archive can read.

ISO 28500 (WARC/1.1), each record packed for itself. Of a year are kept: every item published in it
with its files and documents, the reports published in it, the start page, columns, bodies, topics and
fields as they stand, and the style sheets and pictures that all of them need. Beside each item stands
a record of what the archive asks of an electronic record: number, title, body, days.

What was written is read again before the archive is called done.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.utils import timezone
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

import gongkai
from gongkai.portal import items, preferences
from gongkai.portal.static_site import addresses
from gongkai.portal.static_site.drawing import Draughtsman, Drawn
from gongkai.portal.static_site.exporting import asset_content
from gongkai.reports.models import AnnualReport, State

LARGEST: Final = 1024**3
"""A file is closed when it has this many bytes; the WARC guidelines recommend a gigabyte."""
CHUNK: Final = 500
INDEX: Final = "index.cdxj"
BELONGING: Final = ("item_file", "item_document", "report_download")
"""What is archived because a page of the year links it."""
_MEDIA: Final = {
    "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png",
    "ico": "image/x-icon", "woff2": "font/woff2", "jpg": "image/jpeg", "webp": "image/webp",
}  # fmt: skip

Progress = Callable[[int], None]


class Damaged(Exception):
    """What was written does not read as it was written."""


@dataclass
class Archived:
    """What an archive holds."""

    pages: int = 0
    items: int = 0
    files: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """A record's line in the index (CDXJ): where it lies and what it is."""

    key: str
    stamp: str
    facts: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.key} {self.stamp} {json.dumps(self.facts, ensure_ascii=False)}"


def surt(url: str) -> str:
    """The address turned so that the lines of one site stand together: cn,gov,example)/info/1/"""
    parts = urlsplit(url)
    host = ",".join(reversed((parts.hostname or "").split(".")))
    port = f":{parts.port}" if parts.port else ""
    return f"{host}{port}){parts.path.lower()}"


class Writer:
    """WARC files one after another in a folder, and the lines of their index."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        self.files: list[str] = []
        self.lines: list[Line] = []
        self._stream: IO[bytes] | None = None
        self._warc: WARCWriter | None = None
        self._info = ""

    def write(self, url: str, drawn: Drawn, about: dict[str, Any] | None) -> None:
        """The answer as a reader got it, and beside it what it is."""
        warc, stream = self._open()
        reasons = {200: "OK", 410: "Gone"}
        headers = StatusAndHeaders(
            f"{drawn.status} {reasons.get(drawn.status, '')}".strip(),
            [*drawn.headers, ("Content-Length", str(len(drawn.content)))]
            if "Content-Length" not in dict(drawn.headers)
            else list(drawn.headers),
            protocol="HTTP/1.1",
        )
        record = warc.create_warc_record(
            url, "response", payload=BytesIO(drawn.content), http_headers=headers,
            warc_headers_dict={"WARC-Warcinfo-ID": self._info},
        )  # fmt: skip
        offset = stream.tell()
        warc.write_record(record)
        said = record.rec_headers
        self.lines.append(
            Line(
                surt(url),
                said.get_header("WARC-Date").translate(str.maketrans("", "", "-:TZ"))[:14],
                {
                    "url": url,
                    "mime": drawn.media_type,
                    "status": str(drawn.status),
                    "digest": said.get_header("WARC-Payload-Digest"),
                    "sha256": hashlib.sha256(drawn.content).hexdigest(),
                    "length": str(stream.tell() - offset),
                    "offset": str(offset),
                    "filename": self.files[-1],
                },
            )
        )
        if about:
            text = json.dumps(about, ensure_ascii=False, indent=1).encode()
            warc.write_record(
                warc.create_warc_record(
                    url,
                    "metadata",
                    payload=BytesIO(text),
                    warc_content_type="application/json",
                    warc_headers_dict={
                        "WARC-Concurrent-To": said.get_header("WARC-Record-ID"),
                        "WARC-Warcinfo-ID": self._info,
                    },
                )
            )

    def _open(self) -> tuple[WARCWriter, IO[bytes]]:
        if self._stream is not None and self._stream.tell() > LARGEST:
            self.close()
        if self._stream is None or self._warc is None:
            file = f"{self.name}-{len(self.files):05}.warc.gz"
            self.files.append(file)
            self._stream = (self.folder / file).open("wb")
            self._warc = WARCWriter(self._stream, gzip=True, warc_version="WARC/1.1")
            info = self._warc.create_warcinfo_record(
                file,
                {
                    "software": f"Gongkai {gongkai.__version__}",
                    "format": "WARC File Format 1.1",
                    "conformsTo": "http://iipc.github.io/warc-specifications/specifications/"
                    "warc-format/warc-1.1/",
                    "isPartOf": self.name,
                    "publisher": preferences.current().operator or preferences.current().name,
                    "description": f"{preferences.current().name} 网页归档",
                },
            )
            self._info = info.rec_headers.get_header("WARC-Record-ID")
            self._warc.write_record(info)
        return self._warc, self._stream

    def close(self) -> None:
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
        self._stream = self._warc = None


def archive(folder: Path, year: int, *, progress: Progress | None = None) -> Archived:
    """Write the archive of a year into an empty folder, read it again, and say what is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    told, hand = Archived(), Draughtsman(with_app=True)
    base = f"{hand.environ['wsgi.url_scheme']}://{hand.environ['HTTP_HOST']}"
    preferences.forget()
    host = urlsplit(base).hostname or "site"
    writer = Writer(folder, f"{host}-{year}")
    assets: set[str] = set()
    seen: set[str] = set()
    try:
        for path, about in _wanted(year):
            waiting = deque([(path, about)])
            while waiting:
                here, facts = waiting.popleft()
                if here in seen:
                    continue
                seen.add(here)
                drawn = hand.draw(here)
                if drawn.status != 200:
                    if drawn.status >= 500:
                        told.failed.append((here, f"HTTP {drawn.status}"))
                    continue
                writer.write(base + quote(here), drawn, facts)
                told.pages += 1
                told.items += drawn.name == "item"
                assets |= drawn.assets
                if drawn.name in ("item", "report"):
                    waiting.extend(
                        (one, None) for one in sorted(drawn.links) if _belongs(one, here)
                    )
                if progress:
                    progress(told.pages)
        for asset in _assets(hand, assets):
            writer.write(base + quote(asset.path), asset, None)
    finally:
        writer.close()
    told.files = writer.files
    writer.lines.sort(key=lambda line: (line.key, line.stamp))
    with (folder / INDEX).open("w", encoding="utf-8") as stream:
        stream.write('!meta {"format": "CDXJ"}\n')
        stream.writelines(f"{line}\n" for line in writer.lines)
    verify(folder)
    return told


def _belongs(path: str, page: str) -> bool:
    found = addresses.name_of(path)
    return found is not None and found[0] in BELONGING and path.startswith(page)


def _wanted(year: int) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The pages of the year, those of items with what an archive asks of them."""
    skipped = {"report", "sitemap", "sitemap_pages"}
    for path in addresses.places():
        found = addresses.name_of(path)
        if found is not None and found[0] not in skipped and not found[0].endswith("feed"):
            yield path, None
    for report in AnnualReport.objects.filter(
        state=State.PUBLISHED, published_at__year=year
    ).select_related("organ"):
        yield (
            addresses.at("report", report.organ.code, report.year),
            {
                "题名": report.title,
                "责任者": report.organ.name,
                "发布时间": timezone.localtime(report.published_at).isoformat(),
                "版本": report.version,
                "校验码": report.checksum,
            },
        )
    found_items = (
        items.in_year(items.live(), year)
        .select_related("organ", "column", "topic")
        .defer("body")
        .order_by("published_at", "pk")
    )
    for item in found_items.iterator(CHUNK):
        yield (
            addresses.at("item", item.pk),
            {
                "索引号": item.index_number,
                "题名": item.title,
                "文号": item.document_number,
                "责任者": item.organ.name,
                "栏目": item.column.title,
                "主题": item.topic.name if item.topic else "",
                "成文日期": item.formed_on.isoformat() if item.formed_on else "",
                "发布时间": timezone.localtime(item.published_at).isoformat(),
                "最近更新": timezone.localtime(item.last_published_at).isoformat()
                if item.last_published_at
                else "",
                "公开方式": "主动公开",
            },
        )


def _assets(hand: Draughtsman, wanted: set[str]) -> Iterator[Drawn]:
    """Style sheets, scripts and pictures, and what the style sheets ask for."""
    waiting, seen = sorted(wanted), set(wanted)
    while waiting:
        path = waiting.pop()
        content = asset_content(path.removeprefix(settings.STATIC_URL))
        if content is None:
            continue
        media = _MEDIA.get(path.rpartition(".")[2], "application/octet-stream")
        more = hand.leads(path, content, media)[1] - seen
        seen |= more
        waiting.extend(more)
        yield Drawn(path, "asset", 200, content, media, (("Content-Type", media),))


# -- reading again ---------------------------------------------------------------------------------
def verify(folder: Path) -> int:
    """Read every record again: its digests hold, and each line of the index leads to its answer.

    The number of answers. Raises Damaged.
    """
    expected: dict[tuple[str, int], dict[str, Any]] = {}
    for text in (folder / INDEX).read_text("utf-8").splitlines():
        if text.startswith("!"):
            continue
        facts = json.loads(text.split(" ", 2)[2])
        expected[facts["filename"], int(facts["offset"])] = facts
    number = 0
    for file in sorted(folder.glob("*.warc.gz")):
        with file.open("rb") as stream:
            records = ArchiveIterator(stream, check_digests="raise")
            try:
                for record in records:
                    content = record.content_stream().read()
                    offset = records.get_record_offset()  # reads to the record's end
                    if record.rec_type != "response":
                        continue
                    facts = expected.pop((file.name, offset), None)
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    if facts is None or facts["url"] != url:
                        raise Damaged(f"{file.name}：{url} 不在索引中")
                    if hashlib.sha256(content).hexdigest() != facts["sha256"]:
                        raise Damaged(f"{file.name}：{url} 的内容与写入时不同")
                    number += 1
            except Damaged:
                raise
            except Exception as error:
                raise Damaged(f"{file.name}：{error}") from error
    if expected:
        raise Damaged(f"缺少 {next(iter(expected.values()))['url']} 等 {len(expected)} 条记录")
    return number
