"""Single oddities of published files, each with the reading it must get."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import BytesIO

import pypdfium2
import pytest

from gongkai.reports.reading import read_report
from tests.reports.reading import styles_html, styles_pdf, styles_text
from tests.reports.reading.comparison import differences, flag_ids
from tests.reports.reading.specimens import Form, specimen


def _page(report, **tables):
    """A page whose tables are drawn by the functions given, the others with spans."""

    def table(form: Form) -> str:
        return tables.get(form.table, styles_html.span_table)(form)

    return styles_html._page(styles_html._body(report, table)).encode()


def _exact(report, data, filename="report.html"):
    read = read_report(data, filename)
    assert differences(report, read) == {}
    return read


def test_group_head_that_spans_one_column_too_few():
    """Given 法人或其他组织 over four columns, a browser shows 总计 over 其他: the order is meant."""
    report = specimen("2021", "2021")
    form = report.forms["t3"]
    form.cells = [
        replace(cell, colspan=4) if cell.text == "法人或其他组织" else cell for cell in form.cells
    ]
    _exact(report, _page(report))


def test_group_of_rows_that_spans_two_rows_too_few():
    report = specimen("2021", "2021")
    form = report.forms["t3"]
    form.cells = [
        replace(cell, rowspan=cell.rowspan - 2) if cell.text == "三、本年度办理结果" else cell
        for cell in form.cells
    ]
    _exact(report, _page(report))


def test_remarks_column_and_numbers_of_rows():
    """A column of running numbers on the left, one of remarks on the right."""
    report = specimen("2019", "2019")
    form = report.forms["t3"]
    made = [replace(cell, col=cell.col + 1) for cell in form.cells]
    made += [
        replace(cell, col=0, text=str(cell.row - 2), rowspan=1, colspan=1, cell=None, kind="extra")
        for cell in form.cells
        if cell.kind == "figure" and cell.cell.endswith(".natural")
    ]
    made += [replace(form.cells[0], row=0, col=0, rowspan=3, colspan=1, text="序号")]
    width = form.width + 1
    made += [replace(form.cells[0], row=0, col=width, rowspan=3, colspan=1, text="备注")]
    made += [
        replace(cell, col=width, text="含上年" if cell.row % 3 else "", cell=None, kind="extra")
        for cell in form.cells
        if cell.kind == "figure" and cell.cell.endswith(".total")
    ]
    report.forms["t3"] = Form("t3", made)
    _exact(report, _page(report))


def test_organisations_not_told_apart():
    """A table with natural persons, organisations and totals only."""
    report = specimen("2021", "2021")
    form = report.forms["t3"]
    gone = ("enterprise", "research", "welfare", "legal", "other")
    left = form.width - 7
    keep = []
    for cell in form.cells:
        if cell.cell and cell.cell.split(".")[2] in gone[1:]:
            continue
        if (
            cell.text in ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
            and cell.kind == "head"
        ):
            continue
        if cell.text == "法人或其他组织":
            cell = replace(cell, colspan=1, rowspan=2)
        if cell.col == left + 6:
            cell = replace(cell, col=left + 2)
        if cell.text == "申请人情况":
            cell = replace(cell, colspan=3)
        keep.append(cell)
    report.forms["t3"] = Form("t3", keep)
    for cell in [
        one for one in report.cells if one.startswith("t3.") and one.split(".")[2] in gone
    ]:
        del report.cells[cell]
    read = _exact(report, _page(report))
    assert "extra_column" in flag_ids(read)


@pytest.mark.parametrize(
    "style",
    [
        styles_html.spans,
        styles_html.blanks_for_spans,
        styles_text.pipes_around,
        styles_text.one_cell_a_line,
        styles_text.tab_before_each_cell,
    ],
)
def test_litigation_printed_left_of_review(style):
    report = specimen("2021", "2021")
    form = report.forms["t4"]
    form.cells = [replace(cell, col=(cell.col - 5) % 15) for cell in form.cells]
    data, filename = style(report)
    _exact(report, data, filename)


def test_columns_of_table_two_in_another_order():
    report = specimen("2021", "2021")
    form = report.forms["t2"]
    turn = {1: 3, 2: 1, 3: 2}
    first = form.row_of("normative")
    form.cells = [
        replace(cell, col=turn[cell.col]) if 0 < cell.row <= first and cell.col else cell
        for cell in form.cells
    ]
    _exact(report, _page(report))
    data, filename = styles_text.pipes_after(report)
    _exact(report, data, filename)


def test_table_four_in_three_rows_with_names():
    def table(form):
        figures = [cell.text for cell in sorted(form.figures(), key=lambda cell: cell.col)]
        names = ("行政复议", "行政诉讼（未经复议直接起诉）", "行政诉讼（复议后起诉）")
        heads = "".join(
            f"<td>{text}</td>"
            for text in ("", "结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
        )
        rows = "".join(
            f"<tr><td>{name}</td>"
            + "".join(f"<td>{text}</td>" for text in figures[5 * n : 5 * n + 5])
            + "</tr>"
            for n, name in enumerate(names)
        )
        return f"<table><tr>{heads}</tr>{rows}</table>"

    report = specimen("2021", "2021")
    _exact(report, _page(report, t4=table))


def test_table_four_in_three_tables():
    def table(form):
        figures = [cell.text for cell in sorted(form.figures(), key=lambda cell: cell.col)]
        made = ""
        for number, name in enumerate(("行政复议", "未经复议直接起诉", "复议后起诉")):
            heads = "".join(
                f"<td>{text}</td>"
                for text in ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
            )
            row = "".join(f"<td>{text}</td>" for text in figures[5 * number : 5 * number + 5])
            made += (
                f"<table><tr><td colspan=5>{name}</td></tr><tr>{heads}</tr><tr>{row}</tr></table>"
            )
        return made

    report = specimen("2021", "2021")
    _exact(report, _page(report, t4=table))


def test_table_four_turned_by_ninety_degrees():
    def table(form):
        figures = [cell.text for cell in sorted(form.figures(), key=lambda cell: cell.col)]
        names = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
        rows = "<tr><td></td><td>行政复议</td><td>未经复议直接起诉</td><td>复议后起诉</td></tr>"
        for number, name in enumerate(names):
            cells = "".join(f"<td>{figures[5 * group + number]}</td>" for group in range(3))
            rows += f"<tr><td>{name}</td>{cells}</tr>"
        return f"<table>{rows}</table>"

    report = specimen("2021", "2021")
    _exact(report, _page(report, t4=table))


def test_row_of_table_four_has_a_name_and_a_footnote_follows():
    report = specimen("2021", "2021")

    def table(form):
        made = styles_html.span_table(form)
        return made + "<p>注：行政复议含上年结转案件1件。</p><p>单位：件</p>"

    _exact(report, _page(report, t4=table))
    report.forms["t4"].cells = [
        replace(cell, col=cell.col + 1) for cell in report.forms["t4"].cells
    ]
    report.forms["t4"].cells += [
        replace(report.forms["t4"].cells[0], row=0, col=0, rowspan=3, colspan=1, text="项目"),
        replace(report.forms["t4"].cells[0], row=3, col=0, rowspan=1, colspan=1, text="数量"),
    ]
    _exact(report, _page(report))


def test_tables_printed_twice_are_read_once():
    """One set for desks, one for telephones."""
    report = specimen("2021", "2019")
    body = styles_html._body(report, styles_html.span_table)
    _exact(report, styles_html._page(f"<div>{body}</div><div class=m>{body}</div>").encode())


def test_hidden_drafts_and_struck_figures_are_not_read():
    report = specimen("2021", "2021")

    def table(form):
        made = styles_html.span_table(
            form, cell=lambda text: f"<del>9</del>{text}<span style='display: none'>7</span>"
        )
        ghost = "<tr style='display:none'><td>行政许可</td><td>999</td></tr>"
        return made.replace("<tbody>", f"<tbody>{ghost}")

    _exact(report, _page(report, t2=table, t3=table, t4=table))


def test_page_that_is_hidden_until_a_script_shows_it():
    report = specimen("2021", "2021")
    body = styles_html._body(report, styles_html.span_table)
    _exact(report, styles_html._page(f"<div style='display:none'>{body}</div>").encode())


def test_form_fields_published_as_a_report():
    report = specimen("2021", "2021")

    def cell(text):
        return (
            f"<input type=text value='{text}'>"
            if text[:1].isdigit() and "." not in text[:2]
            else text
        )

    def table(form):
        return styles_html.span_table(form, cell=cell)

    _exact(report, _page(report, t2=table, t3=table, t4=table))


def test_rows_of_divisions_with_empty_ones_for_blanks():
    report = specimen("2021", "2021")
    for cell in list(report.cells):
        if cell.endswith((".research", ".welfare")):
            report.set(cell, "", None)

    def table(form):
        return "".join(
            "<div class=row>" + "".join(f"<div>{one.text}</div>" for one in row) + "</div>"
            for row in form.rows()
        )

    _exact(report, _page(report, t2=table, t3=table, t4=table))


def test_footnote_marks_raised_beside_figures():
    report = specimen("2021", "2021")
    text = (
        _page(report)
        .decode()
        .replace("<td>117</td>", "<td>117<sup>1</sup></td>")
        .replace("<td>118</td>", "<td>118[2]</td>")
    )
    _exact(report, text.encode())


def test_unit_of_an_amount_in_its_head():
    report = specimen("2019", "2019")
    for cell in report.forms["t2"].labels():
        if cell.text == "采购总金额":
            cell.text = "采购总金额（元）"
    report.cells["t2.procurement.amount"] = Decimal("0.012225")
    read = _exact(report, _page(report))
    assert read.printed["t2.procurement.amount"] == "122.25"
    assert "unit_converted" in flag_ids(read)


def test_unreadable_cell_is_a_blank_that_says_what_was_printed():
    report = specimen("2021", "2021")
    report.set("t3.granted.legal", "见附件", None)
    report.set("t2.permit.decisions", "3-5", None)
    for style in (styles_html.spans, styles_text.pipes_around, styles_pdf.ruled):
        data, filename = style(report)
        read = _exact(report, data, filename)
        assert read.printed["t3.granted.legal"] == "见附件"
        assert sum(flag.id == "cell_unreadable" for flag in read.flags) == 2


def test_cells_of_a_spreadsheet_copied_with_line_breaks():
    report = specimen("2019", "2019")
    data, filename = styles_text.tab_separated(report)
    text = (
        data.decode()
        .replace("\t本年新公开数量", '\t"本年新\n公开数量"')
        .replace("行政处罚\t", '"行政\n处罚"\t')
    )
    _exact(report, text.encode(), filename)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_pages_that_are_shown_turned(turn):
    report = specimen("2021", "2019")
    data, _ = styles_pdf.ruled(report)
    pdf = pypdfium2.PdfDocument(data)
    for page in pdf:
        page.set_rotation(turn)
    made = BytesIO()
    pdf.save(made)
    _exact(report, made.getvalue(), "a.pdf")


def test_pages_placed_inside_other_pages():
    """Pages put on smaller ones: text and lines stand in nested objects, scaled and moved."""
    report = specimen("2021", "2019")
    data, _ = styles_pdf.ruled(report)
    source, target = pypdfium2.PdfDocument(data), pypdfium2.PdfDocument.new()
    for number in range(len(source)):
        page = target.new_page(420, 580)
        placed = source.page_as_xobject(number, target).as_pageobject()
        placed.set_matrix(pypdfium2.PdfMatrix().scale(0.65, 0.65).translate(15, 10))
        page.insert_obj(placed)
        page.gen_content()
    made = BytesIO()
    target.save(made)
    _exact(report, made.getvalue(), "a.pdf")


def test_watermark_across_a_table(tmp_path):
    """Slanting letters over the figures are not read."""
    report = specimen("2021", "2021")
    source = styles_pdf.SOURCE.read_text("utf-8")
    marked = source.replace(
        "  flipped: data.page.flipped,",
        "  flipped: data.page.flipped, foreground: rotate(-35deg, text(40pt, fill: gray)[某县123]),",
    )
    assert marked != source
    path = tmp_path / "marked.typ"
    path.write_text(marked, "utf-8")
    _exact(report, styles_pdf.compiled(report, path), "a.pdf")


def test_page_in_traditional_characters():
    """A page converted for other readers: 規範性檔案 stands for 规范性文件 there."""
    text = (
        "某市國資委2020年政府信息公開工作年度報告\n一、總體情況\n2020年新收到政府信息公開申請31件。\n"
        "二、主動公開政府信息情況\n第二十條第(一)項\n信息內容\n本年新製作數量\n本年新公開數量\n對外公開總數量\n"
        "規章\n0\n0\n0\n規範性檔案\n4\n5\n130\n第二十條第(五)項\n信息內容\n上一年項目數量\n本年增/減\n處理決定數量\n"
        "行政許可\n其他對外管理服務事項\n第二十條第(九)項\n信息內容\n採購項目數量\n採購總金額\n政府集中採購\n6\n25.1\n"
        "三、收到和處理政府信息公開申請情況\n自然人\n法人或其他組織\n總計\n商業企業\n科研機構\n社會公益組織\n法律服務機構\n其他\n"
        "一、本年新收政府信息公開申請數量\n20\n1\n2\n3\n4\n1\n31\n二、上年結轉政府信息公開申請數量\n0\n0\n0\n0\n0\n0\n0\n"
    )
    read = read_report(text.encode(), "a.txt")
    assert (read.year, read.formats["t2"], read.figures) == (
        2020,
        "2019",
        {"requests_received": 31},
    )
    assert read.cells["t2.normative.open_total"] == 130
    assert read.cells["t2.permit.prev_items"] is None  # blanks that left no trace
    assert read.cells["t2.procurement.amount"] == Decimal("25.1")
    assert read.cells["t3.new.total"] == 31


def test_heads_and_figures_of_table_two_over_different_columns():
    """Heads over columns 1, 2–3, 4 and figures in 1–2, 3, 4, as a city's page of 2019 has them."""
    report = specimen("2019", "2019")
    form = report.forms["t2"]
    made = []
    for cell in form.cells:
        if cell.kind == "figure" and cell.colspan == 1 and cell.row > form.row_of("normative"):
            cell = replace(cell, col=cell.col + (cell.col > 1), colspan=2 if cell.col == 1 else 1)
        elif cell.kind != "part" and cell.col >= 2:
            cell = replace(
                cell, col=2 if cell.col == 2 else cell.col + 1, colspan=2 if cell.col == 2 else 1
            )
        elif cell.kind == "part":
            cell = replace(cell, colspan=5)
        made.append(cell)
    report.forms["t2"] = Form("t2", made)
    _exact(report, _page(report))


