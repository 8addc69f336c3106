"""Which found row is which row of the form: the best chain of matches in printed order.

Labels alone do not say it (“1.”, “3.其他” and “总计” occur several times, words are misprinted, cut
or wrapped), their order does. Every pair of a found row and a row of the form that are alike
enough is a *point* with a weight; the chain of points that ascends in both orders and weighs most,
after paying for rows left out on either side, is the reading. Rows before and after the chain cost
nothing, so prose and other tables around it do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from gongkai.reports.reading.document import Deadline
from gongkai.reports.reading.forms import Item, is_head, resembles
from gongkai.reports.reading.headings import heading_of
from gongkai.reports.reading.normalise import Label, label
from gongkai.reports.reading.rows import FoundCell, FoundRow, Mode
from gongkai.reports.reading.similarity import SURE

#: Prices, in the unit of a perfect match without figures (2.0).
MISSING_ROW = 0.45
EXTRA_LABELLED = 0.5
EXTRA_FIGURES = 0.35
JOIN = 0.08
MAX_JOINED = 6
MAX_POINTS = 1500
MOST_FIGURES = 12


@dataclass(slots=True)
class Match:
    """Found rows ``start``…``end`` (exclusive; joined when a cell was broken) are ``item``."""

    item: Item
    start: int
    end: int
    likeness: float
    printed: str
    ordered: bool = True

    @property
    def rows(self) -> range:
        return range(self.start, self.end)


@dataclass(slots=True)
class Alignment:
    """The reading of one table under one format."""

    score: float
    matches: list[Match] = field(default_factory=list)
    extras: list[int] = field(default_factory=list)

    @property
    def start(self) -> int:
        return min(match.start for match in self.matches)

    @property
    def end(self) -> int:
        return max(match.end for match in self.matches)

    def by_name(self) -> dict[str, Match]:
        return {match.item.name: match for match in self.matches}


@dataclass(slots=True)
class _Point:
    start: int
    end: int
    place: int
    weight: float
    likeness: float
    printed: str


def align(rows: Sequence[FoundRow], items: Sequence[Item], deadline: Deadline) -> Alignment:
    """The best chain of ``items`` in ``rows``; without any match its score is 0."""
    places = {f"{item.table}:{item.name}": place for place, item in enumerate(items)}
    points = _points(rows, items, places)
    deadline.check()
    if not points:
        return Alignment(0.0)
    chain, score = _best_chain(rows, items, points)
    matches = [Match(items[p.place], p.start, p.end, p.likeness, p.printed) for p in chain]
    found = Alignment(score, matches)
    _rescue(rows, items, points, found)
    found.extras = _extras(rows, found)
    return found


def _points(
    rows: Sequence[FoundRow], items: Sequence[Item], places: Mapping[str, int]
) -> list[_Point]:
    points: list[_Point] = []
    for start, row in enumerate(rows):
        if row.mode is Mode.TEXT and not row.values:
            continue
        own = row.own
        if row.labels:
            points += _row_points(rows, items, places, start, start + 1, own, row)
        if row.mode is not Mode.TEXT and not _complete(row, own):
            points += _joined_points(rows, items, places, start)
    if len(points) > MAX_POINTS:
        points.sort(key=lambda point: -point.weight)
        del points[MAX_POINTS:]
    points.sort(key=lambda point: (point.start, point.place))
    return points


def _complete(row: FoundRow, own: Label) -> bool:
    """A row that needs no neighbour: its label is a whole label, or nothing on it is of a table."""
    if row.figures and row.labels and max(resembles(own).values(), default=0.0) >= 0.97:
        return True
    return not row.figures and is_head(own)


def _row_points(
    rows: Sequence[FoundRow],
    items: Sequence[Item],
    places: Mapping[str, int],
    start: int,
    end: int,
    own: Label,
    row: FoundRow,
) -> list[_Point]:
    likenesses = resembles(own)
    if not likenesses:
        return []
    best = max(likenesses.values())
    filled = max(len(rows[number].values) for number in range(start, end))
    if any(rows[number].numbers > MOST_FIGURES for number in range(start, end)):
        return []  # table four's row of fifteen
    found: list[_Point] = []
    for key, likeness in likenesses.items():
        place = places.get(key)
        if place is None or likeness < best - 0.35:
            continue
        item = items[place]
        weight = 4 * (likeness - 0.5)
        if own.number and item.number:
            same = own.number == item.number and own.style == item.style
            weight += 0.25 if same else -0.2 if own.style == item.style else 0.0
        if item.kind == "row":
            weight += _fullness(item, filled)
            weight += _context(row, item)
        else:
            weight *= 0.15 if any(rows[number].figures for number in range(start, end)) else 0.3
        weight -= JOIN * (end - start - 1)
        if weight > 0:
            printed = own.core if end - start > 1 else row.labels[-1].text
            found.append(_Point(start, end, place, weight, likeness, printed))
    return found


def _fullness(item: Item, cells: int) -> float:
    """What the cells right of a label speak for it: nothing without them, most with a full row."""
    if not cells:
        return -0.4
    return 0.5 if item.table == "t2" else 0.2 + 0.045 * min(cells, 7)


def _context(row: FoundRow, item: Item) -> float:
    """Whether the cells left of the label name the head the item stands under."""
    if len(row.labels) < 2 or not item.heads:
        return 0.0
    for cell in reversed(row.labels[:-1]):
        heads = [
            (likeness, key.partition(":")[2])
            for key, likeness in resembles(label(cell.text)).items()
            if ":head:" in key
        ]
        if heads:
            return 0.3 if max(heads)[1] in item.heads else -0.6
    return 0.0


def _joined_points(
    rows: Sequence[FoundRow], items: Sequence[Item], places: Mapping[str, int], start: int
) -> list[_Point]:
    """Readings of a row whose label is broken over several found rows."""
    found: list[_Point] = []
    first = rows[start]
    figures = 1 if first.figures else 0
    for end in range(start + 2, min(start + MAX_JOINED, len(rows)) + 1):
        row = rows[end - 1]
        if row.mode is Mode.TEXT or row.mode is Mode.CELLS is not first.mode:
            break
        if not row.labels and not row.values:
            continue
        if row.labels and _complete(row, row.own):
            break
        figures += 1 if row.figures else 0
        if figures > 1:
            break
        texts = joined_labels(rows[start:end])
        if not texts:
            continue
        text = max(texts, key=lambda one: max(resembles(label(one)).values(), default=0.0))
        anchor = next((one for one in rows[start:end] if one.figures and one.labels), first)
        own = label(text)
        # Joining must make a better label than the row of figures has, and no worse one than a
        # row without figures: a label that is whole does not go on below.
        likeness = max(resembles(own).values(), default=0.0)
        beside = _likeness([one for one in rows[start:end] if one.figures])
        alone = _likeness([one for one in rows[start:end] if not one.figures])
        if likeness >= alone and (likeness > beside or (figures and not anchor.figures)):
            found += _row_points(rows, items, places, start, end, own, anchor)
    return found


def _likeness(rows: Sequence[FoundRow]) -> float:
    """The best likeness of any of the rows' own labels."""
    return max(
        (max(resembles(row.own).values(), default=0.0) for row in rows if row.labels), default=0.0
    )


