"""How many published reports are read back a second, by type of file.

Baseline: opening the same file with its library alone and taking its text or cells out, with
nothing recognised: what any reader must at least do.
"""

import io
import json
from collections.abc import Callable
from datetime import date

import django

REPEAT = 20


def bare_openers() -> dict[str, Callable[[bytes], object]]:
    """Per type of file: its library, everything taken out, nothing understood."""
    import pypdfium2
    from docx import Document
    from python_calamine import CalamineWorkbook
    from selectolax.lexbor import LexborHTMLParser

    def docx(data: bytes) -> object:
        document = Document(io.BytesIO(data))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return [paragraph.text for paragraph in document.paragraphs], cells

    def pdf(data: bytes) -> object:
        document = pypdfium2.PdfDocument(data)
        return [page.get_textpage().get_text_bounded() for page in document]

    def xlsx(data: bytes) -> object:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

    return {
        "html": lambda data: LexborHTMLParser(data).text(),
        "docx": docx,
        "pdf": pdf,
        "xlsx": xlsx,
        "json": json.loads,
        "txt": lambda data: data.decode().splitlines(),
    }


def as_text(document) -> bytes:
    """The report one cell a line, as many sites hold it."""
    from gongkai.reports.grid import tables

    lines = [document.title, ""]
    for part in document.outline:
        lines.append(part.heading)
        if part.grid is None:
            lines += [getattr(block, "text", "") for block in part.blocks]
            continue
        cells = tables(document.format)[part.section.table].cells
        for cell in sorted(cells, key=lambda cell: (cell.row, cell.col)):
            lines.append("\t" + (str(document.cells[cell.cell]) if cell.cell else cell.text))
    return "\n".join(lines).encode()


def main() -> None:
    django.setup()
    from benchmarks.measure import seconds
    from gongkai.reports.document import ReportDocument
    from gongkai.reports.reading import read_report
    from gongkai.reports.render import render
    from gongkai.statute.formats import fill_totals, get_format

    form = get_format("2021")
    leaves = {cell: place % 90 + 1 for place, cell in enumerate(form.leaf_cells)}
    document = ReportDocument(
        title="基准市人民政府2024年政府信息公开工作年度报告",
        issuer="基准市人民政府",
        year=2024,
        format=form,
        scope="aggregate",
        cells=fill_totals(form, leaves),
        sections={
            "s1": "<p>本年主动公开信息若干条。</p>" * 12,
            "s5": "<p>存在的问题和改进措施。</p>" * 8,
            "s6": "<p>未收取信息处理费。</p>",
        },
        period=(date(2024, 1, 1), date(2024, 12, 31)),
        published_on=date(2025, 3, 20),
    )
    told = {}
    for kind, bare in bare_openers().items():
        data = as_text(document) if kind == "txt" else render(document, kind)
        read = read_report(data, f"report.{kind}")
        assert len(read.cells) == len(form.cells), (kind, len(read.cells))

        def again(data: bytes = data, kind: str = kind) -> None:
            for _ in range(REPEAT):
                read_report(data, f"report.{kind}")

        def alone(data: bytes = data, bare: Callable[[bytes], object] = bare) -> None:
            for _ in range(REPEAT):
                bare(data)

        ours, theirs = seconds(again) / REPEAT, seconds(alone) / REPEAT
        told[kind] = {"bytes": len(data), "rate": 1 / ours, "ratio": ours / theirs}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
