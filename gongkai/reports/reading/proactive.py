"""Table two: what was disclosed on the body's own initiative (条例第二十条)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gongkai.reports.reading.align import Alignment, Match
from gongkai.reports.reading.columns import (
    Placed,
    by_place,
    centre,
    in_order,
    same_columns,
    solid,
    stacks,
    under_heads,
)
from gongkai.reports.reading.forms import ColumnItem, best_column, proactive_columns
from gongkai.reports.reading.normalise import label, squash
from gongkai.reports.reading.requests import (
    TableReading,
    broken_figures,
    leave_out,
    row_of,
)
from gongkai.reports.reading.rows import FoundCell, FoundRow, Mode
from gongkai.reports.reading.values import Kind
from gongkai.statute.formats import get_format

_UNIT = re.compile(r"(亿元|万元|千元|元)")
_ROW_HEAD_WORDS = ("信息内容", "内容", "项目", "事项")


def evidence(rows: Sequence[FoundRow], found: Alignment, format_id: str) -> float:
    """How well a table fits a format: its rows, the heads of its columns, the figures per row."""
    score = found.score
    for first, members, heads in _parts(rows, found, format_id):
        columns = proactive_columns(format_id)[first]
        names = {name for _, name in _names(heads, columns) if name != "?"}
        unknown = sum(name == "?" for _, name in _names(heads, columns))
        score += len(names) / len(columns) - 0.25 * unknown
        for match in members:
            figures = len(solid(row_of(rows, match).values))
            if figures:
                score += 0.5 if figures == len(columns) else -0.5
    return score


def read_proactive(rows: Sequence[FoundRow], found: Alignment, format_id: str) -> TableReading:
    """The cells of table two under a format."""
    reading = TableReading(start=found.start, end=found.end)
    for first, members, heads in _parts(rows, found, format_id):
        columns = proactive_columns(format_id)[first]
        names = _names(heads, columns)
        order = [name for _, name in names]
        known = [name for name in order if name != "?"]
        if not known or len(set(known)) < len(known):
            order = [column.name for column in columns]
        counts = {len(solid(row_of(rows, match).values)) for match in members}
        if len(order) != len(columns) and counts == {len(columns)}:
            # The figures are all there, only the heads could not all be read.
            order = known if len(known) == len(columns) else [column.name for column in columns]
        reading.unknown_columns += [name for name in order if name == "?"]
        _units(names, members, reading)
        for match in members:
            row = row_of(rows, match)
            placed = _place(row, names, heads, order, columns)
            _store(match, row, placed, order, reading)
    leave_out(reading, broken_figures(rows, found))
    return reading


def _parts(
    rows: Sequence[FoundRow], found: Alignment, format_id: str
) -> list[tuple[str, list[Match], list[FoundRow]]]:
    """For each part found: its first row's name, its matches, and the rows of heads above them."""
    part_of = {row.id: part.id for part in get_format(format_id).t2 for row in part.rows}
    parts: dict[str, list[Match]] = {}
    for match in found.matches:
        if match.item.kind == "row":
            parts.setdefault(part_of[match.item.name], []).append(match)
    heads_at = {m.item.name.partition(":")[2]: m for m in found.matches if m.item.kind == "part"}
    taken = {number for match in found.matches for number in match.rows}
    made: list[tuple[str, list[Match], list[FoundRow]]] = []
    for part, members in parts.items():
        first = members[0].start
        ends = [
            match.end for match in found.matches if match.end <= first and match.item.kind == "row"
        ]
        floor = max([*ends, heads_at[part].end if part in heads_at else 0, first - 12])
        heads = [
            rows[number]
            for number in range(max(floor, 0), first)
            if number not in taken and rows[number].labels and not rows[number].figures
        ]
        made.append((members[0].item.name, members, heads))
    return made


