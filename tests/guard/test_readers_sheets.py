"""Workbooks and tables as text: every cell with all its digits, whatever sheet it is on."""

from __future__ import annotations

import datetime
import io
import struct
import tracemalloc

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.guard.readers import Document, read
from gongkai.guard.readers.xlsx import column_name, column_number
from tests.guard import made
from tests.guard.made import identity, sheet, workbook


def places(document: Document) -> dict[str, str]:
    return dict(document.segments)


def test_cells_have_their_sheet_and_address():
    book = openpyxl.Workbook()
    book.active.title = "名单"
    book.active["B5"] = identity(1)
    book.active["C5"] = 13800000000
    book.active["D5"] = datetime.date(2020, 5, 1)
    book.active["E5"] = datetime.datetime(2020, 5, 1, 8, 30)
    book.active["F5"] = 0.1 + 0.2
    hidden = book.create_sheet("底稿")
    hidden.sheet_state = "hidden"
    hidden["A1"] = identity(2)
    out = io.BytesIO()
    book.save(out)

    found = places(read(out, "名单.xlsx"))

    assert found["工作表“名单”B5"] == identity(1)
    assert found["工作表“名单”C5"] == "13800000000"
    assert found["工作表“名单”D5"] == "2020-05-01"
    assert found["工作表“名单”E5"] == "2020-05-01 08:30:00"
    assert found["工作表“名单”F5"] == "0.3"
    assert found["隐藏工作表“底稿”A1"] == identity(2)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A1"><v>411281199001010018</v></c>', "411281199001010018"),
        ('<c r="A1"><v>4.11281199001010E+17</v></c>', "411281199001010000"),
        ('<c r="A1" t="str"><v>411281199001010018</v></c>', "411281199001010018"),
        (
            '<c r="A1" t="inlineStr"><is><r><t>4112811990</t></r><r><t>01010018</t></r></is></c>',
            "411281199001010018",
        ),
        ('<c r="A1" t="s"><v>0</v></c>', "共享文字"),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A1" s="1"><v>43952</v></c>', "2020-05-01"),
        ('<c r="A1" s="3"><v>43952</v></c>', "2020-05-01"),
        ('<c r="A1" s="4"><v>43952.5</v></c>', "2020-05-01 12:00:00"),
        ('<c r="A1" s="5"><v>0.25</v></c>', "06:00:00"),
        ('<c r="A1" t="d"><v>2020-05-01T00:00:00</v></c>', "2020-05-01"),
        ('<c r="A1" s="2"><v>138001</v></c>', "0000138001"),
        ('<c r="A1"><v>-1.50</v></c>', "-1.50"),
        ('<c r="A1"><v>1e999999999</v></c>', "1e999999999"),
    ],
)
def test_a_value_is_read_as_it_was_written(cell, text):
    assert places(read(workbook({"表": sheet(f'<row r="1">{cell}</row>')})))["工作表“表”A1"] == text


def test_a_long_number_that_the_spreadsheet_cut_is_said():
    document = read(workbook({"表": sheet("<row><c><v>4.11281199001010E+17</v></c></row>")}))

    assert "1个单元格把长号码存成了数值，末几位已变为 0" in document.note


def test_dates_of_1904_are_not_four_years_off():
    book = workbook(
        {"表": sheet('<row><c s="1"><v>42490</v></c></row>')},
        inside='<workbookPr date1904="1"/>',
    )

    assert places(read(book))["工作表“表”A1"] == "2020-05-01"


def test_what_stands_around_the_cells_is_read():
    number = identity(1)
    after = (
        f"<dataValidations><dataValidation sqref='B1' prompt='提示{number}'><formula1>\"甲,乙\"</formula1>"
        f"</dataValidation></dataValidations><hyperlinks><hyperlink ref='C1' tooltip='{number}'/>"
        f"</hyperlinks><headerFooter><oddHeader>&amp;C{number}</oddHeader></headerFooter>"
    )
    book = workbook(
        {"表": sheet(f'<row r="1"><c r="A1"><f>"{number}"</f><v>0</v></c></row>', after)},
        inside=f'<definedNames><definedName name="号">"{number}"</definedName></definedNames>',
        parts={
            "xl/worksheets/_rels/sheet1.xml.rels": made.relations(
                ("r1", "comments", "../comments1.xml")
            ),
            "xl/comments1.xml": f'<comments xmlns="{made.S}"><commentList><comment ref="B5"><text><r><t>{number}</t></r></text></comment></commentList></comments>',
            "xl/pivotCache/pivotCacheRecords1.xml": f'<r><s v="{number}"/></r>',
            "xl/externalLinks/externalLink1.xml": f"<e><cell><v>{number}</v></cell></e>",
            "xl/drawings/drawing1.xml": f'<d xmlns:a="{made.A}"><a:p><a:r><a:t>{number[:9]}</a:t></a:r><a:r><a:t>{number[9:]}</a:t></a:r></a:p></d>',
        },
    )

    found = places(read(book))

    for where in (
        "工作表“表”A1（公式）",
        "工作表“表”B1数据验证",
        "工作表“表”C1超链接",
        "工作表“表”页眉",
        "定义的名称“号”",
        "工作表“表”B5批注",
        "数据透视表缓存1",
        "外部链接缓存1",
        "图形1",
    ):
        assert any(number in text for place, text in read(book).segments if place == where), where
    assert "gong" not in "".join(found.values())


