"""The import toolkit: every usual file is read, every unusual one is refused in plain words."""

import csv
import io
import re
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.organs import imports
from gongkai.organs.imports import table as table_module
from gongkai.organs.staff_views.export import guarded

COLUMNS = (
    imports.Column("number", "文号", ("决定书文号",), required=True, parse=imports.text(20)),
    imports.Column("on", "决定日期", required=True, parse=imports.day),
    imports.Column("amount", "金额", parse=imports.decimal(8, 2)),
    imports.Column(
        "kind", "类型", parse=imports.choice([("a", "许可"), ("b", "处罚")]), default="a"
    ),
    imports.Column("open", "公开", parse=imports.boolean, default=False),
)
HEAD = "文号,决定日期,金额,类型,公开\n"


def csv_file(text: str, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO(text.encode(encoding))


def workbook(*rows: list, sheet: str = "Sheet1", before: str | None = None) -> io.BytesIO:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    if before is not None:
        page.title = before
        page.append(["说明：请勿修改"])
        page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def problems(source, columns=COLUMNS) -> list[tuple[int, str, str]]:
    with pytest.raises(imports.ImportFailed) as caught:
        imports.read_table(source, columns)
    return [tuple(p) for p in caught.value.problems]


def unreadable(source, **options) -> str:
    def read() -> None:
        with imports.open_table(source, COLUMNS, **options) as table:
            list(table)

    with pytest.raises(imports.UnreadableTable) as caught:
        read()
    return " ".join(caught.value.messages)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_a_csv_file_reads_alike_in_every_usual_encoding(encoding) -> None:
    [row] = imports.read_table(
        csv_file(HEAD + "义公〔2020〕1号,2020-01-05,12.5,处罚,是\n", encoding), COLUMNS
    )
    assert dict(row) == {
        "number": "义公〔2020〕1号", "on": date(2020, 1, 5), "amount": Decimal("12.50"),
        "kind": "b", "open": True,
    }  # fmt: skip
    assert row.number == 2


def test_a_file_that_turns_out_not_to_be_utf_8_late_is_read_as_gb18030() -> None:
    plain = "".join(f"A{n},2020-01-05\n" for n in range(200_000))
    data = io.BytesIO(b"number,on\n" + plain.encode() + "义1号,2020-01-05\n".encode("gb18030"))
    with imports.open_table(data, COLUMNS, max_bytes=10**9) as table:
        last = list(table)[-1]
    assert last["number"] == "义1号"


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(delimiter) -> None:
    text = delimiter.join(["文号", "决定日期"]) + "\n" + delimiter.join(["A1", "2020-01-05"])
    assert imports.read_table(csv_file(text), COLUMNS)[0]["number"] == "A1"


@pytest.mark.parametrize(
    "heading",
    [
        "文号",
        " 文 号 ",
        "文号*",
        "*文号",
        "文号（必填）",
        "文号(20字内)",
        "文号：",
        "决定书文号",
        "number",
    ],
)
def test_headings_are_known_in_any_dress_and_order(heading) -> None:
    [row] = imports.read_table(csv_file(f"备注,决定日期,{heading}\nx,2020-01-05,A1\n"), COLUMNS)
    assert row["number"] == "A1"


def test_a_title_above_the_headings_and_blank_rows_do_not_shift_row_numbers() -> None:
    text = "义马市处罚台账,,\n\n" + HEAD + ",,,,\nA1,2020-01-05,,,\n\nA2,2020-01-06,,,\n"
    rows = imports.read_table(csv_file(text), COLUMNS)
    assert [(r.number, r["number"]) for r in rows] == [(5, "A1"), (7, "A2")]


def test_a_cell_of_several_lines_counts_as_one_row() -> None:
    rows = imports.read_table(csv_file(HEAD + '"A\n1",2020-01-05,,,\nA2,2020-01-06,,,\n'), COLUMNS)
    assert [(r.number, r["number"]) for r in rows] == [(2, "A 1"), (3, "A2")]


def test_absent_columns_and_blank_cells_take_the_default_and_are_told_apart() -> None:
    with imports.open_table(
        csv_file("文号,决定日期,类型,备注\nA,2020-01-05,,x\n"), COLUMNS
    ) as table:
        [row] = list(table)
    assert (row["amount"], row["kind"], row["open"]) == (None, "a", False)
    assert table.present == {"number", "on", "kind"}
    assert table.ignored == ("备注",)
    assert table.sample == [{"文号": "A", "决定日期": "2020-01-05", "类型": ""}]


def test_a_workbook_reads_like_the_csv_file() -> None:
    book = workbook(
        ["处罚台账"],
        ["文号", "决定日期", "金额", "类型", "公开"],
        ["A1", date(2020, 1, 5), 12.5, "处罚", True],
        [],
        [1001, datetime(2020, 1, 6), 3, "许可", "否"],
        ["A3", "2020年1月7日", "1,000.10", None, None],
    )
    rows = imports.read_table(book, COLUMNS)
    assert [r.number for r in rows] == [3, 5, 6]
    assert [r["number"] for r in rows] == ["A1", "1001", "A3"]
    assert [r["on"] for r in rows] == [date(2020, 1, 5), date(2020, 1, 6), date(2020, 1, 7)]
    assert [r["amount"] for r in rows] == [Decimal("12.50"), Decimal("3.00"), Decimal("1000.10")]
    assert [r["open"] for r in rows] == [True, False, False]


def test_rows_of_a_workbook_that_begins_lower_down_keep_their_numbers() -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.cell(4, 2, "文号")
    page.cell(4, 3, "决定日期")
    page.cell(6, 2, "A1")
    page.cell(6, 3, "not a day")
    out = io.BytesIO()
    book.save(out)
    assert problems(out) == [(6, "决定日期", "“not a day”不是日期，请写成 2020-01-05 的形式。")]


def test_the_sheet_with_the_headings_is_taken() -> None:
    book = workbook(["文号", "决定日期"], ["A1", "2020-01-05"], before="填表说明", sheet="数据")
    assert imports.read_table(book, COLUMNS)[0]["number"] == "A1"


def test_every_problem_names_its_row_and_column() -> None:
    text = HEAD + (
        ",2020-01-05,,,\n"
        "A2,昨天,x,罚款,也许\n"
        "A3,2020-02-30,,,\n"
        "A4,2020-01-05,-1,,\n"
        "A5,2020-01-05,1.234,,\n"
        "A6,2020-01-05,12345678,,\n"
        f"{'长' * 21},2020-01-05,,,\n"
        "1.23E+17,2020-01-05,,,\n"
        "A\x07,2020-01-05,,,\n"
        "A9,1820-01-05,,,\n"
    )
    found = problems(csv_file(text))
    assert [(row, column) for row, column, _ in found] == [
        (2, "文号"), (3, "决定日期"), (3, "金额"), (3, "类型"), (3, "公开"), (4, "决定日期"),
        (5, "金额"), (6, "金额"), (7, "金额"), (8, "文号"), (9, "文号"), (10, "文号"),
        (11, "决定日期"),
    ]  # fmt: skip
    words = [message for _, _, message in found]
    for part, message in zip(
        ["不能为空", "不是日期", "不是数字", "许可、处罚", "“是”或“否”", "没有“2020-02-30”这一天",
         "不能为负数", "超过2位", "过大", "最多20个字", "科学计数法", "控制字符", "1900"],
        words, strict=True,
    ):  # fmt: skip
        assert part in message


def test_a_workbooks_long_number_is_not_taken_for_what_was_typed() -> None:
    found = problems(workbook(["文号", "决定日期"], [411281005758521123, date(2020, 1, 5)]))
    assert found[0][:2] == (2, "文号")
    assert "文本格式" in found[0][2]


def test_problems_read_as_sentences_and_stop_at_a_limit(monkeypatch) -> None:
    text = HEAD + "".join(f"A{n},x,,,\n" for n in range(500))
    with pytest.raises(imports.ImportFailed) as caught:
        imports.read_table(csv_file(text), COLUMNS)
    failed = caught.value
    assert len(failed.problems) == table_module.MAX_PROBLEMS
    assert failed.stopped
    assert failed.summary == "发现200处以上问题，已停止检查。没有导入任何数据，请改正后重新导入。"
    assert str(failed.problems[0]) == "第2行“决定日期”列：“x”不是日期，请写成 2020-01-05 的形式。"
    assert failed.messages[0] == str(failed.problems[0])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04broken", "已损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "设有密码"),
        (b"\xff\xff\xff\xff\x80", "编码无法识别"),
        (b"a\x00b,c\x00\n", "不是文本表格"),
        (
            "姓名,年龄\n甲,3\n".encode(),
            "没有找到表头。第一行应为各列名称，至少包括：文号、决定日期",
        ),
        ("文号,类型\nA,许可\n".encode(), "表头第1行缺少列：决定日期"),
        ("文号,决定日期,文号\n".encode(), "有两列“文号”"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "没有找到表头"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_with_what_to_do(data, words) -> None:
    assert words in unreadable(io.BytesIO(data))


def test_a_headed_table_without_rows_is_said() -> None:
    assert problems(csv_file(HEAD)) == [(0, "", "表格中没有数据行。")]


def test_a_zip_that_is_no_workbook_and_one_that_unpacks_too_large(monkeypatch) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x" * 1000)
    assert "另存为 XLSX" in unreadable(out)
    monkeypatch.setattr("gongkai.organs.imports.files.UNPACKED_LIMIT", 999)
    assert "展开后过大" in unreadable(out)


def test_size_limits_hold_for_uploads_and_workbooks_but_not_for_a_csv_on_disk(
    tmp_path: Path,
) -> None:
    text = HEAD + "A1,2020-01-05,,,\n" * 100
    assert "上限" in unreadable(csv_file(text), max_bytes=100)
    path = tmp_path / "long.csv"
    path.write_text(text, encoding="utf-8")
    with imports.open_table(path, COLUMNS, max_bytes=100) as table:
        assert len(list(table)) == 100
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook(["文号", "决定日期"]).getvalue())
    assert "上限" in unreadable(book, max_bytes=100)


