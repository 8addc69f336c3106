"""The six parts of a report, found by the words of their headings.

Numbers do not help: they are used again inside part one and table three, are missing, or are one
too low. What helps is where the tables stand: the heading of part two is the last of its words
before table two, and so on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongkai.reports.reading.headings import SECTIONS, TEXT_SECTIONS, heading_of, run_in
from gongkai.reports.reading.normalise import label, squash, tidy
from gongkai.reports.reading.rows import FoundRow, Mode

_FOOTER = re.compile(
    r"(?:主办(?:单位)?|承办(?:单位)?|版权所有|技术支持|网站标识码|网站地图|联系我们|关于我们|隐私声明|扫一扫|分享到|"
    r"责任编辑|上一[篇条]|下一[篇条]|打印本页|关闭窗口|打印|关闭|相关(?:链接|附件|信息|文章)|友情链接|[^,，。]{0,6}ICP备|"
    r"公网安备|[^,，。]{0,4}公安备案|浏览次数|字体|返回顶部|微信扫码|无障碍|您是第|信息来源|来源|发布(?:日期|时间)|Copyright|©).*",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?P<year>\d{4}|[〇零○一二三四五六七八九]{4})年(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:(?:\d{1,2}|[一二三四五六七八九十]{1,3})日)?"
)
_ORGAN = re.compile(
    r".{2,28}(?:政府|办公室|委员会|局|厅|署|院|中心|办事处|管委会|大队|支队|公司|管理处|学校|站|所|处|队)"
)


@dataclass(slots=True)
class Parts:
    """Where the six parts begin (row numbers) and what their text says.

    ``preamble``: what stands before part one; ``ending``: signature and date after part six.
    ``collisions``: numbers that several headings share.
    """

    starts: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str | None] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    preamble: str = ""
    ending: list[str] = field(default_factory=list)
    collisions: list[str] = field(default_factory=list)


def find_parts(
    rows: Sequence[FoundRow], tables: dict[str, tuple[int, int]], title_row: int
) -> Parts:
    """The parts of a report whose tables stand at ``tables`` (first row, row after the last)."""
    found: dict[str, list[int]] = {name: [] for name in SECTIONS}
    inside = [range(start, end) for start, end in tables.values()]
    rests: dict[int, str] = {}
    for number, row in enumerate(rows):
        if any(number in span for span in inside):
            continue
        text = _line_text(row)
        if text is None:
            continue
        name = heading_of(text)
        if name is None and len(text) > 8 and (run := run_in(text)):
            name, rests[number] = run
        if name is not None:
            found[name].append(number)
    parts = Parts()
    parts.starts = _choose(found, tables, len(rows))
    for name, number in parts.starts.items():
        parts.headings[name] = tidy(rows[number].text)
    _cut(rows, parts, tables, title_row, rests)
    parts.collisions = _collisions(rows, parts, inside)
    return parts


def _line_text(row: FoundRow) -> str | None:
    """The text of a row that is a line of its own."""
    cells = [cell for cell in row.labels if cell.text.strip() and not cell.above]
    if row.figures or not cells:
        return None
    if len(cells) == 1 or row.mode is Mode.LAYOUT:
        return "".join(cell.text for cell in cells)
    return None


def _choose(
    found: dict[str, list[int]], tables: dict[str, tuple[int, int]], end: int
) -> dict[str, int]:
    every = sorted(number for numbers in found.values() for number in numbers)
    contents = {a for a, b in itertools.pairwise(every) if b - a == 1}
    chosen: dict[str, int] = {}
    floor = -1
    for name, table in (("s2", "t2"), ("s3", "t3"), ("s4", "t4")):
        limit = tables[table][0] if table in tables else None
        options = [number for number in found[name] if number > floor]
        if limit is not None:
            before = [number for number in options if number < limit]
            options = before[-1:] or []
        else:
            options = [number for number in options if number not in contents][:1]
        if options:
            chosen[name] = options[0]
            floor = options[0]
    first = min([*chosen.values(), *(start for start, _ in tables.values()), end])
    ones = [number for number in found["s1"] if number < first]
    real = [number for number in ones if number not in contents] or ones[-1:]
    if real:
        chosen["s1"] = real[0]
    floor = max([*chosen.values(), *(stop - 1 for _, stop in tables.values()), -1])
    for name in ("s5", "s6"):
        options = [number for number in found[name] if number > floor]
        if options:
            chosen[name] = floor = options[0]
    return chosen


def _cut(
    rows: Sequence[FoundRow],
    parts: Parts,
    tables: dict[str, tuple[int, int]],
    title_row: int,
    rests: dict[int, str],
) -> None:
    """The text of the parts, from heading to heading."""
    title = squash(rows[title_row].text) if title_row >= 0 else ""
    stops = sorted([*parts.starts.values(), *(start for start, _ in tables.values()), len(rows)])
    for name in TEXT_SECTIONS:
        start = parts.starts.get(name)
        if start is None:
            parts.texts[name] = None
            continue
        stop = next(number for number in stops if number > start)
        texts = paragraphs(rows[start + 1 : stop])
        while texts and (heading_of(texts[-1]) or squash(texts[-1]) == title):
            texts.pop()  # the next heading or the title, printed again before a table
        if rests.get(start):
            texts.insert(0, rests[start])
        if name == max(parts.starts, key=lambda one: parts.starts[one]):
            texts, parts.ending = _ending(texts)
        parts.texts[name] = "\n".join(texts)
    first = min(parts.starts.values(), default=0)
    begin = title_row + 1 if 0 <= title_row < first else max(0, first - 30)
    before = paragraphs(rows[begin:first])
    if "s1" in parts.starts:
        parts.preamble = "\n".join(before)
    elif first and (text := "\n".join(one for one in before if len(one) > 15)):
        parts.texts["s1"] = text  # part one without its heading
    if not parts.ending and "s6" not in parts.starts:
        parts.ending = [text for text in paragraphs(rows[-6:]) if len(text) < 40]


def _ending(texts: list[str]) -> tuple[list[str], list[str]]:
    """The text of the last part, and the signature and date below it; a site's footer is cut."""
    for place, text in enumerate(texts):
        if _FOOTER.match(squash(text)) and len(text) < 200:
            texts = texts[:place]
            break
    ending: list[str] = []
    while texts and len(texts[-1]) < 40:
        flat = squash(texts[-1])
        dated = _DATE.search(flat)
        if (dated and len(flat) <= len(dated.group()) + 30 and "。" not in flat) or (
            _ORGAN.fullmatch(flat) and len(texts) > 1
        ):
            ending.insert(0, texts.pop())
        else:
            break
    return texts, ending


