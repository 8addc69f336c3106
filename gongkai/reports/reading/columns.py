"""Which figure of a row stands under which head.

Three ways, tried in this order of trust: the column of the grid under a head that can be read; the
order of the heads (also where they stand above each other, wrapped, or in another order than on
the form); the order of the form. Figures that cannot be placed without guessing stay unplaced.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from gongkai.reports.reading.forms import ColumnItem, best_column, is_head
from gongkai.reports.reading.normalise import label
from gongkai.reports.reading.rows import FoundCell, FoundRow, Mode
from gongkai.reports.reading.similarity import alike
from gongkai.reports.reading.values import Kind

_GROUP_WORDS = ("法人或其他组织", "法人和其他组织", "法人及其他组织", "法人其他组织")
_IGNORED_WORDS = (
    "申请人情况",
    "本列数据的勾稽关系为第一项加第二项之和等于第三项加第四项之和",
    "信息内容",
    "项目",
)
GROUP = "<group>"


@dataclass(slots=True)
class Placed:
    """Column → cell (``None``: nothing stands there). ``loose`` are figures without a column."""

    cells: dict[str, FoundCell | None] = field(default_factory=dict)
    loose: list[FoundCell] = field(default_factory=list)
    sure: bool = True


def solid(cells: Iterable[FoundCell]) -> list[FoundCell]:
    """The cells in which something stands."""
    return [cell for cell in cells if cell.value.kind is not Kind.EMPTY]


def head_name(text: str, columns: tuple[ColumnItem, ...]) -> str | None:
    """The column a head names, ``GROUP`` for 法人或其他组织, ``""`` for heads to pass over."""
    core = label(text).core
    if not core:
        return ""
    if any(alike(core, word) >= 0.75 for word in _GROUP_WORDS):
        return GROUP
    if len(core) >= 12 or any(alike(core, word) >= 0.75 for word in _IGNORED_WORDS):
        return ""
    return best_column(text, columns)


def head_order(rows: Sequence[FoundRow], columns: tuple[ColumnItem, ...]) -> list[str] | None:
    """The columns from left to right as their heads are read line by line.

    Heads under 法人或其他组织 take its place; an unknown head between known ones keeps a place
    (named ``?``). ``None`` when the heads do not name at least two thirds of the columns.
    """
    top: list[str] = []
    sub: list[str] = []
    level: dict[str, list[str]] = {}
    tokens = [
        (number, cell.text)
        for number, row in enumerate(rows)
        for cell in row.labels
        if not cell.above and cell.text
    ]
    position = 0
    grouped = False
    under = {column.name for column in columns} - {"natural", "total"}
    while position < len(tokens):
        number, text = tokens[position]
        name, used = head_name(text, columns), 1
        if name is None:
            name, used = _joined_head(tokens, position, columns)
        position += used
        if name == "":
            continue
        if name is None:
            if len(label(text).core) <= 8 and not is_head(label(text)):
                near = level.get(str(number))
                if near is not None:
                    near.append("?")
            continue
        if name in top or name in sub:
            break  # the heads are repeated from here on
        if name == GROUP:
            grouped = True
        place = sub if name in under else top
        place.append(name)
        level[str(number)] = place
    if grouped and not sub and "natural" in top and "total" in top:
        return ["?" if name == GROUP else name for name in top]  # organisations not told apart
    known = len([name for name in (*top, *sub) if name not in (GROUP, "?")])
    if known * 3 < len(columns) * 2:
        return None
    if grouped:
        order = [name for one in top for name in (sub if one == GROUP else [one])]
    elif len({id(place) for place in level.values()}) > 1 and len(level) == 1:
        order = [*top, *sub]
    else:
        order = _flat_order(rows, columns) or [*top[:1], *sub, *top[1:]]
    return order


def _joined_head(
    tokens: list[tuple[int, str]], position: int, columns: tuple[ColumnItem, ...]
) -> tuple[str | None, int]:
    """A head broken over lines: “社会”, “公益”, “组织”."""
    text = tokens[position][1]
    for used in range(2, 5):
        if position + used > len(tokens):
            break
        following = tokens[position + used - 1][1]
        if head_name(following, columns):
            break
        text += following
        name = head_name(text, columns)
        if name:
            return name, used
    return None, 1


def _flat_order(rows: Sequence[FoundRow], columns: tuple[ColumnItem, ...]) -> list[str] | None:
    """The order of heads that all stand in one row."""
    for row in rows:
        names = [head_name(cell.text, columns) for cell in row.labels if not cell.above]
        known = [name for name in names if name and name != GROUP]
        if len(known) * 3 >= len(columns) * 2 and len(set(known)) == len(known):
            return [name if name else "?" for name in names if name != ""]
    return None


# --- grids -----------------------------------------------------------------------------------------


def head_columns(
    heads: Sequence[FoundRow], data: Sequence[FoundRow], columns: tuple[ColumnItem, ...]
) -> dict[str, tuple[float, float]]:
    """Column → its place in a grid, from the heads above the columns in which figures stand."""
    starts: Counter[tuple[float, float]] = Counter()
    for row in data:
        for cell in row.values:
            starts[cell.x0, cell.x1] += 1
    if not starts:
        return {}
    often = max(starts.values())
    places = sorted(place for place, count in starts.items() if count * 2 >= often)
    found: dict[str, tuple[float, float]] = {}
    for place in places:
        stack = [
            cell
            for row in heads
            for cell in row.labels
            if min(cell.x1, place[1]) - max(cell.x0, place[0]) > 0.5 * (place[1] - place[0])
        ]
        name = _stack_name(stack, columns)
        if name and name not in found:
            found[name] = place
        elif name:
            return {}
    group = next(
        (c for row in heads for c in row.labels if head_name(c.text, columns) == GROUP), None
    )
    if (
        group is not None
        and group.x1 - group.x0 > 1
        and any(
            not group.x0 <= x0 < group.x1
            for name, (x0, _) in found.items()
            if name not in ("natural", "total")
        )
    ):
        return {}  # the heads' spans are wrong: columns of organisations beside their own head
    return found


def _stack_name(stack: Sequence[FoundCell], columns: tuple[ColumnItem, ...]) -> str | None:
    for cell in reversed(stack):
        name = head_name(cell.text, columns)
        if name and name != GROUP:
            return name
    pieces: list[str] = []
    for cell in stack:
        if head_name(cell.text, columns) is None and cell.text not in pieces:
            pieces.append(cell.text)
    return best_column("".join(pieces), columns) if len(pieces) > 1 else None


def under_heads(row: FoundRow, places: dict[str, tuple[float, float]]) -> Placed:
    """The figures of a row by the columns of the grid."""
    placed = Placed(dict.fromkeys(places))
    for cell in row.values:
        names = [
            name
            for name, (x0, x1) in places.items()
            if min(cell.x1, x1) - max(cell.x0, x0) > 0.5 * min(cell.x1 - cell.x0, x1 - x0)
        ]
        if cell.value.kind is Kind.EMPTY:
            continue
        if not names:
            placed.loose.append(cell)
            continue
        if (other := placed.cells[names[0]]) is not None:
            if other.value != cell.value:  # else the same figure in every field of its cell
                placed.loose.append(cell)
            continue
        placed.cells[names[0]] = cell
        if len(names) > 1 and cell.value.kind is Kind.NUMBER:
            placed.sure = False  # one figure merged over several columns
    return placed


# --- rows of cells, streams ------------------------------------------------------------------------


def same_columns(data: Sequence[FoundRow], heads: Sequence[FoundRow]) -> bool:
    """Whether the cells of rows and heads correspond: one grid, or lines of equally many cells."""
    if not heads:
        return False
    rows = [*data, *heads]
    if all(row.aligned for row in rows):
        return True
    return all(row.mode is Mode.CELLS and row.width == rows[0].width > 2 for row in rows)


def in_order(
    row: FoundRow, order: Sequence[str], width: int = 0, *, labels_span: bool = True
) -> Placed | None:
    """The figures of a row by their order, ``None`` when their number does not fit.

    ``width``: how many cells rows of this table usually have after the label; shorter rows of
    cells have lost their blanks at the end. ``labels_span``: a label may reach over columns, which
    leaves blanks before the figures.
    """
    wanted = len(order)
    cells = row.values
    filled = solid(cells)
    loose: list[FoundCell] = []
    if len(filled) == wanted:
        chosen: list[FoundCell] = filled
    elif len(cells) == wanted:
        chosen = list(cells)
    elif len(cells) > wanted:
        extra = len(cells) - wanted
        leading = not solid(cells[:extra])
        trailing = not solid(cells[-extra:])
        # Blanks before the figures stand for the columns over which the label reaches; one a line,
        # blanks after them belong to the next row.
        if leading and ((row.mode is not Mode.STREAM and labels_span) or not trailing):
            chosen = cells[extra:]
        elif trailing:
            chosen = cells[:wanted]
        elif len(filled) < len(cells) and len(filled) <= wanted:
            return None
        else:
            chosen, loose = cells[:wanted], solid(cells[wanted:])
    elif row.mode in (Mode.CELLS, Mode.STREAM) and width == wanted and len(cells) >= 2:
        chosen = cells
    elif not cells and row.mode in (Mode.CELLS, Mode.GRID):
        chosen = []
    else:
        return None
    placed = Placed(loose=loose)
    for place, name in enumerate(order):
        cell = chosen[place] if place < len(chosen) else None
        placed.cells[name] = None if cell is None or cell.value.kind is Kind.EMPTY else cell
    placed.cells.pop("?", None)
    return placed


# --- pieces on a page ------------------------------------------------------------------------------


def centre(cell: FoundCell) -> float:
    return (cell.x0 + cell.x1) / 2


def learn_centres(data: Sequence[FoundRow], wanted: int) -> list[float]:
    """Where the columns stand, from rows in which every column holds something."""
    full = [filled for row in data if len(filled := solid(row.values)) == wanted]
    if not full:
        return []
    centres = [median(centre(filled[place]) for filled in full) for place in range(wanted)]
    step = min((b - a for a, b in pairwise(centres)), default=0.0)
    spread = max(
        abs(centre(filled[place]) - centres[place]) for filled in full for place in range(wanted)
    )
    return centres if spread <= max(0.45 * step, 2.0) else []


def head_centres(heads: Sequence[FoundRow], columns: tuple[ColumnItem, ...]) -> dict[str, float]:
    """Where the columns stand, from heads whose pieces lie above each other."""
    pieces = [
        cell
        for row in heads
        for cell in row.labels
        if cell.text and head_name(cell.text, columns) not in ("", GROUP)
    ]
    found: dict[str, float] = {}
    for stack in stacks(pieces):
        name = _stack_name(stack, columns)
        if name is None:
            name = best_column("".join(cell.text for cell in stack), columns)
        if name and name not in found:
            found[name] = sum(map(centre, stack)) / len(stack)
    return found


def stacks(pieces: Sequence[FoundCell]) -> list[list[FoundCell]]:
    """Pieces that stand above each other, from left to right, each stack in reading order."""
    found: list[list[FoundCell]] = []
    for cell in sorted(pieces, key=centre):
        for stack in found:
            if all(min(cell.x1, one.x1) - max(cell.x0, one.x0) > 0 for one in stack):
                stack.append(cell)
                break
        else:
            found.append([cell])
    order = {id(cell): place for place, cell in enumerate(pieces)}
    return [sorted(stack, key=lambda cell: order[id(cell)]) for stack in found]


def by_place(row: FoundRow, centres: Sequence[tuple[str, float]]) -> Placed | None:
    """Figures under the nearest column, each column once and in order; ``None`` when unclear."""
    if len(centres) < 2:
        return None
    ordered = sorted(centres, key=lambda one: one[1])
    step = min(b[1] - a[1] for a, b in pairwise(ordered))
    placed = Placed({name: None for name, _ in ordered})
    last = -1
    for cell in solid(row.values):
        near = min(range(len(ordered)), key=lambda place: abs(ordered[place][1] - centre(cell)))
        if near <= last or abs(ordered[near][1] - centre(cell)) > max(0.75 * step, 2.0):
            return None
        placed.cells[ordered[near][0]] = cell
        last = near
    placed.cells.pop("?", None)
    return placed
