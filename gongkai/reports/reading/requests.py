"""Table three: requests received and handled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongkai.reports.reading.align import Alignment, Match
from gongkai.reports.reading.columns import (
    Placed,
    by_place,
    head_centres,
    head_columns,
    head_order,
    in_order,
    learn_centres,
    solid,
    under_heads,
)
from gongkai.reports.reading.forms import request_columns
from gongkai.reports.reading.headings import heading_of
from gongkai.reports.reading.rows import FoundCell, FoundRow, Mode

HEAD_REACH = 40


@dataclass(slots=True)
class TableReading:
    """What a table was read as: cell id → cell (``None``: blank), and what was odd about it."""

    cells: dict[str, FoundCell | None] = field(default_factory=dict)
    loose: dict[str, list[FoundCell]] = field(default_factory=dict)
    unplaced: dict[str, FoundRow] = field(default_factory=dict)
    unsure: list[str] = field(default_factory=list)
    unknown_columns: list[str] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    start: int = 0
    end: int = 0


def row_of(rows: Sequence[FoundRow], match: Match) -> FoundRow:
    """The found row that holds a match's figures; figures of joined rows are put together."""
    return max((rows[number] for number in match.rows), key=lambda row: (row.figures, row.numbers))


def head_rows(rows: Sequence[FoundRow], found: Alignment, floor: int) -> tuple[list[FoundRow], int]:
    """The rows of heads above the first row of figures, and where they begin."""
    taken = {number for match in found.matches for number in match.rows}
    first = min((m.start for m in found.matches if m.item.kind == "row"), default=found.start)
    heads: list[FoundRow] = []
    start = first
    for number in range(first - 1, max(floor, first - HEAD_REACH) - 1, -1):
        row = rows[number]
        if number in taken or not row.labels:
            continue
        if row.mode is Mode.TEXT or row.figures or heading_of(row.text):
            break
        heads.append(row)
        start = number
    return heads[::-1], min(start, found.start)


def _repeated_heads(rows: Sequence[FoundRow], found: Alignment) -> list[FoundRow]:
    taken = {number for match in found.matches for number in match.rows}
    return [
        rows[number]
        for number in range(found.start, found.end)
        if number not in taken and not rows[number].figures and rows[number].labels
    ]


def read_requests(rows: Sequence[FoundRow], found: Alignment, floor: int) -> TableReading:
    """The cells of table three. ``floor``: the first row that can belong to it."""
    columns = request_columns()
    default = [column.name for column in columns]
    reading = TableReading(start=found.start, end=found.end)
    data = [
        (match.item.name, row_of(rows, match))
        for match in found.matches
        if match.item.kind == "row"
    ]
    heads, reading.start = head_rows(rows, found, floor)
    repeated = _repeated_heads(rows, found)
    counts = Counter(len(solid(row.values)) for _, row in data if row.figures)
    usual = counts.most_common(1)[0][0] if counts else 0
    widths = Counter(len(row.values) for _, row in data if row.mode is Mode.CELLS)
    width = widths.most_common(1)[0][0] if widths else 0
    order = _order_of(heads)
    if order is None or (len(order) != usual and usual == len(default)):
        order = default
    reading.unknown_columns = [name for name in order if name == "?"]
    groups: dict[tuple[int, int], list[tuple[str, FoundRow]]] = defaultdict(list)
    for name, row in data:
        groups[row.segment, row.page if row.mode is Mode.LAYOUT else 0].append((name, row))
    for (segment, page), members in groups.items():
        near = [row for row in (*heads, *repeated) if row.segment == segment]
        if members[0][1].mode is Mode.LAYOUT:
            near = [row for row in near if row.page == page] or heads
        _place_group(members, near, order, width, reading)
    return reading


def _order_of(heads: list[FoundRow]) -> list[str] | None:
    """The columns from left to right; heads that stand on a page are ordered by their places."""
    columns = request_columns()
    if any(row.mode is Mode.LAYOUT for row in heads):
        centres = head_centres(heads, columns)
        return (
            sorted(centres, key=lambda name: centres[name])
            if len(centres) == len(columns)
            else None
        )
    return head_order(heads, columns)


def _place_group(
    members: list[tuple[str, FoundRow]],
    heads: list[FoundRow],
    order: list[str],
    width: int,
    reading: TableReading,
) -> None:
    columns = request_columns()
    rows = [row for _, row in members]
    ordered = [in_order(row, order, width) for row in rows]
    choices: list[list[Placed | None]] = [ordered]
    if rows[0].aligned and heads:
        places = head_columns(heads, rows, columns)
        if len(places) >= 5 or (places and len(places) == len(order)):
            choices.insert(0, [under_heads(row, places) for row in rows])
    if any(row.mode is Mode.LAYOUT for row in rows) and None in ordered:
        centres = list(zip(order, learn_centres(rows, len(order)), strict=False))
        if not centres:
            centres = list(head_centres(heads, columns).items())
        choices[-1] = [
            one if one is not None else by_place(row, centres)
            for one, row in zip(ordered, rows, strict=True)
        ]
    best = max(choices, key=lambda choice: _goodness(choice, rows))
    for (name, row), placed in zip(members, best, strict=True):
        _store(name, row, placed, order, reading)


def _goodness(choice: list[Placed | None], rows: list[FoundRow]) -> float:
    """Figures placed, less figures left over; a reading by heads wins a tie (it comes first)."""
    score = 0.0
    for placed, row in zip(choice, rows, strict=True):
        if placed is None:
            score -= len(solid(row.values))
        else:
            score += sum(cell is not None for cell in placed.cells.values()) - 2 * len(placed.loose)
            score -= 0 if placed.sure else 1
    return score


def _store(
    name: str, row: FoundRow, placed: Placed | None, order: list[str], reading: TableReading
) -> None:
    if placed is None:
        if solid(row.values):
            reading.unplaced[name] = row
        for column in order:
            if column != "?":
                reading.cells[f"t3.{name}.{column}"] = None
        return
    for column, cell in placed.cells.items():
        reading.cells[f"t3.{name}.{column}"] = cell
    if placed.loose:
        reading.loose[name] = placed.loose
    if not placed.sure:
        reading.unsure.append(name)
