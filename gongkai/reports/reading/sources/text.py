"""Plain text and Markdown.

Tables arrive as lines of cells (“a | b |”, TAB), as one cell a line (with TABs before the cells,
with blank lines between them, or bare), or as the text layer of a PDF with its columns kept by
spaces. Here only the marks are read; which line belongs to which row is found later, from labels.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterator
from statistics import median

from gongkai.reports.reading.document import (
    MAX_BLOCKS,
    Deadline,
    Document,
    Line,
    NotAReport,
    Piece,
    TooLarge,
)
from gongkai.reports.reading.headings import heading_of
from gongkai.reports.reading.normalise import tidy

_QUOTED = re.compile(r'(?<=[\t\n])"([^"\t]{0,200}\n[^"\t]{0,200})"(?=[\t\n])')
_TABLE = re.compile(r"<table[\s>]", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:]*(?:\s[^<>]*)?/?>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SUP = re.compile(r"<sup>\s*[\[(]?\d+[\])]?\s*</sup>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]+);")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()<>#+\-.!~:])")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_PIPE_SHAPES = str.maketrans("│┃║｜∣¦", "||||||")
_ESCAPED_PIPE = "\ue000"
_RULE = re.compile(r"[\s|:=+\-─━┄┅┈┉═┌┐└┘├┤┬┴┼╔╗╚╝╠╣╦╩╬╒╕╘╛╞╡╤╧╪╭╮╯╰_]{4,}")
_SEPARATOR = re.compile(r"\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)+\|?|\|\s*:?-+:?\s*\|?")
_PAGE_NUMBER = re.compile(
    r"\s*(?:[-—–－_~·•]+\s*(?:第\s*)?\d{1,3}\s*(?:页)?\s*[-—–－_~·•]+"
    r"|第\s*\d{1,3}\s*页(?:\s*[,，/]?\s*共\s*\d{1,3}\s*页)?|\d{1,3}\s*/\s*共?\s*\d{1,3}\s*页)\s*"
)
_GAP = re.compile(r"[ \u00a0\u2000-\u200a]{2,}|\u3000+|[ \u3000]*\u3000[ \u3000]*")
_FIGURE = re.compile(r"(?<=\s\s)[\d.,/—+-]+[件项个条万元]{0,2}(?=\s|$)")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+")
#: Cells a row can have (table four's fifteen figures below each other with their heads' blanks);
#: a longer run of cells has lost its rows.
LONGEST_ROW = 32
_SENTENCE = re.compile(r"[，。；：]")


def is_page_number(text: str) -> bool:
    """“- 3 -”, “第3页”, “第 3 页 共 5 页”: what a printed page adds to the text."""
    return bool(_PAGE_NUMBER.fullmatch(text))


def read_text(text: str, filename: str, deadline: Deadline) -> Document:
    """The document of a text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
    if '"' in text:  # cells of a spreadsheet that hold line breaks come in quotes
        text = _QUOTED.sub(lambda cell: re.sub(r"\s*\n\s*", "", cell[1]), text)
    kind = "markdown" if filename.lower().endswith((".md", ".markdown")) else "text"
    document = Document(kind)
    if filename.lower().endswith(".csv"):
        try:
            document.blocks.extend(_separated(text))
        except csv.Error as problem:
            raise NotAReport("CSV 文件的格式有误，无法读取。") from problem
        return document
    if _TABLE.search(text):
        # Markdown may hold tables as HTML; the text around them stays text.
        from gongkai.reports.reading.sources.html import read_fragment

        position = 0
        for start, end in _tables(text):
            document.blocks.extend(_lines(text[position:start], deadline))
            document.blocks.extend(read_fragment(text[start:end], deadline))
            position = end
        document.blocks.extend(_lines(text[position:], deadline))
    else:
        document.blocks.extend(_lines(text, deadline))
    return document


def _tables(text: str) -> Iterator[tuple[int, int]]:
    """Where the outermost HTML tables stand in a text."""
    depth, start = 0, 0
    for tag in re.finditer(r"<(/?)table\b[^>]*>", text, re.IGNORECASE):
        if not tag[1]:
            if depth == 0:
                start = tag.start()
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                yield start, tag.end()
    if depth:
        yield start, len(text)