def paragraphs(rows: Sequence[FoundRow]) -> list[str]:
    """Paragraphs from rows; lines that the page broke are put together again."""
    margins: dict[int, float] = {}
    for row in rows:
        if row.line is not None and not row.line.whole:
            margins[row.page] = min(margins.get(row.page, 1e9), row.line.indent)
    texts: list[str] = []
    joinable = False
    page = 0
    for row in rows:
        text = tidy(row.text)
        if not text:
            continue
        line = row.line
        if line is None or line.whole:
            texts.append(text)
            joinable = False
            continue
        indented = line.indent > margins.get(row.page, 0.0) + 1.2
        apart = line.gap and row.page == page  # the blank lines at a page's end say nothing
        page = row.page
        if texts and joinable and not indented and not apart:
            texts[-1] += text
        else:
            texts.append(text)
        joinable = line.width > 0.85
    return texts


def _collisions(rows: Sequence[FoundRow], parts: Parts, inside: Sequence[range]) -> list[str]:
    """Numbers (一、二、…) that head more than one line outside the tables."""
    seen: dict[int, list[str]] = {}
    first = min(parts.starts.values(), default=0)
    for number, row in enumerate(rows):
        if number < first or any(number in span for span in inside):
            continue
        text = _line_text(row)
        if text is None or not re.match(r"\s*[一二三四五六七八九十]{1,2}[、.．]", text):
            continue
        seen.setdefault(label(text[:40]).number, []).append(tidy(text)[:18])
    return [
        "、".join(f"“{text}”" for text in texts)
        for figure, texts in sorted(seen.items())
        if figure and len(set(texts)) > 1
    ]


def signature_date(ending: Sequence[str]) -> tuple[str, int | None]:
    """(date as printed, its year) of the signature; empty without one."""
    for text in reversed(ending):
        if match := _DATE.search(squash(text)):
            figure = match["year"]
            year = int(figure) if figure.isdecimal() else None
            return match.group(), year
    return "", None


def signature_organ(ending: Sequence[str]) -> str | None:
    """The body that signed, if a line of the signature is a body's name."""
    for text in ending:
        flat = _DATE.sub("", squash(text))
        if _ORGAN.fullmatch(flat):
            return flat
    return None