def test_too_many_rows_are_refused() -> None:
    with imports.open_table(
        csv_file(HEAD + "A1,2020-01-05,,,\n" * 9), COLUMNS, max_rows=5
    ) as table:
        assert len(list(table)) == 5
        with pytest.raises(imports.ImportFailed, match="上限"):
            table.finish()


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    assert "没有这个文件" in unreadable(tmp_path / "none.csv")
    assert "无法打开" in unreadable(tmp_path)


def test_an_unfinished_quote_is_said() -> None:
    text = HEAD + 'A1,2020-01-05,"' + "x" * (2 * 1024 * 1024)
    assert "引号没有成对" in unreadable(csv_file(text))


def test_batches_tell_their_progress_and_keep_order() -> None:
    told = []
    text = HEAD + "".join(f"A{n},2020-01-05,,,\n" for n in range(25))
    with imports.open_table(csv_file(text), COLUMNS) as table:
        sizes = [len(b) for b in table.batches(10, progress=lambda n, part: told.append((n, part)))]
    assert sizes == [10, 10, 5]
    assert [n for n, _ in told] == [10, 20, 25]
    assert told[-1][1] == 1.0
    book = workbook(["文号", "决定日期"], *[[f"A{n}", "2020-01-05"] for n in range(25)])
    told.clear()
    with imports.open_table(book, COLUMNS) as table:
        list(table.batches(10, progress=lambda n, part: told.append((n, part))))
    assert [round(part, 1) for _, part in told] == [0.4, 0.8, 1.0]


