"""A province in a database of its own: 3,000 bodies, 1,000,000 requests, 3,000,000 decisions.

The rows are made inside the database from their numbers, so filling takes seconds and every
run and both engines hold the same data.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection

YEARS = (2023, 2024, 2025)
FIRST_DAY = date(YEARS[0], 1, 1)
DAYS = 1096  # 2023 to 2025, a leap year among them

PERMIT_KINDS = ("permit", "service", "penalty", "coercion")
APPLICANT_KINDS = ("natural", "enterprise", "research", "welfare", "legal", "other")


@dataclass(frozen=True)
class Size:
    """How many rows; the benchmark compares a tenth with the whole to see what grows."""

    bodies: int = 3_000
    requests: int = 1_000_000
    decisions: int = 3_000_000

    def tenth(self) -> "Size":
        return Size(self.bodies, self.requests // 10, self.decisions // 10)


def _day(number: str) -> str:
    """SQL for the date `number` days after the first."""
    if connection.vendor == "sqlite":
        return f"date('{FIRST_DAY.isoformat()}', '+' || ({number}) || ' days')"
    return f"(date '{FIRST_DAY.isoformat()}' + ({number})::int)"


def _choice(values: tuple[str, ...], number: str) -> str:
    """SQL for one of `values`, chosen by a number."""
    arms = " ".join(f"WHEN {place} THEN '{value}'" for place, value in enumerate(values))
    return f"(CASE ({number}) % {len(values)} {arms} END)"


def _insert(table: str, columns: dict[str, str], count: int) -> None:
    """`count` rows numbered i = 1 … count, each column an SQL expression over i."""
    names = ", ".join(columns)
    values = ", ".join(columns.values())
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) "
            f"WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
            f"SELECT {values} FROM n"
        )


def fill(size: Size, outcomes: tuple[str, ...]) -> None:
    """Fill an empty, migrated database with a province of this size."""
    _fill_bodies(size.bodies)
    now = "CURRENT_TIMESTAMP"
    # A large prime spreads the rows over the bodies, as acts come in by day and not by body.
    organ = f"1 + (i * 7919) % {size.bodies}"
    day = f"(i * 104729) % {DAYS}"
    _insert(
        "registers_decision",
        {
            "organ_id": organ,
            "kind": _choice(PERMIT_KINDS, "i / 7"),
            "document_number": "'D' || i",
            "title": "'决定' || i",
            "decided_on": _day(day),
            "void_reason": "''",
            "created_at": now,
            "updated_at": now,
        },
        size.decisions,
    )
    still_open = f"({day}) + 10 + i % 30 >= {DAYS} OR i % 50 = 0"
    _insert(
        "foi_foirequest",
        {
            "id": "i",
            "organ_id": organ,
            "number": "'R' || i",
            "channel": "'online'",
            "applicant_kind": _choice(APPLICANT_KINDS, "i / 11"),
            "subject": "'申请内容' || i",
            "received_on": _day(day),
            "state": f"CASE WHEN {still_open} THEN 'running' ELSE 'delivered' END",
            "outcome": f"CASE WHEN {still_open} THEN '' ELSE {_choice(outcomes, 'i / 13')} END",
            "outcome_subtype": "''",
            "decided_on": f"CASE WHEN {still_open} THEN NULL ELSE {_day(f'({day}) + 10 + i % 30')} END",
            "due_provisional": "FALSE",
        },
        size.requests,
    )
    for seq, kind, after in ((1, "received", "0"), (2, "decided", "10 + i % 30")):
        _insert(
            "foi_foievent",
            {
                "request_id": "i",
                "seq": str(seq),
                "type": f"'{kind}'",
                '"on"': _day(f"({day}) + {after}"),
                "data": """'{"channel": "online"}'"""
                if kind == "received"
                else """'{"outcome": "GRANT"}'""",
                "recorded_at": now,
                "recorded_by": "'基准'",
            },
            size.requests,
        )
    with connection.cursor() as cursor:
        # On PostgreSQL the vacuum marks pages all-visible, as autovacuum would have by morning;
        # without it no index-only scan pays off for the baseline or for us.
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _fill_bodies(count: int) -> None:
    """One province, 17 cities, 157 counties, and departments under each of them."""
    from gongkai.organs.models import Organ

    governments = [Organ(id=1, code="410000", name="基准省人民政府", kind="government",
                         level="province", path="/410000/", depth=0)]  # fmt: skip
    for number in range(1, 18):
        _add(governments, governments[0], f"41{number:02d}00", "prefecture")
    for number in range(157):
        city = governments[1 + number % 17]
        _add(governments, city, f"{city.code[:4]}{number // 17 + 1:02d}", "county")
    bodies = list(governments)
    while len(bodies) < count:
        number = len(bodies)
        parent = governments[number % len(governments)]
        bodies.append(
            Organ(
                id=number + 1,
                code=f"{parent.code}-{number:04d}",
                name=f"基准局{number}",
                kind="department",
                level=parent.level,
                parent_id=parent.id,
                path=f"{parent.path}{parent.code}-{number:04d}/",
                depth=parent.depth + 1,
            )
        )
    Organ.objects.bulk_create(bodies[:count], batch_size=500)


def _add(governments: list, parent, code: str, level: str) -> None:
    governments.append(
        type(parent)(
            id=len(governments) + 1,
            code=code,
            name=f"基准政府{code}",
            kind="government",
            level=level,
            parent_id=parent.id,
            path=f"{parent.path}{code}/",
            depth=parent.depth + 1,
        )
    )