def test_report_in_pieces_with_heads_missing():
    """Rows that a converter left without the heads above them."""
    text = (
        "某市 2025 年政府信息公开工作年度报告\n\n二、主动公开政府信息情况\n| 信息内容 | 本年制发件数 | 本年废止件数 | 现行有效件数 |\n"
        "|---|---|---|---|\n| 规章 | 3 | 0 | 15 |\n| 行政规范性文件 | 61 | 59 | 422 |\n\n三、收到和处理政府信息公开申请情况\n"
        "| 一、本年新收政府信息公开申请数量 | 3746 | 63 | 0 | 0 | 19 | 2 | 3830 |\n\n四、政府信息公开行政复议、行政诉讼情况\n"
        "行政复议行政诉讼\n| 119 | 25 | 91 | 24 | 259 | 7 | 0 | 15 | 6 | 28 | 21 | 1 | 7 | 9 | 38 |\n"
    )
    read = read_report(text.encode(), "a.md")
    assert read.cells["t3.new.legal"] == 19
    assert [read.cells[f"t4.{group}.total"] for group in ("review", "direct", "after_review")] == [
        259,
        28,
        38,
    ]
    assert len(read.cells) == 6 + 7 + 15


@pytest.mark.parametrize(
    "label",
    [
        "不予公开-属于国家秘密",
        "三、（三）不予公开-1.属于国家秘密",
        "三、本年度办理结果 / （三）不予公开 / 1.属于国家秘密",
        "不予公开：属于国家秘密",
    ],
)
def test_head_written_before_the_label_in_one_cell(label):
    report = specimen("2021", "2021")
    for cell in report.forms["t3"].labels():
        if cell.text == "1.属于国家秘密":
            cell.text = label
    for style in (styles_html.spans, styles_text.one_cell_a_line, styles_text.pipes_after):
        data, filename = style(report)
        _exact(report, data, filename)
