"""Text and Markdown, as reports are copied, converted and extracted."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable

from tests.reports.reading.specimens import Form, Specimen, parts

Style = Callable[[Specimen], tuple[bytes, str]]


def _assemble(report: Specimen, table: Callable[[Form], str], *, heading: str = "") -> str:
    lines: list[str] = []
    for kind, content in parts(report):
        if isinstance(content, Form):
            lines.append(table(content))
        elif kind == "heading":
            lines.append(heading + content)
        else:
            lines.append(content)
    return "\n".join(lines) + "\n"


def _ragged(form: Form) -> list[list[str]]:
    """Rows of cells as they begin; what a span covers is not there."""
    return [[cell.text for cell in row] for row in form.rows()]


def tab_before_each_cell(report: Specimen) -> tuple[bytes, str]:
    """As Yima 2020: a TAB and a cell a line, a lone TAB for what a rowspan covers."""

    def table(form: Form) -> str:
        made = []
        for number, row in enumerate(form.rows()):
            covered = [
                (cell.col, "") for cell in form.cells if cell.row < number < cell.row + cell.rowspan
            ]
            cells = sorted([*covered, *((cell.col, cell.text) for cell in row)])
            made.append("\n".join(f"\t{text}" for _, text in cells) + "\n")
        return "\n".join(made) + "\n"

    return _assemble(report, table).encode(), "report.txt"


def tab_before_each_cell_without_rows(report: Specimen) -> tuple[bytes, str]:
    """TAB and cell a line, nothing between rows."""

    def table(form: Form) -> str:
        return "\n".join(f"\t{text}" for row in _ragged(form) for text in row)

    return _assemble(report, table).encode(), "report.txt"


def one_cell_a_line(report: Specimen) -> tuple[bytes, str]:
    def table(form: Form) -> str:
        return "\n".join(text for row in _ragged(form) for text in row)

    return _assemble(report, table).encode(), "report.txt"


def one_cell_a_line_spaced(report: Specimen) -> tuple[bytes, str]:
    """A blank line after every line; a blank cell is a blank line of its own."""

    def table(form: Form) -> str:
        return "\n\n".join(text for row in _ragged(form) for text in row)

    return _assemble(report, table).encode(), "report.txt"


def rows_apart(report: Specimen) -> tuple[bytes, str]:
    """A cell a line, a blank line between rows."""

    def table(form: Form) -> str:
        return "\n\n".join("\n".join(row) for row in _ragged(form))

    return _assemble(report, table).encode(), "report.txt"


def pipes_after(report: Specimen) -> tuple[bytes, str]:
    """“a | b |” without what spans cover, as Wendeng’s page gives it."""

    def table(form: Form) -> str:
        return "\n".join("".join(f"{text} | " for text in row).rstrip() for row in _ragged(form))

    return _assemble(report, table).encode(), "report.txt"


def pipes_around(report: Specimen) -> tuple[bytes, str]:
    def table(form: Form) -> str:
        return "\n".join("| " + " | ".join(row) + " |" for row in _ragged(form))

    return _assemble(report, table).encode(), "report.txt"


def markdown(report: Specimen) -> tuple[bytes, str]:
    """A pipe table with all fields; merged cells leave blanks."""

    def table(form: Form) -> str:
        rows = ["| " + " | ".join(row) + " |" for row in form.dense()]
        rows.insert(1, "|" + " --- |" * form.width)
        return "\n" + "\n".join(rows) + "\n"

    return _assemble(report, table, heading="## ").encode(), "report.md"


def markdown_repeating(report: Specimen) -> tuple[bytes, str]:
    """Merged cells repeated in every field they cover, as converters from Word do."""

    def table(form: Form) -> str:
        rows = ["| " + " | ".join(row) + " |" for row in form.dense(repeat=True)]
        rows.insert(1, "|" + ":---:|" * form.width)
        return "\n" + "\n".join(rows) + "\n"

    return _assemble(report, table, heading="# ").encode(), "report.md"


def markdown_without_outer_pipes(report: Specimen) -> tuple[bytes, str]:
    def table(form: Form) -> str:
        rows = [" | ".join(text or "&nbsp;" for text in row) for row in form.dense()]
        rows.insert(1, " | ".join(["---"] * form.width))
        return "\n" + "\n".join(rows) + "\n"

    return _assemble(report, table, heading="### ").encode(), "report.md"


def markdown_with_html_tables(report: Specimen) -> tuple[bytes, str]:
    from tests.reports.reading.styles_html import span_table

    return _assemble(report, lambda form: f"\n{span_table(form)}\n", heading="## ").encode(), "r.md"


def tab_separated(report: Specimen) -> tuple[bytes, str]:
    """What a browser copies: TABs between cells, what spans cover left out."""

    def table(form: Form) -> str:
        return "\n".join("\t".join(row) for row in _ragged(form))

    return _assemble(report, table).encode(), "report.txt"


def tab_separated_dense(report: Specimen) -> tuple[bytes, str]:
    """What a spreadsheet copies: a TAB for every field."""

    def table(form: Form) -> str:
        return "\n".join("\t".join(row) for row in form.dense())

    return _assemble(report, table).encode("utf-8-sig"), "report.txt"


def comma_separated(report: Specimen) -> tuple[bytes, str]:
    made = io.StringIO()
    writer = csv.writer(made)
    for _, content in parts(report):
        if isinstance(content, Form):
            writer.writerows(content.dense())
        else:
            writer.writerow([content])
    return made.getvalue().encode("gb18030"), "report.csv"


def boxes(report: Specimen) -> tuple[bytes, str]:
    """A table drawn with box characters."""

    def table(form: Form) -> str:
        rule = "├" + "┼".join(["────"] * form.width) + "┤"
        rows = ["│" + "│".join(row) + "│" for row in form.dense()]
        return "┌" + "─" * 40 + "┐\n" + f"\n{rule}\n".join(rows) + "\n└" + "─" * 40 + "┘"

    return _assemble(report, table).encode("utf-16"), "report.txt"


def label_and_figures(report: Specimen) -> tuple[bytes, str]:
    """A PDF’s text as many programs copy it: a row a line, one space between everything."""

    def table(form: Form) -> str:
        return "\n".join(" ".join(text for text in row if text) for row in _ragged(form))

    return _assemble(report, table).encode(), "report.txt"


# --- columns kept by spaces --------------------------------------------------------------------------


def _width(text: str, wide: int) -> int:
    return sum(wide if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _wrap(text: str, width: int, wide: int) -> list[str]:
    lines, line = [], ""
    for char in text:
        if line and _width(line + char, wide) > width:
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]


def layout(report: Specimen, *, wide: int, break_at: int | None = None) -> str:
    """Columns kept by spaces, labels wrapped in their cells, figures on the middle line.

    Chinese characters take ``wide`` columns. ``break_at``: a page ends after that row of table
    three, with a page number.
    """

    def table(form: Form) -> str:
        widths = [12] * form.width
        if form.table == "t2":
            widths[0] = 24
        elif form.table == "t3":
            labels = form.width - 7
            widths[:labels] = [6, 12, 30][:labels] if labels == 3 else [6, 30][:labels]
        starts = [sum(widths[:col]) for col in range(form.width + 1)]
        lines: list[str] = []
        for number, row in enumerate(form.rows()):
            blocks = []
            for cell in row:
                reach = starts[cell.col + cell.colspan] - starts[cell.col] - 2
                if cell.rowspan > 4 and cell.kind == "group" and cell.col == 0:
                    wrapped: list[str] = []  # printed downwards, added below
                else:
                    reach = reach if cell.cell is None else 99  # figures are not wrapped
                    wrapped = _wrap(cell.text, reach, wide) if cell.text else []
                blocks.append((starts[cell.col], wrapped))
            height = max([len(wrapped) for _, wrapped in blocks] or [1]) or 1
            made = [[" " * starts[-1]] for _ in range(height)]
            canvas = [list(line[0]) for line in made]
            for start, wrapped in blocks:
                top = (height - len(wrapped)) // 2
                for offset, text in enumerate(wrapped):
                    _put(canvas[top + offset], start, text, wide)
            lines += ["".join(line).rstrip() for line in canvas]
            if form.table == "t3" and number == break_at:
                lines += ["", "                    - 3 -", "\f"]
        return "\n".join(lines)

    return _assemble(report, table)


def _put(line: list[str], column: int, text: str, wide: int) -> None:
    """Write at a display column; wide characters swallow the columns they cover."""
    place, position = 0, 0
    while place < len(line) and position < column:
        position += _width(line[place], wide) if line[place] else 0
        place += 1
    need = _width(text, wide)
    line[place : place + need] = [*text, *([""] * (need - len(text)))]


def layout_narrow(report: Specimen) -> tuple[bytes, str]:
    return layout(report, wide=1).encode(), "report.txt"


def layout_wide(report: Specimen) -> tuple[bytes, str]:
    return layout(report, wide=2, break_at=14).encode(), "report.txt"


STYLES: dict[str, Style] = {
    style.__name__: style
    for style in (
        tab_before_each_cell,
        tab_before_each_cell_without_rows,
        one_cell_a_line,
        one_cell_a_line_spaced,
        rows_apart,
        pipes_after,
        pipes_around,
        markdown,
        markdown_repeating,
        markdown_without_outer_pipes,
        markdown_with_html_tables,
        tab_separated,
        tab_separated_dense,
        comma_separated,
        boxes,
        label_and_figures,
        layout_narrow,
        layout_wide,
    )
}
