"""Table three: requests received and handled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from gongkai.reports.reading.align import Alignment, Match
from gongkai.reports.reading.columns import (
    GROUP,
    Placed,
    by_place,
    head_centres,
    head_columns,
    head_name,
    head_order,
    in_order,
    learn_centres,
    same_columns,
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
    broken: list[str] = field(default_factory=list)
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
        if number not in taken and not rows[number].figures and _names_columns(rows[number])
    ]


def _names_columns(row: FoundRow) -> bool:
    """Whether a row names at least two columns: heads repeated at the top of a page."""
    names = {head_name(cell.text, request_columns()) for cell in row.labels if not cell.above}
    return len(names - {None, "", GROUP}) >= 2


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
    order = _order_of(heads, usual)
    if order is None or (len(order) != usual and usual == len(default)):
        order = default
    reading.unknown_columns = [name for name in order if name == "?"]
    groups: dict[tuple[int, int], list[tuple[str, FoundRow]]] = defaultdict(list)
    for name, row in data:
        groups[row.segment, row.page if row.mode is Mode.LAYOUT else 0].append((name, row))
    pieces = broken_figures(rows, found)
    for (segment, page), members in groups.items():
        near = [row for row in (*heads, *repeated) if row.segment == segment]
        if members[0][1].mode is Mode.LAYOUT:
            near = [row for row in near if row.page == page]
            if len(head_centres(near, columns)) < 3:
                near = heads
        _place_group(members, near, order, width, [row for _, row in data], reading)
    leave_out(reading, pieces)
    return reading


def broken_figures(rows: Sequence[FoundRow], found: Alignment) -> set[int]:
    """The cells (by identity) above or below which a line without a label of its own goes on:
    figures too long for their column, of which only a part stands in the row."""
    item_of = {number: match.item for match in found.matches for number in match.rows}
    broken: set[int] = set()
    for number in found.extras:
        stray = rows[number]
        if stray.mode is not Mode.LAYOUT:
            continue
        for near in (number - 2, number - 1, number + 1, number + 2):
            item = item_of.get(near)
            if item is None or rows[near].page != stray.page:
                continue
            if stray.labels and not any(stray.own.core in variant for variant in item.variants):
                continue
            broken |= {
                id(cell)
                for cell in rows[near].values
                for piece in stray.values
                if min(cell.x1, piece.x1) > max(cell.x0, piece.x0)
            }
    strays = [number for number in found.extras if rows[number].mode is Mode.LAYOUT]
    for match in found.matches:
        # A row whose few figures may be the ends of others', the rest of it being astray.
        row = row_of(rows, match)
        if (
            match.item.table == "t3"
            and row.mode is Mode.LAYOUT
            and 0 < row.figures <= 2
            and any(match.start - 3 <= number < match.end + 3 for number in strays)
        ):
            broken.update(id(cell) for cell in row.values)
    return broken


def leave_out(reading: TableReading, pieces: set[int]) -> None:
    """Take figures of which only a part was read out of a reading."""
    for cell_id, cell in reading.cells.items():
        if cell is not None and id(cell) in pieces:
            reading.cells[cell_id] = None
            reading.broken.append(cell_id)


def _order_of(heads: list[FoundRow], usual: int) -> list[str] | None:
    """The columns from left to right; heads that stand on a page are ordered by their places."""
    columns = request_columns()
    if any(row.spaced for row in heads):
        centres = head_centres(heads, columns)
        without_totals = len(centres) == len(columns) - 1 and "total" not in centres and usual < 7
        if len(centres) == len(columns) or 5 <= len(centres) == usual or without_totals:
            return sorted(centres, key=lambda name: centres[name])
        return None
    return head_order(heads, columns)


def _place_group(
    members: list[tuple[str, FoundRow]],
    heads: list[FoundRow],
    order: list[str],
    width: int,
    everything: Sequence[FoundRow],
    reading: TableReading,
) -> None:
    columns = request_columns()
    rows = [row for _, row in members]
    # Where blanks between figures have left a trace, those missing at the end of the table are
    # the last ones: what follows the table stands at another distance.
    traced = rows[0].mode is Mode.STREAM and any(
        len(solid(row.values)) < len(row.values) for row in rows
    )
    ordered = [
        in_order(row, order, len(order) if traced and row is rows[-1] else width) for row in rows
    ]
    choices: list[list[Placed | None]] = [ordered]
    if same_columns(rows, [row for row in heads if len(row.labels) > 1]):
        places = head_columns(heads, rows, columns)
        if len(places) >= 5 or (places and len(places) == len(order)):
            choices.insert(0, [under_heads(row, places) for row in rows])
    if None in ordered and any(row.spaced for row in rows):
        centres: list[tuple[str, float]] = []
        for known in (rows, everything):  # rows of this page, else of all
            spaced = [row for row in known if row.spaced]
            centres = centres or list(zip(order, learn_centres(spaced, len(order)), strict=False))
        if not centres:
            centres = list(head_centres(heads, columns).items())
        choices[-1] = [
            one if one is not None or not row.spaced else by_place(row, centres)
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
