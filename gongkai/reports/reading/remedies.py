"""Table four: administrative review and litigation, one row of fifteen figures.

Sites also print it in three rows, in three tables, or turned by ninety degrees; each figure is
therefore placed by the words above and beside it, and by its order only where these fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gongkai.reports.reading.columns import in_order, solid
from gongkai.reports.reading.forms import best_column, remedy_columns, remedy_groups
from gongkai.reports.reading.normalise import label
from gongkai.reports.reading.requests import TableReading
from gongkai.reports.reading.rows import FoundCell, FoundRow, Mode
from gongkai.reports.reading.values import Kind

_LITIGATION = "行政诉讼"
MAX_ROWS = 70


def _group(text: str) -> str | None:
    return best_column(text, remedy_groups(), 0.75)


def _column(text: str) -> str | None:
    return best_column(text, remedy_columns(), 0.66)


@dataclass(slots=True)
class _Heads:
    """The words read since the last row of figures."""

    groups: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    litigation_first: bool = False

    def add(self, text: str) -> bool:
        """Take in a cell; whether it was a word of the table."""
        if group := _group(text):
            if group not in self.groups:
                self.groups.append(group)
            return True
        if label(text).core == _LITIGATION:
            self.litigation_first = self.litigation_first or not self.groups
            return True
        if column := _column(text):
            self.columns.append(column)
            return True
        return False

    def order(self, known_groups: Sequence[str]) -> list[str]:
        """“group.column” from left to right."""
        defaults = [column.name for column in remedy_columns()]
        runs: list[list[str]] = []
        for column in self.columns:
            if not runs or column in runs[-1]:
                runs.append([])
            runs[-1].append(column)
        groups = list(self.groups)
        if not groups:
            rest = [one.name for one in remedy_groups() if one.name not in known_groups]
            groups = rest[: len(runs)] if runs else rest
        if len(runs) != len(groups):
            runs = [defaults] * len(groups)
        ordered = list(zip(groups, runs, strict=True))
        if self.litigation_first:  # 行政诉讼 stands left of 行政复议
            ordered.sort(key=lambda one: one[0] == "review")
        return [f"{group}.{column}" for group, run in ordered for column in run]


def read_remedies(rows: Sequence[FoundRow], floor: int) -> TableReading | None:
    """The cells of table four from the first of its words after ``floor``; ``None``: no table."""
    start = _find(rows, floor)
    if start is None:
        return None
    reading = TableReading(start=start, end=start)
    heads = _Heads()
    above: list[FoundRow] = []
    group = ""
    for number in range(start, min(start + MAX_ROWS, len(rows))):
        row = rows[number]
        words = [cell for cell in row.labels if not cell.above and cell.text]
        if row.mode is Mode.TEXT or (words and _foreign(words, row, reading)):
            break
        if row.labels and row.numbers and (turned := _turned(row, heads, group)):
            _store(turned, reading)
            reading.end = number + 1
            group = _last_group(row, group)
            continue
        for cell in words:
            heads.add(cell.text)
            group = _group(cell.text) or group
        if not row.numbers and not (
            row.values and row.mode is Mode.GRID and above and _last(rows, number)
        ):
            above.append(row)
            continue
        if not row.values:
            continue
        placed = _under_words(row, above) or _as_on_the_form(row, above, heads)
        placed = placed or _by_order(row, heads, reading)
        if placed is None:
            if row.figures:
                reading.unplaced[f"row{number}"] = row
        else:
            _store(placed, reading)
        reading.end = number + 1
        heads, above = _Heads(), []
        if len(reading.cells) >= 15:
            break
    return reading if reading.cells or reading.unplaced else None


def _find(rows: Sequence[FoundRow], floor: int) -> int | None:
    """The first row after ``floor`` with a word only this table has, figures not far below."""
    for number in range(max(floor, 0), len(rows)):
        row = rows[number]
        if row.mode is Mode.TEXT:
            continue
        for cell in row.labels:
            core = label(cell.text).core
            if len(core) < 4 or len(core) > 14:
                continue
            strong = (
                _group(cell.text)
                or core == _LITIGATION
                or _column(cell.text) not in (None, "total")
            )
            if strong and any(
                one.numbers or len(one.values) >= 5
                for one in rows[number : number + 40]
                if one.mode is not Mode.TEXT
            ):
                return number
    return None


def _foreign(words: Sequence[FoundCell], row: FoundRow, reading: TableReading) -> bool:
    """A row after the figures (or a long line) that says nothing of this table."""
    known = any(
        _group(cell.text)
        or _column(cell.text)
        or label(cell.text).core in (_LITIGATION, "结果", "其他")
        for cell in words
    )
    if known:
        return False
    return bool(reading.cells) or sum(len(cell.text) for cell in words) > 40


def _last(rows: Sequence[FoundRow], number: int) -> bool:
    """Whether a row of blanks is the last of its grid: the row that was left empty."""
    row = rows[number]
    return (
        bool(row.values)
        and not any(cell.text for cell in row.labels if not cell.above)
        and (number + 1 == len(rows) or rows[number + 1].segment != row.segment)
    )


def _last_group(row: FoundRow, group: str) -> str:
    for cell in row.labels:
        group = _group(cell.text) or group
    return group


def _turned(row: FoundRow, heads: _Heads, group: str) -> dict[str, FoundCell | None] | None:
    """A row that is named: a group with its five figures, or a result with one or three."""
    cells = solid(row.values)
    own = [_column(cell.text) for cell in row.labels]
    column = next((name for name in reversed(own) if name), None)
    named = next((found for cell in reversed(row.labels) if (found := _group(cell.text))), None)
    if named and not column:
        order = heads.columns[-5:] if len(set(heads.columns[-5:])) == 5 else None
        columns = order or [one.name for one in remedy_columns()]
        placed = in_order(row, columns)
        if placed is None:
            return None
        return {f"{named}.{name}": cell for name, cell in placed.cells.items()}
    if column and len(set(heads.columns)) <= 1:
        if len(cells) == 1 and (named or group):
            return {f"{named or group}.{column}": cells[0]}
        groups = heads.groups if len(heads.groups) == len(cells) else []
        if groups and len(cells) > 1:
            return {f"{one}.{column}": cell for one, cell in zip(groups, cells, strict=True)}
    return None


def _under_words(row: FoundRow, above: Sequence[FoundRow]) -> dict[str, FoundCell | None] | None:
    """Each figure by the words above it in the same grid; ``None`` unless every one is clear."""
    if not row.aligned:
        return None
    cells = [cell for one in above if one.segment == row.segment for cell in one.labels]
    found: dict[str, FoundCell | None] = {}
    for value in row.values:
        stack = [cell for cell in cells if min(cell.x1, value.x1) - max(cell.x0, value.x0) > 0.3]
        group = next((name for cell in reversed(stack) if (name := _group(cell.text))), None)
        column = next((name for cell in reversed(stack) if (name := _column(cell.text))), None)
        if group is None or column is None or f"{group}.{column}" in found:
            if value.value.kind is Kind.EMPTY and group is None and column is None:
                continue  # a blank beyond the table's heads
            return None
        found[f"{group}.{column}"] = value if value.value.kind is not Kind.EMPTY else None
    return found or None


def _as_on_the_form(
    row: FoundRow, above: Sequence[FoundRow], heads: _Heads
) -> dict[str, FoundCell | None] | None:
    """All fifteen figures in the order of the form, where the heads in the same grid that can be
    read say the same (a page may have ended between the others and the figures)."""
    columns = [column.name for column in remedy_columns()]
    groups = [group.name for group in remedy_groups()]
    if not row.aligned or len(row.values) != len(columns) * len(groups) or heads.litigation_first:
        return None
    cells = [cell for one in above if one.segment == row.segment for cell in one.labels]
    known = 0
    for place, value in enumerate(row.values):
        stack = [cell for cell in cells if min(cell.x1, value.x1) - max(cell.x0, value.x0) > 0.3]
        name = next((found for cell in reversed(stack) if (found := _column(cell.text))), None)
        if name is not None and name != columns[place % len(columns)]:
            return None
        known += name is not None
    if known < 2 * len(columns):
        return None
    names = [f"{group}.{column}" for group in groups for column in columns]
    return {
        name: cell if cell.value.kind is not Kind.EMPTY else None
        for name, cell in zip(names, row.values, strict=True)
    }


def _by_order(
    row: FoundRow, heads: _Heads, reading: TableReading
) -> dict[str, FoundCell | None] | None:
    known = {cell_id.split(".")[1] for cell_id in reading.cells}
    order = heads.order(sorted(known))
    full = [
        f"{group.name}.{column.name}" for group in remedy_groups() for column in remedy_columns()
    ]
    if heads.litigation_first:
        full = full[5:] + full[:5]
    if len(full) in (len(solid(row.values)), len(row.values)) and sorted(order) != sorted(full):
        order = full  # all figures are there, the heads were not all read
    placed = in_order(row, order)
    if placed is None or not order:
        return None
    if placed.loose:
        reading.loose[order[0].partition(".")[0]] = placed.loose
    return dict(placed.cells)


def _store(placed: dict[str, FoundCell | None], reading: TableReading) -> None:
    for name, cell in placed.items():
        reading.cells.setdefault(f"t4.{name}", cell)
