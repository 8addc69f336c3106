"""Word and Excel files, as clerks and converters make them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import docx
import openpyxl
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.table import Table
from lxml import etree

from tests.reports.reading.specimens import Form, Specimen, parts

Style = Callable[[Specimen], tuple[bytes, str]]
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _fill(table: Table, form: Form) -> None:
    """Cells with merges, written without the library's slow look-ups."""
    grid = [list(row.cells) for row in table.rows]
    for cell in form.cells:
        first = grid[cell.row][cell.col]
        if cell.rowspan > 1 or cell.colspan > 1:
            last = grid[cell.row + cell.rowspan - 1][cell.col + cell.colspan - 1]
            first = first.merge(last)
        first.paragraphs[0].text = cell.text


def _word(report: Specimen, table: Callable[[Document, Form], None] | None = None) -> Document:
    document = docx.Document()
    for kind, content in parts(report):
        if isinstance(content, Form):
            if table is None:
                _fill(document.add_table(content.height, content.width), content)
            else:
                table(document, content)
        elif kind == "title":
            document.add_heading(content, 0)
        else:
            document.add_paragraph(content)
    return document


def _saved(document: Document) -> bytes:
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def word(report: Specimen) -> tuple[bytes, str]:
    return _saved(_word(report)), "report.docx"


def word_in_pieces(report: Specimen) -> tuple[bytes, str]:
    """Tables split where a page ends, labels in several runs and lines."""

    def table(document: Document, form: Form) -> None:
        cut = form.height // 2 if form.table != "t4" else form.height
        for start, end in ((0, cut), (cut, form.height)):
            cells = [
                type(cell)(
                    cell.text if cell.row >= start else "",
                    max(cell.row, start) - start,
                    cell.col,
                    min(cell.row + cell.rowspan, end) - max(cell.row, start),
                    cell.colspan,
                )
                for cell in form.cells
                if cell.row < end and cell.row + cell.rowspan > start
            ]
            if cells:
                piece = Form(form.table, cells)
                _fill(document.add_table(piece.height, piece.width), piece)
                document.add_paragraph("")

    document = _word(report, table)
    labels = {cell.text for form in report.forms.values() for cell in form.labels()}
    labels = {cell.text for form in report.forms.values() for cell in form.labels()}
    for one in document.tables:
        for paragraph in one._tbl.iter(qn("w:p")):
            texts = list(paragraph.iter(qn("w:t")))
            if (
                len(texts) == 1
                and texts[0].text
                and len(texts[0].text) > 3
                and texts[0].text in labels
            ):
                run = texts[0].getparent()
                text = texts[0].text
                texts[0].text = text[:2]
                more = parse_xml(
                    f'<w:r {W}><w:rPr><w:b/></w:rPr><w:t xml:space="preserve"> </w:t><w:br/><w:t>{text[2:]}</w:t></w:r>'
                )
                run.addnext(more)
    return _saved(document), "report.docx"


def word_inside_a_table(report: Specimen) -> tuple[bytes, str]:
    """The whole report in the single cell of a table, figures' tables nested in it."""
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    for _, content in parts(report):
        if isinstance(content, Form):
            _fill(cell.add_table(content.height, content.width), content)
        else:
            cell.add_paragraph(content)
    return _saved(document), "report.docx"


def word_with_text_boxes(report: Specimen) -> tuple[bytes, str]:
    """Table four in a text box, once for new programs and once for old ones."""

    def table(document: Document, form: Form) -> None:
        made = document.add_table(form.height, form.width)
        _fill(made, form)
        if form.table != "t4":
            return
        inner = etree.tostring(made._tbl, encoding="unicode")
        made._tbl.getparent().remove(made._tbl)
        box = (
            f'<w:r {W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
            'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
            'xmlns:v="urn:schemas-microsoft-com:vml"><mc:AlternateContent>'
            f'<mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>{inner}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict><v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></w:pict></mc:Fallback>"
            "</mc:AlternateContent></w:r>"
        )
        document.add_paragraph("")._p.append(parse_xml(box))

    return _saved(_word(report, table)), "report.docx"