def test_memory_does_not_grow_with_the_rows_of_a_csv_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        out.writelines(f"文号第{n}号,2020-01-05,1.00,许可,是\n" for n in range(60_000))
    tracemalloc.start()
    with imports.open_table(path, COLUMNS) as table:
        for _ in table.batches(500):
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    # Two buffers of a megabyte, their text, and one batch; all rows at once would take 30 MB.
    assert table.rows_read == 60_000
    assert peak < 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2020-1-5", date(2020, 1, 5)),
        ("2020/01/05", date(2020, 1, 5)),
        ("2020.1.5", date(2020, 1, 5)),
        ("２０２０年１月５日", date(2020, 1, 5)),
        ("2020年1月5日", date(2020, 1, 5)),
        ("20200105", date(2020, 1, 5)),
        ("2020-01-05 00:00:00", date(2020, 1, 5)),
    ],
)
def test_days_are_read_as_people_write_them(cell, expected) -> None:
    assert imports.day(cell) == expected


@pytest.mark.parametrize(
    "cell", ["2020-01", "5/1/2020", "今天", "2020-13-01", "43835", 43835.0, True]
)
def test_what_is_no_day_is_refused(cell) -> None:
    with pytest.raises(ValueError, match=r"日期|这一天"):
        imports.day(cell)


def test_whole_numbers_keep_their_bounds() -> None:
    parse = imports.integer(0, 100)
    assert [parse(x) for x in ("7", 7, 7.0, "１２", "1,0")] == [7, 7, 7, 12, 10]
    for bad in ("-1", "101", "1.5", "x", True, "1 件"):
        with pytest.raises(ValueError, match=r"整数|不能|数字"):
            parse(bad)


def test_numbers_of_a_workbook_lose_the_dust_of_binary_fractions() -> None:
    parse = imports.decimal(10, 2)
    assert parse(0.1 + 0.2) == Decimal("0.30")
    assert imports.decimal(10, 2, negative=True)("-3.5") == Decimal("-3.50")
    with pytest.raises(ValueError, match="超过2位"):
        parse(0.125)


def test_words_for_yes_and_no_and_for_choices() -> None:
    assert [imports.boolean(x) for x in ("是", "有", 1, "YES", "√")] == [True] * 5
    assert [imports.boolean(x) for x in ("否", "无", 0, "no", "×")] == [False] * 5
    parse = imports.choice([("a", "行政许可")], 许可="a")
    assert [parse(x) for x in ("行政 许可", "a", "A", "许可")] == ["a"] * 4


@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"]), min_size=1
    ).filter(lambda t: t.strip("\ufeff") == t and not t.startswith("'"))
)
def test_what_is_exported_is_imported_again_unchanged(text) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["文号", "决定日期"], [guarded(text), "2020-01-05"]])
    columns = (imports.Column("number", "文号", required=True), COLUMNS[1])
    data = io.BytesIO(b"\xef\xbb\xbf" + out.getvalue().encode())
    if looks_spoilt(text):
        return
    assert imports.read_table(data, columns)[0]["number"] == text


def looks_spoilt(text: str) -> bool:
    """Whether the text looks like a number that a spreadsheet has spoilt."""
    return re.fullmatch(r"\d(\.\d+)?[Ee]\+\d{2,}", text) is not None
