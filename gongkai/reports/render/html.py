"""The report as a web page: a fragment for the public site and a page that prints on A4.

Everything written by people passes through ``richtext`` and is escaped; addresses come from the
caller. Last year's figures stand in an attribute and are drawn by the style sheet, so that the
text of a cell is its statutory figure and nothing else, also when copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from itertools import groupby, pairwise
from pathlib import Path

from gongkai.reports.document import NOTHING_WRITTEN, Part, ReportDocument
from gongkai.reports.grid import Grid, GridCell
from gongkai.reports.richtext import Block, Run

#: The style sheet of the fragment, for ``{% static %}``.
STYLESHEET = "gongkai/reports/report.css"
_STATIC = Path(__file__).parent.parent / "static"

CellText = Callable[[str], str | None]


def draw(document: ReportDocument) -> bytes:
    """A page of its own, style included, that prints on A4."""
    parts = (
        "<!DOCTYPE html>",
        '<html lang="zh-CN">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document.title)}</title>",
        f"<style>\n{stylesheet()}</style>",
        "</head>",
        '<body class="gk-page">',
        "<main>",
        fragment(document),
        "</main>",
        "</body>",
        "</html>",
        "",
    )
    return "\n".join(parts).encode()


def fragment(
    document: ReportDocument,
    *,
    level: int = 1,
    link: CellText | None = None,
    note: CellText | None = None,
    previous: bool = False,
) -> str:
    """The report as an ``<article>`` to be put into a page that loads ``STYLESHEET``.

    ``level``: that of the title's heading, 1 to 4. ``link``: the address of the records behind a
    cell, or ``None`` where there is nothing to open. ``note``: a remark on a cell (a large change,
    a failed check), shown as a mark with the remark as its text. ``previous``: show last year's
    figures in small type.
    """
    drawer = _Drawer(document, level, link, note, previous)
    return "\n".join(drawer.article())


@cache
def stylesheet() -> str:
    """The text of the style sheet."""
    return (_STATIC / STYLESHEET).read_text(encoding="utf-8")


class _Drawer:
    def __init__(
        self,
        document: ReportDocument,
        level: int,
        link: CellText | None,
        note: CellText | None,
        previous: bool,
    ) -> None:
        self.document = document
        self.level = level
        self.link = link
        self.note = note
        self.previous = previous and document.previous is not None

    def article(self) -> Iterator[str]:
        document = self.document
        yield '<article class="gk-report" lang="zh-CN">'
        yield '<header class="gk-report__header">'
        yield f"<h{self.level}>{escape(document.title)}</h{self.level}>"
        yield '<dl class="gk-report__imprint">'
        for term, text in document.imprint:
            yield f"<div><dt>{term}</dt><dd>{escape(text)}</dd></div>"
        yield "</dl>"
        if document.correction_note:
            note = _breaks(document.correction_note)
            yield f'<p class="gk-report__correction"><strong>更正说明：</strong>{note}</p>'
        yield "</header>"
        for part in document.outline:
            yield from self.part(part)
        yield '<footer class="gk-report__footer">'
        yield f'<p class="gk-report__issuer">{escape(document.issuer)}</p>'
        if document.published_on:
            on = document.published_on.isoformat()
            yield f'<p class="gk-report__date"><time datetime="{on}">{document.date_text}</time></p>'
        yield f'<p class="gk-report__status">{escape(document.status_text)}</p>'
        if document.checksum:
            checksum = escape(document.checksum)
            yield f'<p class="gk-report__checksum">数据校验码（SM3）：<code>{checksum}</code></p>'
        yield "</footer>"
        yield "</article>"

    def part(self, part: Part) -> Iterator[str]:
        level = self.level + 1
        name = f"gk-{part.section.id}"
        yield f'<section class="gk-report__section" aria-labelledby="{name}">'
        yield f'<h{level} id="{name}">{escape(part.heading)}</h{level}>'
        if part.grid:
            yield from self.table(part.grid)
        elif part.blocks:
            yield from self.text(part.blocks)
        else:
            yield f'<p class="gk-report__empty">{NOTHING_WRITTEN}</p>'
        yield "</section>"

    def text(self, blocks: tuple[Block, ...]) -> Iterator[str]:
        """Paragraphs; items of lists that follow each other form nested lists again."""
        for is_list, group in groupby(blocks, key=lambda block: block.kind == "li"):
            if is_list:
                yield from _lists(list(group))
                continue
            for block in group:
                runs = _runs(block.runs)
                if block.kind in ("h3", "h4"):
                    level = self.level + (2 if block.kind == "h3" else 3)
                    yield f"<h{level}>{runs}</h{level}>"
                elif block.kind == "quote":
                    yield f"<blockquote><p>{runs}</p></blockquote>"
                else:
                    yield f"<p>{runs}</p>"

    def table(self, grid: Grid) -> Iterator[str]:
        caption = escape(grid.caption)
        yield f'<div class="gk-frame" role="region" aria-label="{caption}" tabindex="0">'
        yield f'<table class="gk-grid gk-grid--{grid.table}">'
        yield f'<caption class="gk-hidden">{caption}</caption>'
        yield "<colgroup>" + "<col>" * grid.column_count + "</colgroup>"
        rows = grid.rows()
        if grid.header_rows:
            yield "<thead>"
            for row in rows[: grid.header_rows]:
                yield self.row(grid, row)
            yield "</thead>"
        starts = (*grid.bodies, grid.row_count)
        for start, end in pairwise(starts):
            yield "<tbody>"
            for row in rows[start:end]:
                yield self.row(grid, row)
            yield "</tbody>"
        yield "</table>"
        yield "</div>"

    def row(self, grid: Grid, row: list[GridCell]) -> str:
        return "<tr>" + "".join(self.cell(grid, cell) for cell in row) + "</tr>"

    def cell(self, grid: Grid, cell: GridCell) -> str:
        spans = f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
        spans += f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
        if cell.cell is None:
            sticky = f" gk-label gk-label--{cell.col}" if cell.col < grid.label_columns else ""
            tag = "td" if cell.kind == "corner" else "th"
            scope = f' scope="{cell.scope}"' if cell.scope else ""
            text = escape(cell.text)
            return f'<{tag}{scope}{spans} class="gk-{cell.kind}{sticky}">{text}</{tag}>'
        return self.figure(cell.cell, spans)

    def figure(self, cell_id: str, spans: str) -> str:
        text = escape(self.document.figure(cell_id))
        attributes = "" if text else ' aria-label="未填报"'
        href = self.link(cell_id) if self.link and text else None
        if href:
            text = f'<a href="{escape(href)}" aria-label="{text}，查看明细">{text}</a>'
        if self.previous and (before := self.document.previous_figure(cell_id)):
            attributes += f' data-previous="上年 {escape(before)}"'
        if self.note and (note := self.note(cell_id)):
            remark = escape(note)
            text += (
                f'<span class="gk-note" role="img" aria-label="{remark}" title="{remark}"></span>'
            )
        return f'<td class="gk-figure" data-cell="{cell_id}"{spans}{attributes}>{text}</td>'


def _runs(runs: tuple[Run, ...]) -> str:
    html = ""
    for run in runs:
        text = _breaks(run.text)
        if run.emphasis:
            text = f"<em>{text}</em>"
        if run.strong:
            text = f"<strong>{text}</strong>"
        html += text
    return html


def _breaks(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _lists(items: list[Block]) -> Iterator[str]:
    """Items as nested lists: deeper items belong to the item before them."""
    index = 0
    while index < len(items):
        first = items[index]
        tag = "ul" if first.number is None else "ol"
        start = f' start="{first.number}"' if first.number not in (None, 1) else ""
        yield f"<{tag}{start}>"
        while index < len(items):
            item = items[index]
            if item.level < first.level or (item.number is None) != (first.number is None):
                break
            deeper = index + 1
            while deeper < len(items) and items[deeper].level > first.level:
                deeper += 1
            inner = "".join(_lists(items[index + 1 : deeper]))
            yield f"<li>{_runs(item.runs)}{inner}</li>"
            index = deeper
        yield f"</{tag}>"