def test_a_number_with_one_digit_in_each_cell_is_joined():
    cells = "".join(f'<c t="str"><v>{digit}</v></c>' for digit in identity(1))

    assert places(read(workbook({"表": sheet(f"<row>{cells}</row>")})))[
        "工作表“表”A1至R1"
    ] == identity(1)


@given(st.integers(1, 16_384))
def test_names_of_columns_go_both_ways(number):
    assert column_number(column_name(number)) == number


# --- XLS -------------------------------------------------------------------------------------------


def test_an_old_workbook_is_read_with_whole_numbers():
    book = made.xls({(0, 0): "姓名", (4, 1): identity(1), (4, 2): 13800000000.0, (5, 2): 1.5})

    document = read(book, "名单.xls")

    assert document.state == "read"
    assert places(document)["工作表“名单”B5"] == identity(1)
    assert places(document)["工作表“名单”C5"] == "13800000000"
    assert places(document)["工作表“名单”C6"] == "1.5"


def test_notes_of_an_old_workbook_are_read():
    note = made.record(0x1B6, bytes(10) + b"\x12\x00" + bytes(6))
    note += made.record(0x3C, b"\x00" + identity(1).encode("latin-1"))

    found = places(read(made.xls({(0, 0): "姓名"}, more=note), "名单.xls"))

    assert found["批注或文本框1"] == identity(1)


def test_an_old_workbook_as_wide_as_it_can_be_is_not_unfolded():
    document = read(made.xls({(0, 0): "姓名", (65_535, 255): "末"}), "名单.xls")

    assert len(document.segments) == 3
    assert places(document)["工作表“名单”IV65536"] == "末"


def cell(row: int, content: bytes, style: int = 0) -> bytes:
    return struct.pack("<HHH", row, 0, style) + content


@pytest.mark.parametrize(
    ("kind", "content", "text"),
    [
        (0x27E, cell(0, struct.pack("<i", 250 << 2 | 2)), "250"),
        (0x27E, cell(0, struct.pack("<i", 250 << 2 | 3)), "2.5"),
        (0x27E, cell(0, struct.pack("<i", -7 << 2 | 2)), "-7"),
        (0x27E, cell(0, struct.pack("<d", 1.5)[4:]), "1.5"),
        (0xBD, struct.pack("<HHHIHIH", 0, 0, 0, 4 << 2 | 2, 0, 5 << 2 | 2, 1), "4"),
        (0x204, cell(0, b"\x03\x00\x00abc"), "abc"),
        (0x204, cell(0, b"\x01\x00\x01" + "甲".encode("utf-16-le")), "甲"),
        (0x205, cell(0, b"\x01\x00"), "TRUE"),
        (0x06, cell(0, struct.pack("<d", 3.0) + bytes(8)), "3"),
        (0x203, cell(0, struct.pack("<d", 43952.0), style=1), "2020-05-01"),
    ],
)
def test_every_kind_of_cell_of_an_old_workbook_is_read(kind, content, text):
    styles = made.record(0xE0, struct.pack("<HH", 0, 0)) + made.record(
        0xE0, struct.pack("<HH", 0, 14)
    )
    book = made.xls({}, more=styles, inside=made.record(kind, content))

    assert places(read(book, "名单.xls"))["工作表“名单”A1"] == text


def test_the_text_a_formula_of_an_old_workbook_gave_is_read():
    formula = made.record(0x06, cell(2, b"\x00\x00\x00\x00\x00\x00\xff\xff" + bytes(8)))
    text = made.record(0x207, struct.pack("<HB", 18, 0) + identity(1).encode())

    assert places(read(made.xls({}, inside=formula + text), "a.xls"))["工作表“名单”A3"] == identity(
        1
    )


