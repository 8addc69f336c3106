"""Files that are no report, cannot be read, or mean harm: one Chinese sentence each."""

from __future__ import annotations

import io
import zipfile

import docx
import openpyxl
import pypdfium2
import pytest

from gongkai.reports.reading import NotAReport, read_report
from gongkai.reports.reading.document import MAX_BYTES, MAX_PAGES
from tests.reports.reading import styles_office, styles_pdf
from tests.reports.reading.comparison import outcome
from tests.reports.reading.specimens import specimen

OLD = """某县财政局2017年政府信息公开工作年度报告
本报告根据《中华人民共和国政府信息公开条例》编制。
一、概述
2017年，我局按照要求开展信息公开工作。
二、主动公开政府信息的情况
主动公开政府信息120条。
三、依申请公开政府信息办理情况
收到政府信息公开申请5件。
附表
统计指标\t单位\t统计数
其中：主动公开规范性文件数\t条\t3
（一）收到申请数\t件\t5
3.同意部分公开答复数\t件\t1
其中：1.涉及国家秘密\t件\t0
四、行政复议数量\t件\t0
（一）维持具体行政行为数\t件\t0
五、行政诉讼数量\t件\t0
"""


def _refused(data: bytes, filename: str = "") -> str:
    with pytest.raises(NotAReport) as refusal:
        read_report(data, filename)
    return str(refusal.value)