def _separated(text: str) -> Iterator[Line]:
    """Lines of comma separated values."""
    sample = text[:20_000]
    delimiter = max(",;\t|，", key=sample.count)
    for row in csv.reader(io.StringIO(text.replace("\x00", "")), delimiter=delimiter):
        if any(cell.strip() for cell in row):
            yield _cells(row, 0, 0)


def _cells(texts: list[str], page: int, gap: int) -> Line:
    pieces = [Piece(tidy(text), place, place + 1.0) for place, text in enumerate(texts)]
    return Line(pieces, cells=True, page=page, gap=gap)


def _lines(text: str, deadline: Deadline) -> Iterator[Line]:
    """The lines of a text without its page numbers and rules."""
    raw = _raw_lines(text)
    tabbed = (
        sum(line.startswith("\t") and "\t" not in line[1:].rstrip("\n") for line, _ in raw) >= 8
    )
    if tabbed:
        yield from _one_cell_a_line(raw, deadline)
        return
    wide = _wide_characters(raw)
    widest = _usual_width(raw)
    gap, count = 0, 0
    for line, page in raw:
        count += 1
        if count % 500 == 0:
            deadline.check()
            if count > MAX_BLOCKS:
                raise TooLarge("文本行数过多，不像年度报告；请提供只含年度报告正文的文件。")
        if not line.strip():
            gap += 1
            continue
        made = _line(line, page, gap, wide, widest)
        if made is not None:
            yield made
            gap = 0


def _raw_lines(text: str) -> list[tuple[str, int]]:
    """(line, page), page numbers taken out."""
    pages = text.split("\f")
    numbers = _bare_page_numbers(pages)
    raw: list[tuple[str, int]] = []
    for page, content in enumerate(pages, 1):
        lines = content.split("\n")
        for place, line in enumerate(lines):
            if place == numbers.get(page) or is_page_number(line):
                continue
            raw.append((line, page if len(pages) > 1 else 0))
    return raw


def _bare_page_numbers(pages: list[str]) -> dict[int, int]:
    """Page → line on which its bare number stands last, when at least two count upwards."""
    found: dict[int, tuple[int, int]] = {}
    for page, content in enumerate(pages, 1):
        lines = content.split("\n")
        last = max((place for place, line in enumerate(lines) if line.strip()), default=None)
        if last is not None and re.fullmatch(r"[0-9]{1,4}", lines[last].strip()):
            found[page] = (last, int(lines[last].strip()))
    offsets = [number - page for page, (_, number) in found.items()]
    if len(offsets) < 2 or len(set(offsets)) > 1:
        return {}
    return {page: place for page, (place, _) in found.items()}


def _line(line: str, page: int, gap: int, wide: bool, widest: float) -> Line | None:
    """One line: cells between marks, or pieces between wide spaces. ``None`` for rules."""
    if _RULE.fullmatch(line) and (len(line.strip()) > 4 or "|" in line or "+" in line):
        return None
    if "│" in line or "┃" in line or "║" in line or "｜" in line or "¦" in line:
        line = line.translate(_PIPE_SHAPES)
    if "\\|" in line:
        line = line.replace("\\|", _ESCAPED_PIPE)
    if "|" in line:
        if _SEPARATOR.fullmatch(line.strip()):
            return None
        texts = line.strip().split("|")
        if texts and not texts[0].strip() and line.strip().startswith("|"):
            texts = texts[1:]
        if texts and not texts[-1].strip() and line.strip().endswith("|"):
            texts = texts[:-1]
        return _cells([clean(text.replace(_ESCAPED_PIPE, "|")) for text in texts], page, gap)
    line = line.replace(_ESCAPED_PIPE, "|")
    heading = bool(_HEADING.match(line))
    if heading:
        line = _HEADING.sub("", line).rstrip("# ")
    if "\t" in line.lstrip("\t "):
        return _cells([clean(text) for text in line.strip("\n").split("\t")], page, gap)
    line = clean(line).replace("\t", "    ")
    pieces = _pieces(line, wide)
    if not pieces:
        return None
    width = _display(line.strip(), wide=True)
    return Line(
        pieces,
        whole=not widest,
        page=page,
        gap=gap,
        indent=pieces[0].x0,
        width=min(width / widest, 1.0) if widest else 0.0,
        heading=heading,
    )