def joined_labels(rows: Sequence[FoundRow]) -> list[str]:
    """The labels that the pieces in one column of several rows may make together.

    The column is that of the piece nearest to the figures, or of the longest last piece.
    """
    last = [row.labels[-1] for row in rows if row.labels and not row.labels[-1].above]
    if not last:
        return []
    if all(row.mode in (Mode.STREAM, Mode.TEXT) and not row.spaced for row in rows):
        one_column = all(_overlap(cell, last[0]) >= 0.5 for cell in last)
        if one_column or all(cell.x0 == 0.0 for cell in last):
            return ["".join(cell.text for row in rows for cell in row.labels if not cell.above)]
    beside = [row.labels[-1] for row in rows if row.labels and row.figures]
    references = [*beside[:1], max(last, key=lambda cell: (len(cell.text), cell.x0))]
    found: dict[str, None] = {}
    for reference in references:
        text = "".join(
            cell.text
            for row in rows
            for cell in row.labels
            if not cell.above and (cell is reference or _overlap(cell, reference) >= 0.5)
        )
        found[text] = None
    return list(found)


def _overlap(first: FoundCell, second: FoundCell) -> float:
    """How much of the shorter of two pieces stands above or below the other."""
    shared = min(first.x1, second.x1) - max(first.x0, second.x0)
    return shared / max(min(first.x1 - first.x0, second.x1 - second.x0), 0.01)