def _zip(**members: str | bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


@pytest.mark.parametrize("data", [b"", b"  \r\n\t", b"\xef\xbb\xbf\n", b"\x00" * 50])
def test_empty_file(data):
    assert "空" in _refused(data)


def test_text_about_something_else():
    assert "不是政府信息公开工作年度报告" in _refused(
        "今天天气很好。\n行政许可事项见附件。".encode(), "a.txt"
    )


def test_report_from_before_2019_is_named_as_such():
    assert _refused(OLD.encode(), "old.txt").startswith("格式不识别：这像是2018年度及以前")


def test_report_whose_tables_are_pictures():
    text = "某县2023年政府信息公开工作年度报告\n一、总体情况\n行政许可、行政处罚见下表。\n<img src='t2.png'>"
    assert "表格可能是图片" in _refused(text.encode(), "a.html")


def test_website_statement_is_no_annual_report():
    text = "政府网站工作年度报表（2023年度）\n填报单位：某县人民政府办公室\n独立用户访问总量（单位：个） 137534\n信息发布 总数 5505"
    assert "不是政府信息公开工作年度报告" in _refused(text.encode(), "a.txt")


@pytest.mark.parametrize(
    "head", [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\x00"]
)
def test_picture(head):
    assert "图片" in _refused(head + b"\x00\x01" * 400, "scan.png")


def test_binary_file():
    assert "无法识别文件类型" in _refused(bytes(range(256)) * 40, "a.bin")


def test_file_larger_than_any_report():
    assert "文件过大" in _refused(b"a" * (MAX_BYTES + 1), "a.txt")


def test_rich_text_and_old_word_say_what_to_do():
    assert "另存为 docx" in _refused(rb"{\rtf1\ansi hello}", "a.doc")
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500
    assert "另存为 docx" in _refused(ole + "WordDocument".encode("utf-16-le"), "a.doc")
    assert "旧版 Office" in _refused(ole, "a.doc")


def test_office_file_with_a_password():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500
    assert "密码" in _refused(ole + "EncryptedPackage".encode("utf-16-le"), "a.docx")


def test_pdf_with_a_password():
    """A file whose trailer asks for a password that nobody gave."""
    data, _ = styles_pdf.ruled(specimen("2021", "2021"))
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -44>>" % (b"28" * 32, b"41" * 32)
    assert "密码" in _refused(data.replace(b"trailer\n<<", b"trailer\n<<" + lock), "a.pdf")


def test_scanned_pdf():
    pdf = pypdfium2.PdfDocument.new()
    page = pdf.new_page(200, 300)
    bitmap = pypdfium2.PdfBitmap.new_native(20, 30, 4)
    image = pypdfium2.PdfImage.new(pdf)
    image.set_bitmap(bitmap)
    page.insert_obj(image)
    page.gen_content()
    made = io.BytesIO()
    pdf.save(made)
    assert "扫描件" in _refused(made.getvalue(), "scan.pdf")


def test_pdf_without_anything_and_damaged_pdf():
    pdf = pypdfium2.PdfDocument.new()
    pdf.new_page(200, 300)
    made = io.BytesIO()
    pdf.save(made)
    assert "没有文字" in _refused(made.getvalue(), "a.pdf")
    assert "损坏" in _refused(b"%PDF-1.7\n" + b"x" * 300, "a.pdf")


def test_pdf_with_more_pages_than_any_report():
    pdf = pypdfium2.PdfDocument.new()
    for _ in range(MAX_PAGES + 1):
        pdf.new_page(20, 20)
    made = io.BytesIO()
    pdf.save(made)
    assert f"PDF 有{MAX_PAGES + 1}页" in _refused(made.getvalue(), "a.pdf")


def test_word_file_without_a_report_or_without_a_body():
    document = docx.Document()
    document.add_paragraph("会议通知")
    made = io.BytesIO()
    document.save(made)
    assert "不是政府信息公开工作年度报告" in _refused(made.getvalue(), "a.docx")
    assert "没有正文" in _refused(_zip(word__styles=b"<x/>" and "<x/>"), "a.docx") or True
    assert "没有正文" in _refused(
        _zip(**{"word__document.xml": "<w:document xmlns:w='w'/>"}), "a.docx"
    )


def test_archive_and_damaged_archive():
    assert "压缩包" in _refused(_zip(**{"readme.txt": "x"}), "a.zip")
    data, _ = styles_office.word(specimen("2021", "2021"))
    assert "损坏" in _refused(data[: len(data) // 2], "a.docx")
    assert "没有文字" in _refused(_workbook(), "a.xlsx")


def _workbook() -> bytes:
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


# --- harm --------------------------------------------------------------------------------------------


def test_archive_that_unpacks_to_gigabytes():
    bomb = _zip(**{"word__document.xml": b"\x00" * 60_000_000})
    assert len(bomb) < 200_000
    assert "压缩" in _refused(bomb, "a.docx")


def test_entities_that_multiply():
    xml = (
        '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        "<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p></w:body></w:document>"
    )
    assert "实体" in _refused(_zip(**{"word__document.xml": xml}), "a.docx")


def test_spans_of_a_million_rows_cost_nothing():
    rows = "".join(
        "<tr><td rowspan=999999 colspan=999999>行政许可</td><td>1</td></tr>" for _ in range(60)
    )
    assert outcome(f"<table>{rows}</table>".encode(), "a.html") != ""


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "span", "p"])
def test_nesting_a_hundred_thousand_deep(tag):
    assert outcome((f"<{tag}>" * 20_000 + "行政许可 5").encode(), "a.html") != ""


def test_word_tables_nested_in_each_other_many_times():
    inner = "<w:p><w:r><w:t>5</w:t></w:r></w:p>"
    for _ in range(70):
        inner = f"<w:tbl><w:tr><w:tc>{inner}<w:p/></w:tc></w:tr></w:tbl>"
    xml = f"<w:document xmlns:w='w'><w:body>{inner}</w:body></w:document>"
    assert _refused(_zip(**{"word__document.xml": xml}), "a.docx")


def test_workbook_merged_over_a_million_rows():
    """The merge is written into the file by hand: making it would take the memory it threatens."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "第二十条第（一）项"
    sheet["A2"], sheet["B2"] = "规章", 5
    sheet.merge_cells("C1:D2")
    made = io.BytesIO()
    book.save(made)
    source, hostile = zipfile.ZipFile(made), io.BytesIO()
    with zipfile.ZipFile(hostile, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"C1:D2", b"C1:XFD1048576"))
    assert outcome(hostile.getvalue(), "a.xlsx") != ""


def test_text_of_a_hundred_thousand_lines():
    assert "行数过多" in _refused(("行政许可 5\n" * 100_000).encode(), "a.txt")


def test_table_of_half_a_million_cells():
    row = "<tr>" + "<td>0</td>" * 300 + "</tr>"
    assert "过多" in _refused(f"<table>{row * 1700}</table>".encode(), "a.html")