def _names(
    heads: Sequence[FoundRow], columns: tuple[ColumnItem, ...]
) -> list[tuple[FoundCell, str]]:
    """(head, column) from left to right; ``?`` for a head that is none of the form's.

    Heads broken over lines are put together.
    """
    cells = [
        cell
        for row in heads
        for cell in row.labels
        if not cell.above and not _row_head(cell.text) and row.mode is not Mode.TEXT
    ]
    if any(row.spaced for row in heads):
        cells = [
            FoundCell("".join(one.text for one in stack), stack[0].x0, stack[0].x1, stack[0].value)
            for stack in stacks(cells)
        ]
    found: list[tuple[FoundCell, str]] = []
    position = 0
    while position < len(cells):
        cell = cells[position]
        name, used = best_column(cell.text, columns), 1
        for more in (2, 3):
            if name is not None or position + more > len(cells):
                break
            text = "".join(one.text for one in cells[position : position + more])
            if joined := best_column(text, columns, 0.8):
                name, used = joined, more
        core = label(cell.text).core
        if name is not None:
            if found and found[-1][1] == name:  # a head repeated over the columns it spans
                found[-1] = (replace(found[-1][0], x1=cell.x1), name)
            elif name not in {seen for _, seen in found}:
                found.append((cell, name))
        elif 2 <= len(core) <= 12 and not core.startswith("第二十条"):
            found.append((cell, "?"))
        position += used
    # Words before the first head that can be read are titles, not columns.
    while found and found[0][1] == "?" and any(name != "?" for _, name in found):
        found.pop(0)
    return found


def _row_head(text: str) -> bool:
    core = label(text).core
    return core in _ROW_HEAD_WORDS or core.startswith("第二十条") or "主动公开" in core


def _units(
    names: Sequence[tuple[FoundCell, str]], members: Sequence[Match], reading: TableReading
) -> None:
    """Units printed in the heads of columns of money."""
    for cell, name in names:
        unit = _UNIT.search(squash(cell.text))
        if name == "amount" and unit:
            for match in members:
                reading.units[f"t2.{match.item.name}.amount"] = unit[1]


def _place(
    row: FoundRow,
    names: Sequence[tuple[FoundCell, str]],
    heads: Sequence[FoundRow],
    order: Sequence[str],
    columns: Sequence[ColumnItem],
) -> Placed | None:
    row = _without_repeats(row, len(order))
    by_order = in_order(row, order, labels_span=False)
    filled = solid(row.values)
    known = [(cell, name) for cell, name in names if name != "?"]
    near = [head for head in heads if head.segment == row.segment and len(head.labels) > 1]
    if known and same_columns([row], near):
        placed = under_heads(row, {name: (cell.x0, cell.x1) for cell, name in known})
        if not placed.loose:
            return placed
    if by_order is None and row.spaced and len(known) == len(order) and filled:
        return by_place(row, [(name, centre(cell)) for cell, name in known])
    if by_order is None and len(filled) == len(columns) and len(known) < len(columns):
        return in_order(row, [column.name for column in columns], labels_span=False)
    return by_order


def _without_repeats(row: FoundRow, wanted: int) -> FoundRow:
    """A figure that a converter repeated in every field its cell reached over, once."""
    filled = solid(row.values)
    if len(filled) <= wanted or filled[wanted - 1].value.kind is not Kind.NUMBER:
        return row
    if any(cell.value.printed != filled[wanted - 1].value.printed for cell in filled[wanted:]):
        return row
    return replace(row, values=filled[:wanted])


def _store(
    match: Match, row: FoundRow, placed: Placed | None, order: Sequence[str], reading: TableReading
) -> None:
    name = match.item.name
    if placed is None:
        if solid(row.values):
            reading.unplaced[name] = row
        for column in order:
            if column != "?":
                reading.cells[f"t2.{name}.{column}"] = None
        return
    for column, cell in placed.cells.items():
        reading.cells[f"t2.{name}.{column}"] = cell
    if placed.loose:
        reading.loose[name] = placed.loose