@pytest.mark.parametrize("cut", [2, 4, 6, 10])
def test_shared_strings_of_an_old_workbook_go_on_in_the_next_record(cut):
    book = made.xls({(0, 0): "前面", (1, 0): "甲乙丙\U0001f600"}, cut=cut)

    assert places(read(book, "a.xls"))["工作表“名单”A2"] == "甲乙丙\U0001f600"


def test_a_workbook_older_still_is_read_in_the_chinese_code_page():
    begin = made.record(0x809, struct.pack("<HHHH", 0x500, 5, 0, 0))
    title = "名单".encode("gb18030")
    bound = made.record(0x85, struct.pack("<IBBB", len(begin) + 15, 0, 0, 4) + title)
    sheet_ = made.record(0x809, struct.pack("<HHHH", 0x500, 0x10, 0, 0))
    label = made.record(0x204, cell(0, b"\x04\x00" + "张某".encode("gb18030")))
    stream = begin + bound + sheet_ + label + made.record(0x0A, b"")

    assert places(read(made.ole({"Book": stream}), "a.xls"))["工作表“名单”A1"] == "张某"


def test_sectors_of_an_old_workbook_that_run_in_circles_take_no_memory():
    """Five kilobytes that make a reader which trusts them fill all memory."""
    content = bytearray(made.xls({(0, 0): "姓名"}))
    table = struct.unpack_from("<I", content, 76)[0] * 512 + 512
    for place in range(table, table + 512, 4):
        if content[place : place + 4] == b"\xfe\xff\xff\xff":
            content[place : place + 4] = bytes(4)
    tracemalloc.start()

    document = read(bytes(content), "a.xls")

    assert document.state in ("read", "unreadable")
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024**2
    tracemalloc.stop()


def test_a_locked_old_workbook_says_so():
    document = read(made.xls({(0, 0): "姓名"}, more=made.record(0x2F, b"\x01\x00")), "名单.xls")

    assert (document.state, document.note) == (
        "unreadable",
        "文件设有密码，无法读取。请取消密码保护后重新上传。",
    )


# --- CSV and text ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_tables_as_text_are_read_in_every_encoding(encoding, delimiter):
    rows = f"姓名{delimiter}号码\n张某{delimiter}{identity(1)}\n"

    found = places(read(rows.encode(encoding), "名单.csv" if delimiter != "\t" else "名单.tsv"))

    assert found["第1行第1列"] == "姓名"
    assert found["第2行第2列"] == identity(1)


def test_a_table_with_unpaired_quotes_is_still_read():
    found = places(read(f'a,"b\n{identity(1)},{"x" * 1_100_000}'.encode(), "名单.csv"))

    assert any(identity(1) in text for text in found.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_lines_of_a_text_have_their_number(encoding):
    document = read(f"第一行\r\n\r\n号码{identity(1)}\r\n".encode(encoding), "说明.txt")

    assert document.segments == (("第1行", "第一行"), ("第3行", f"号码{identity(1)}"))


def test_wrapped_lines_are_joined_and_columns_of_numbers_are_not():
    wrapped = "\n".join(
        (
            "各乡镇人民政府各街道办事处市人民政府国务",
            "院办公厅关于进一步做好政务公开工作的通知",
            "现将有关事项通知如下请认真贯彻落实执行好",
        )
    )
    assert "国务院办公厅" in read(wrapped.encode(), "a.txt").segments[0].text
    assert read(wrapped.encode(), "a.txt").segments[0].where == "第1至3行"

    column = read(b"13800000000\n13900000000\n13700000000\n", "a.txt")
    assert [text for _, text in column.segments] == ["13800000000", "13900000000", "13700000000"]


def test_an_identity_number_torn_over_lines_is_whole():
    number = identity(1)

    document = read(f"号码{number[:6]}\n{number[6:14]}\n{number[14:]}".encode(), "a.txt")

    assert document.segments == (("第1至3行", f"号码{number}"),)


# --- web pages -------------------------------------------------------------------------------------


def test_a_web_page_is_read_block_by_block():
    number = identity(1)
    page = (
        f"<html><body><div>甲<b>乙</b></div>丙<p>{number[:8]}<span>{number[8:]}</span></p>"
        f"<img alt='{number}'><!-- {number} --></body></html>"
    )

    found = places(read(page.encode(), "页面.html"))

    assert found["第1段"] == "甲乙"
    assert found["第2段"] == "丙"
    assert found["第3段"] == number
    assert found["提示文字"] == number
    assert number in found["网页注释"]