def word_with_changes(report: Specimen) -> tuple[bytes, str]:
    """Tracked changes: an old figure deleted, the new one inserted; a deleted row."""
    document = _word(report)
    for table in document.tables:
        for text in list(table._tbl.iter(qn("w:t"))):
            if text.text and text.text[0].isdigit() and "." not in text.text[:2]:
                run = text.getparent()
                old = parse_xml(
                    f'<w:del {W} w:id="1" w:author="a"><w:r><w:delText>9</w:delText></w:r></w:del>'
                )
                new = parse_xml(f'<w:ins {W} w:id="2" w:author="a"/>')
                run.addprevious(old)
                run.addprevious(new)
                new.append(run)
        row = table.rows[-1]._tr
        ghost = parse_xml(etree.tostring(row, encoding="unicode"))
        ghost.insert(0, parse_xml(f'<w:trPr {W}><w:del w:id="3" w:author="a"/></w:trPr>'))
        row.addnext(ghost)
    return _saved(document), "report.docx"


def word_with_numbered_labels(report: Specimen) -> tuple[bytes, str]:
    """Numbers of labels and headings made by automatic lists: the text has none."""
    document = _word(report)
    numbering = re.compile(r"^(?:[（(][一二三四五六七]+[)）]|[一二三四五六]、|\d\.)")
    prose = {text for kind, text in parts(report) if kind == "text"}
    for text in document.element.body.iter(qn("w:t")):
        if text.text and text.text not in prose:
            text.text = numbering.sub("", text.text)
    return _saved(document), "report.docx"


def word_holding_html(report: Specimen) -> tuple[bytes, str]:
    """A converter's file: HTML embedded whole."""
    from tests.reports.reading.styles_html import spans

    page, _ = spans(report)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="/word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document {W} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            '<w:body><w:altChunk r:id="h1"/></w:body></w:document>',
        )
        archive.writestr(
            "word/_rels/document.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="h1" '
            'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="chunk.htm"/></Relationships>',
        )
        archive.writestr("word/chunk.htm", page)
    return made.getvalue(), "report.docx"


# --- Excel -------------------------------------------------------------------------------------------


def _number(text: str, as_text: bool) -> str | int | float:
    if as_text or not re.fullmatch(r"\d+(?:\.\d+)?", text):
        return text
    return float(text) if "." in text else int(text)


def _sheet(sheet, form: Form, top: int, left: int, as_text: bool) -> int:
    for cell in form.cells:
        place = sheet.cell(top + cell.row, left + cell.col)
        place.value = _number(cell.text, as_text) if cell.text else None
        if cell.rowspan > 1 or cell.colspan > 1:
            sheet.merge_cells(
                start_row=top + cell.row,
                start_column=left + cell.col,
                end_row=top + cell.row + cell.rowspan - 1,
                end_column=left + cell.col + cell.colspan - 1,
            )
    return top + form.height


def _workbook(book: openpyxl.Workbook) -> bytes:
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def one_sheet(report: Specimen) -> tuple[bytes, str]:
    book = openpyxl.Workbook()
    sheet, row = book.active, 1
    for _, content in parts(report):
        if isinstance(content, Form):
            row = _sheet(sheet, content, row, 1, as_text=False)
        else:
            sheet.cell(row, 1).value = content
            row += 1
    return _workbook(book), "report.xlsx"


def a_sheet_a_table(report: Specimen) -> tuple[bytes, str]:
    """Figures as text, tables away from the corner, a hidden sheet and a hidden column of drafts."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    draft = book.create_sheet("草稿")
    draft["A1"], draft["B1"], draft["A2"], draft["B2"] = "行政许可", 999, "规章", 999
    draft.sheet_state = "hidden"
    sheet = book.create_sheet("总体情况")
    row = 1
    for kind, content in parts(report):
        if isinstance(content, Form):
            table = book.create_sheet(content.table)
            _sheet(table, content, 3, 3, as_text=True)
            table.cell(1, 2).value = "草稿"
            table.cell(6, 2).value = 888
            table.column_dimensions["B"].hidden = True
        elif kind != "heading" or "情况" in content:
            sheet.cell(row, 2).value = content
            row += 1
    rest = book.create_sheet("其他")
    rest["A1"] = "六、其他需要报告的事项"
    rest["A2"] = "本年度未收取信息处理费。"
    sheet.cell(row, 2).value = None
    return _workbook(book), "report.xlsx"


STYLES: dict[str, Style] = {
    style.__name__: style
    for style in (
        word,
        word_in_pieces,
        word_inside_a_table,
        word_with_text_boxes,
        word_with_changes,
        word_with_numbered_labels,
        word_holding_html,
        one_sheet,
        a_sheet_a_table,
    )
}