def _best_chain(
    rows: Sequence[FoundRow], items: Sequence[Item], points: list[_Point]
) -> tuple[list[_Point], float]:
    paid = [0.0, *accumulate(_price(row) for row in rows)]
    missing = [0.0, *accumulate(MISSING_ROW if item.kind == "row" else 0.0 for item in items)]
    best: list[float] = []
    before: list[int] = []
    for number, point in enumerate(points):
        top, link = 0.0, -1
        for earlier in range(number - 1, -1, -1):
            other = points[earlier]
            if other.end > point.start or other.place >= point.place:
                continue
            value = (
                best[earlier]
                - (paid[point.start] - paid[other.end])
                - (missing[point.place] - missing[other.place + 1])
            )
            if value > top:
                top, link = value, earlier
        best.append(top + point.weight)
        before.append(link)
    last = max(range(len(points)), key=best.__getitem__)
    score = best[last]
    chain: list[_Point] = []
    while last >= 0:
        chain.append(points[last])
        last = before[last]
    chain.reverse()
    return chain, score


def _price(row: FoundRow) -> float:
    """What it costs to leave a found row out inside a table."""
    if row.figures:
        return EXTRA_LABELLED if row.labels else EXTRA_FIGURES
    if row.mode is Mode.TEXT:
        return 0.3
    return 0.02


def _rescue(
    rows: Sequence[FoundRow], items: Sequence[Item], points: list[_Point], found: Alignment
) -> None:
    """Rows out of order whose label leaves no doubt, and a row whose label is lost."""
    taken = {number for match in found.matches for number in match.rows}
    named = {match.item.name for match in found.matches}
    first, last = found.start - 4, found.end + 4
    segments = {rows[number].segment for number in taken}
    for point in sorted(points, key=lambda one: -one.weight):
        item = items[point.place]
        rest = range(point.start, point.end)
        if (
            item.kind == "row"
            and item.name not in named
            and point.likeness >= SURE
            and len(item.variants[0]) > 2
            and not taken.intersection(rest)
            and first <= point.start <= last
            and rows[point.start].segment in segments
            and any(rows[number].figures for number in rest)
        ):
            found.matches.append(
                Match(item, point.start, point.end, point.likeness, point.printed, ordered=False)
            )
            taken.update(rest)
            named.add(item.name)
    found.matches.sort(key=lambda match: match.start)
    _fill_gaps(rows, items, found)


def _fill_gaps(rows: Sequence[FoundRow], items: Sequence[Item], found: Alignment) -> None:
    """Figures without a label between two known rows, as many as rows of the form lie between."""
    order = {item.name: place for place, item in enumerate(items)}
    ordered = [match for match in found.matches if match.ordered]
    for earlier, later in pairwise(ordered):
        between = [
            item
            for item in items[order[earlier.item.name] + 1 : order[later.item.name]]
            if item.kind == "row" and item.name not in found.by_name()
        ]
        nameless = [
            number
            for number in range(earlier.end, later.start)
            if rows[number].figures >= 3 and not any(not c.above for c in rows[number].labels)
        ]
        if between and len(between) == len(nameless):
            for item, number in zip(between, nameless, strict=True):
                found.matches.append(Match(item, number, number + 1, 0.0, "", ordered=True))
    found.matches.sort(key=lambda match: match.start)


def _extras(rows: Sequence[FoundRow], found: Alignment) -> list[int]:
    """Rows with figures inside the table (or right after it in the same grid) that are no row of
    the form."""
    taken = {number for match in found.matches for number in match.rows if match.item.kind == "row"}
    last = found.end
    table = found.matches[0].item.table
    while (
        last < len(rows)
        and rows[last].segment == rows[found.end - 1].segment
        and rows[last].mode in (Mode.GRID, Mode.CELLS)
        and not _elsewhere(rows[last], table)
    ):
        last += 1
    return [
        number
        for number in range(found.start, last)
        if number not in taken and rows[number].figures and rows[number].mode is not Mode.TEXT
    ]


def _elsewhere(row: FoundRow, table: str) -> bool:
    """Whether a row belongs to what follows a table in the same grid."""
    if any(heading_of(cell.text) or is_head(label(cell.text)) for cell in row.labels):
        return True
    return any(
        likeness >= SURE and not key.startswith(table)
        for key, likeness in resembles(row.own).items()
    )
