"""Reports with known figures, as forms that the styles then print in every way seen in the wild.

A specimen's figures are all different, so a figure read into the wrong cell is always noticed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from gongkai.reports.grid import tables
from gongkai.statute.formats import CellValue, ReportFormat, compose

MIXES = [("2019", "2019"), ("2021", "2021"), ("2021", "2019"), ("2019", "2021")]


@dataclass
class FormCell:
    """A printed cell: a label, or a figure when ``cell`` is set."""

    text: str
    row: int
    col: int
    rowspan: int = 1
    colspan: int = 1
    kind: str = "figure"
    cell: str | None = None


@dataclass
class Form:
    """One table as printed."""

    table: str
    cells: list[FormCell]

    @property
    def height(self) -> int:
        return max(cell.row + cell.rowspan for cell in self.cells)

    @property
    def width(self) -> int:
        return max(cell.col + cell.colspan for cell in self.cells)

    def rows(self) -> list[list[FormCell]]:
        """Cells by the row they begin in, from left to right."""
        rows: list[list[FormCell]] = [[] for _ in range(self.height)]
        for cell in self.cells:
            rows[cell.row].append(cell)
        return [sorted(row, key=lambda cell: cell.col) for row in rows]

    def dense(self, *, repeat: bool = False) -> list[list[str]]:
        """Every field of the raster; merged cells once (or in every field they cover)."""
        made = [[""] * self.width for _ in range(self.height)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.rowspan):
                for col in range(cell.col, cell.col + cell.colspan):
                    if repeat or (row, col) == (cell.row, cell.col):
                        made[row][col] = cell.text
        return made

    def labels(self) -> Iterator[FormCell]:
        return (cell for cell in self.cells if cell.cell is None)

    def figures(self) -> Iterator[FormCell]:
        return (cell for cell in self.cells if cell.cell is not None)

    def row_of(self, row_id: str) -> int:
        """The number of the row whose figures are those of ``row_id``."""
        prefix = f"{self.table}.{row_id}."
        return next(c.row for c in self.figures() if c.cell and c.cell.startswith(prefix))

    def drop_row(self, number: int) -> None:
        """Take a row out; heads beside it get shorter."""
        kept = []
        for cell in self.cells:
            if cell.row == number and cell.rowspan == 1:
                continue
            if cell.row <= number < cell.row + cell.rowspan:
                cell = replace(cell, rowspan=cell.rowspan - 1)
            if cell.row > number:
                cell = replace(cell, row=cell.row - 1)
            kept.append(cell)
        self.cells = kept

    def insert_row(self, before: int, label: str, figures: list[str]) -> None:
        """Put a row in whose label stands in the label column of the row it comes before."""
        model = [cell for cell in self.cells if cell.row == before]
        moved = []
        for cell in self.cells:
            if cell.row >= before:
                cell = replace(cell, row=cell.row + 1)
            elif cell.row + cell.rowspan > before:
                cell = replace(cell, rowspan=cell.rowspan + 1)
            moved.append(cell)
        values = iter(figures)
        for cell in model:
            if cell.cell is not None:
                moved.append(replace(cell, text=next(values), cell=None, kind="extra"))
            elif cell.kind == "label":
                moved.append(replace(cell, text=label))
            elif cell.kind == "group":
                # The head begins at this row: it reaches over the new one too.
                moved.remove(replace(cell, row=cell.row + 1))
                moved.append(replace(cell, rowspan=cell.rowspan + 1))
        self.cells = moved


@dataclass
class Specimen:
    """A report and what must be read from it."""

    fmt: ReportFormat
    forms: dict[str, Form]
    cells: dict[str, CellValue]
    issuer: str = "某县人民政府"
    year: int = 2023
    flags: set[str] = field(default_factory=set)
    read_as: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return f"{self.issuer}{self.year}年政府信息公开工作年度报告"

    @property
    def formats(self) -> dict[str, str]:
        return {
            "t2": self.fmt.table_formats["t2"],
            "t3": self.fmt.table_formats["t3"],
            "t4": "same in both",
            **self.read_as,
        }

    def text(self, section: str) -> list[str]:
        """The paragraphs of a section."""
        return TEXTS[section]

    def set(self, cell: str, text: str, value: CellValue) -> None:
        """Print ``text`` in a cell, to be read as ``value``."""
        for form in self.forms.values():
            for one in form.cells:
                if one.cell == cell:
                    one.text = text
        self.cells[cell] = value

    def forget(self, prefix: str) -> None:
        """The cells that are no longer in the file."""
        self.cells = {
            cell: value for cell, value in self.cells.items() if not cell.startswith(prefix)
        }


TEXTS = {
    "preamble": [
        "本报告由某县人民政府办公室根据《中华人民共和国政府信息公开条例》编制。本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。"
        "如对本报告有疑问，请与某县人民政府办公室联系（电话：0000-0000000）。"
    ],
    "s1": [
        "（一）主动公开。全年通过门户网站主动公开政府信息1520条，其中概况类信息20条，政务动态信息500条，信息公开目录信息1000条。",
        "（二）依申请公开。全年共收到政府信息公开申请37件，均在法定期限内答复；发生行政许可、行政处罚等方面的咨询若干。",
        "（三）监督保障。开展工作考核和社会评议，满意度较高，未发生责任追究的情形。",
    ],
    "s5": [
        "存在三个方面的问题：一是解读形式单一；二是队伍不稳；三是栏目更新不够及时。",
        "下一步将逐项改进。",
    ],
    "s6": ["本年度未收取信息处理费。"],
}
HEADINGS = {
    "s1": "一、总体情况",
    "s2": "二、主动公开政府信息情况",
    "s3": "三、收到和处理政府信息公开申请情况",
    "s4": "四、政府信息公开行政复议、行政诉讼情况",
    "s5": "五、存在的主要问题及改进情况",
    "s6": "六、其他需要报告的事项",
}
TABLE_OF = {"s2": "t2", "s3": "t3", "s4": "t4"}


def specimen(t2: str, t3: str, *, first: int = 101) -> Specimen:
    """A report whose tables are of the given formats, with figures ``first``, ``first`` + 1, …"""
    fmt = compose(t2=t2, t3=t3)
    cells: dict[str, CellValue] = {}
    for number, (cell_id, spec) in enumerate(fmt.cells.items(), start=first):
        cells[cell_id] = Decimal(f"{number}.25") if spec.type == "decimal" else number
    forms = {
        name: Form(
            name,
            [
                FormCell(
                    str(cells[one.cell]) if one.cell else one.text,
                    one.row,
                    one.col,
                    one.rowspan,
                    one.colspan,
                    one.kind,
                    one.cell,
                )
                for one in grid.cells
            ],
        )
        for name, grid in tables(fmt).items()
    }
    return Specimen(fmt, forms, cells)


def parts(report: Specimen) -> Iterator[tuple[str, str | Form]]:
    """What a report consists of, in order: ("title" | "text" | "heading" | "table", content)."""
    yield "title", report.title
    for text in report.text("preamble"):
        yield "text", text
    for section, heading in HEADINGS.items():
        yield "heading", heading
        if section in TABLE_OF:
            yield "table", report.forms[TABLE_OF[section]]
        else:
            for text in report.text(section):
                yield "text", text
