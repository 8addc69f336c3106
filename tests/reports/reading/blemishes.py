"""What is wrong with published reports: each blemish changes a specimen and what must be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from tests.reports.reading.specimens import Specimen

Blemish = Callable[[Specimen], None]


def _relabel(report: Specimen, change: Callable[[str], str], kinds: str = "label group") -> None:
    for form in report.forms.values():
        for cell in form.labels():
            if cell.kind in kinds:
                cell.text = change(cell.text)


# --- labels --------------------------------------------------------------------------------------------


def half_width(report: Specimen) -> None:
    """Brackets, quotes and commas of a Western keyboard."""
    table = str.maketrans("（）“”，：．", '()"",:.')
    _relabel(report, lambda text: text.translate(table), "label group part head corner")


def spaces_inside(report: Specimen) -> None:
    """行 政 许 可, 总　计, a no-break space."""
    spaces = (" ", "\u3000", "\u00a0")
    _relabel(
        report,
        lambda text: "".join(char + spaces[n % 3] * (n % 2) for n, char in enumerate(text)).strip(),
        "label group head part",
    )


def single_spaces_inside(report: Specimen) -> None:
    _relabel(report, lambda text: " ".join(text), "label group head")


def ideographic_comma(report: Specimen) -> None:
    _relabel(report, lambda text: re.sub(r"^(\d)\.", r"\1、", text))


def full_width_numbering(report: Specimen) -> None:
    _relabel(
        report, lambda text: re.sub(r"^(\d)\.", lambda m: chr(0xFF10 + int(m[1])) + "．", text)
    )


def bracketed_numbering(report: Specimen) -> None:
    _relabel(report, lambda text: re.sub(r"^(\d)\.", r"（\1）", text))


def circled_numbering(report: Specimen) -> None:
    _relabel(report, lambda text: re.sub(r"^(\d)\.", lambda m: chr(0x2460 + int(m[1]) - 1), text))


def other_chinese_numbering(report: Specimen) -> None:
    _relabel(
        report,
        lambda text: re.sub(r"^([一二三四])、", r"\1.", text.replace("（", "(").replace("）", ")")),
    )


def no_numbering(report: Specimen) -> None:
    _relabel(report, lambda text: re.sub(r"^(?:\d\.|（[一二三四五六七]）|[一二三四]、)", "", text))


def misprints(report: Specimen) -> None:
    """Misprints seen in published reports, and some of their kind."""
    wrong = {
        "2.其他法律行政法规禁止公开": "2.其他法律行政止公开",
        "行政事业性收费": "行政事业型收费",
        "其他对外管理服务事项": "其它对外管理服务事项",
        "1.本机关不掌握相关政府信息": "1.本机关不掌握相关政府信心",
        "4.无正当理由大量反复申请": "4.无正当理由大量反复申清",
        "四、结转下年度继续办理": "四、结转下年度继续办里",
        "（一）予以公开": "（一）予以公布",
        "3.补正后申请内容仍不明确": "3.补正申请内容仍不明确",
        "三、本年度办理结果": "三、本年度办理结果情况",
    }
    _relabel(report, lambda text: wrong.get(text, text))
    report.flags.add("label_differs")


def short_forms(report: Specimen) -> None:
    short = {
        "（二）部分公开（区分处理的，只计这一情形，不计其他情形）": "（二）部分公开",
        "行政规范性文件": "规范性文件",
        "行政事业性收费": "行政事业性收费项目",
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请": "1.申请人无正当理由逾期不补正",
        "3.危及“三安全一稳定”": "3.危及三安全一稳定",
        "（七）总计": "（七）合计",
    }
    _relabel(report, lambda text: short.get(text, text))


def logical_relation(report: Specimen) -> None:
    for form in report.forms.values():
        for cell in form.labels():
            cell.text = cell.text.replace("勾稽关系", "逻辑关系")


# --- figures -------------------------------------------------------------------------------------------


def _reprint(report: Specimen, change: Callable[[int, str], str]) -> None:
    number = 0
    for form in report.forms.values():
        for cell in form.figures():
            cell.text = change(number, cell.text)
            number += 1


def full_width_figures(report: Specimen) -> None:
    table = str.maketrans("0123456789.", "０１２３４５６７８９．")
    _reprint(report, lambda _, text: text.translate(table))


def thousands(report: Specimen) -> None:
    """1,234 and 1，234 and 12,345,678.5"""
    for number, (cell, value) in enumerate(list(report.cells.items())):
        more = value + 1_000_000 * (number % 3)
        report.set(cell, f"{more:,}".replace(",", "，" if number % 5 == 0 else ","), more)


def units(report: Specimen) -> None:
    """12件, 5项, 37.5万元"""
    for form in report.forms.values():
        for cell in form.figures():
            cell.text += "万元" if "amount" in (cell.cell or "") else "件"


def notes_beside_figures(report: Specimen) -> None:
    cells = [cell for cell in report.cells if cell.startswith("t3.")]
    for cell in cells[::9]:
        report.set(cell, f"{report.cells[cell]}（其中上年结转1件）", report.cells[cell])
    for cell in cells[4::9]:
        report.set(cell, f"“{report.cells[cell]}”", report.cells[cell])


def blanks(report: Specimen) -> None:
    """Marks for “nothing”: never 0."""
    marks = ("/", "—", "-", "－", "无", "／", "--", "——")
    for number, cell in enumerate(list(report.cells)):
        if number % 3 == 1:
            report.set(cell, marks[number % len(marks)], None)


def empty_columns(report: Specimen) -> None:
    """Only natural persons and totals filled in, as Shuyang 2023."""
    for cell in list(report.cells):
        if cell.startswith("t3.") and cell.split(".")[2] not in ("natural", "total"):
            report.set(cell, "", None)
    report.flags.add("blank_cells")


def empty_figures_here_and_there(report: Specimen) -> None:
    for number, cell in enumerate(list(report.cells)):
        if number % 4 == 2 and cell.startswith(("t2", "t3")):
            report.set(cell, "", None)


def all_zero(report: Specimen) -> None:
    for cell in list(report.cells):
        report.set(cell, "0", 0)


def signs(report: Specimen) -> None:
    """本年增/减 with words and signs."""
    wordings = [
        ("+12", 12),
        ("-417", -417),
        ("减4", -4),
        ("增136", 136),
        ("－7", -7),
        ("减少3项", -3),
    ]
    for (text, value), cell in zip(
        wordings, [cell for cell in report.cells if cell.endswith(".change")], strict=False
    ):
        report.set(cell, text, value)


def in_yuan(report: Specimen) -> None:
    """An amount printed with 元 is normalised to 万元."""
    for cell in report.cells:
        if cell == "t2.procurement.amount":
            report.set(cell, "251000元", Decimal("25.1"))
            report.flags.add("unit_converted")
        elif cell == "t2.fee.amount":
            report.set(cell, "79000.1 元", Decimal("7.90001"))
            report.flags.add("unit_converted")


def large_figures(report: Specimen) -> None:
    for number, cell in enumerate(list(report.cells)):
        report.set(cell, str(3_985_758 + number), 3_985_758 + number)


# --- rows and columns --------------------------------------------------------------------------------


def extra_row(report: Specimen) -> None:
    """其他主动公开文件, as one province asked for."""
    form = report.forms["t2"]
    row = form.row_of("normative") + 1
    model = form.row_of("normative")
    copies = [replace(cell, row=row) for cell in form.cells if cell.row == model]
    for cell in form.cells:
        if cell.row >= row:
            cell.row += 1
    for number, cell in enumerate(copies):
        cell.text = "其他主动公开文件" if cell.kind == "label" else str(900 + number)
        cell.cell = None
        form.cells.append(cell)
    report.flags.add("extra_row")


def sub_rows(report: Specimen) -> None:
    """Sub-rows under a row of table two."""
    form = report.forms["t2"]
    name = "service" if report.fmt.table_formats["t2"] == "2019" else "permit"
    model = form.row_of(name)
    for label, first in (("其中：行政确认", 900), ("行政裁决", 950)):
        copies = [replace(cell, row=model + 1) for cell in form.cells if cell.row == model]
        for cell in form.cells:
            if cell.row > model:
                cell.row += 1
        for number, cell in enumerate(copies):
            cell.text = label if cell.kind == "label" else str(first + number)
            cell.cell = None
            form.cells.append(cell)
    report.flags.add("extra_row")


def missing_row(report: Specimen) -> None:
    form = report.forms["t3"]
    for row in ("denied_process", "refused_publication"):
        form.drop_row(form.row_of(row))
        report.forget(f"t3.{row}.")


def broken_off(report: Specimen) -> None:
    """A copy that ends inside table three."""
    form = report.forms["t3"]
    last = form.row_of("denied_law")
    form.cells = [
        replace(cell, rowspan=min(cell.rowspan, last + 1 - cell.row))
        for cell in form.cells
        if cell.row <= last
    ]
    ids = [cell for cell in report.cells if cell.startswith("t3.")]
    for cell in ids[(last - 2) * 7 :]:
        del report.cells[cell]
    # What is left of table three is the same in both formats: it is taken to go with table two.
    report.read_as["t3"] = report.fmt.table_formats["t2"]


def columns_in_another_order(report: Specimen) -> None:
    """总计 first, legal services before research."""
    form = report.forms["t3"]
    left = form.width - 7
    order = ["total", "natural", "enterprise", "legal", "research", "welfare", "other"]
    names = ["natural", "enterprise", "research", "welfare", "legal", "other", "total"]
    place = {left + names.index(name): left + order.index(name) for name in names}
    for cell in form.cells:
        if cell.col < left or cell.text == "申请人情况":
            continue
        cell.col = left + 2 if cell.text == "法人或其他组织" else place[cell.col]


def no_total_column(report: Specimen) -> None:
    form = report.forms["t3"]
    last = form.width - 1
    form.cells = [
        replace(cell, colspan=cell.colspan - 1)
        if cell.col + cell.colspan == form.width and cell.colspan > 1
        else cell
        for cell in form.cells
        if cell.col != last
    ]
    for cell in [one for one in report.cells if one.startswith("t3.") and one.endswith(".total")]:
        del report.cells[cell]


def rows_swapped(report: Specimen) -> None:
    """Two rows of a group in the wrong order."""
    form = report.forms["t3"]
    first, second = form.row_of("refused_duplicate"), form.row_of("refused_publication")
    for cell in form.cells:
        if cell.row in (first, second) and cell.kind in ("label", "figure"):
            cell.row = second if cell.row == first else first
    report.flags.add("row_order")


BLEMISHES: dict[str, Blemish] = {
    blemish.__name__: blemish
    for blemish in (
        half_width,
        spaces_inside,
        single_spaces_inside,
        ideographic_comma,
        full_width_numbering,
        bracketed_numbering,
        circled_numbering,
        other_chinese_numbering,
        no_numbering,
        misprints,
        short_forms,
        logical_relation,
        full_width_figures,
        thousands,
        units,
        notes_beside_figures,
        blanks,
        empty_columns,
        empty_figures_here_and_there,
        all_zero,
        signs,
        in_yuan,
        large_figures,
        extra_row,
        sub_rows,
        missing_row,
        broken_off,
        columns_in_another_order,
        no_total_column,
        rows_swapped,
    )
}