def _pieces(line: str, wide: bool) -> list[Piece]:
    """The parts of a line that stand two or more spaces apart."""
    pieces: list[Piece] = []
    position = 0
    column = 0.0
    for gap in [*_GAP.finditer(line), None]:
        end = gap.start() if gap else len(line)
        part = line[position:end]
        if part.strip():
            lead = len(part) - len(part.lstrip())
            start = column + lead
            pieces.append(Piece(tidy(part), start, start + _display(part.strip(), wide)))
        if gap:
            column += _display(part, wide) + _display(gap.group(), wide)
            position = gap.end()
    return pieces


def clean(text: str) -> str:
    """Marks of Markdown and HTML inside a line taken out."""
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", _SUP.sub("", text)))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
        if "&" in text:  # escaped twice
            text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    if "**" in text and text.strip("* "):
        text = text.replace("**", "")
    if "`" in text:
        text = text.replace("`", "")
    return text


def _display(text: str, wide: bool) -> float:
    """How many columns a text takes: Chinese characters one (pdftotext) or two (terminals)."""
    if not wide:
        return float(len(text))
    return float(sum(2 if char >= "\u1100" else 1 for char in text))


def _wide_characters(raw: list[tuple[str, int]]) -> bool:
    """Whether figures line up better when Chinese characters count as two columns."""
    rows = [
        (line, found)
        for line, _ in raw[:4000]
        if len(found := list(_FIGURE.finditer(line))) >= 2 and not line.isascii()
    ]
    if len(rows) < 3:
        return False

    def places(wide: bool) -> int:
        starts, ends = set(), set()
        for line, found in rows:
            for figure in found:
                start = _display(line[: figure.start()], wide)
                starts.add(start)
                ends.add(start + len(figure.group()))
        return min(len(starts), len(ends))

    return places(True) < places(False)


def _usual_width(raw: list[tuple[str, int]]) -> float:
    """The width at which a text is wrapped, 0 when each line is a paragraph of its own."""
    widths = sorted(
        _display(line.strip(), wide=True)
        for line, _ in raw
        if len(line.strip()) > 12
        and _SENTENCE.search(line)
        and "|" not in line
        and not _GAP.search(line.strip())
    )
    if len(widths) < 6:
        return 0.0
    usual = widths[int(0.8 * len(widths))]
    near = sum(0.88 * usual < width < 1.12 * usual for width in widths)
    return usual if usual < 130 and near >= 0.5 * len(widths) else 0.0


def _one_cell_a_line(raw: list[tuple[str, int]], deadline: Deadline) -> Iterator[Line]:
    """Text whose cells each stand on a line that begins with a TAB; a blank line ends a row.

    A line without a TAB that follows a cell directly is the rest of that cell.
    """
    groups: list[tuple[list[str], int]] = []  # cells of a row, page; text lines as groups of one
    lines: list[tuple[str, int, list[str] | None]] = []
    row: list[str] | None = None
    for line, page in raw:
        if not line.strip(" \n\r"):
            row = None
        elif line.startswith("\t"):
            if row is None:
                row = []
                groups.append((row, page))
                lines.append(("", page, row))
            row.append(clean(line[1:]))
        elif (
            row
            and row[-1].strip()
            and len(line.strip()) < 40
            and not line[:1].isspace()
            and heading_of(line) is None
        ):
            row[-1] += line.strip()
        else:
            row = None
            lines.append((line, page, None))
    deadline.check()
    sizes = [len(cells) for cells, _ in groups]
    stream = bool(sizes) and (median(sizes) <= 1 or max(sizes) > LONGEST_ROW)
    for line, page, cells in lines:
        if cells is None:
            made = _line(line, page, 0, wide=False, widest=0.0)
            if made is not None:
                yield made
        elif stream:
            for cell in cells:
                yield Line([Piece(tidy(cell), 0.0, 1.0)], page=page)
        else:
            yield _cells(cells, page, 1)
