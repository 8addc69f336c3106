"""The dashboard of disclosure requests: its figures by hand, beside what the page asks for.

`bare`: the fewest statements, written by hand, that give the figures of the page: what came and what
was decided, day by day of two years; what was open when they began; what is overdue; the same by
body; the fees that were paid. Written with the indexes of the tables in mind: the goal is what the
database can do, not a straw man.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

TODAY = datetime.now(tz=ZoneInfo("Asia/Shanghai")).date()
YEAR = 2025
NOW, THEN = (date(YEAR, 1, 1), date(YEAR, 12, 31)), (date(YEAR - 1, 1, 1), date(YEAR - 1, 12, 31))
LATE = "due_on < %s AND state IN ('running', 'paused', 'decided')"
ENDED = (
    "count(*), count(CASE WHEN NOT answered_late THEN 1 END), count(CASE WHEN answered_late THEN 1 END), "
    "count(result_days), sum(result_days)"
)
FROM = "FROM foi_foirequest r WHERE r.organ_id {organs} AND"
FEES = (
    "SELECT count(DISTINCT e.request_id), sum(CAST(e.data ->> 'amount' AS integer)) FROM foi_foievent e "
    "JOIN foi_foirequest r ON r.id = e.request_id "
    "WHERE r.organ_id + 0 {organs} AND e.type = 'fee_paid' AND e.\"on\" BETWEEN %s AND %s"
)
BOTH = (THEN[0], NOW[1])  # two whole years: one stretch
MONTHS = (
    (
        f"SELECT received_on, count(*) {FROM} received_on BETWEEN %s AND %s GROUP BY received_on",
        BOTH,
    ),
    (
        f"SELECT decided_on, outcome, {ENDED} {FROM} decided_on BETWEEN %s AND %s GROUP BY decided_on, outcome",
        BOTH,
    ),
    (f"SELECT received_on, count(*) {FROM} {LATE} GROUP BY received_on", (TODAY,)),
    (
        f"SELECT count(*), count(CASE WHEN received_on < %s THEN 1 END) {FROM} decided_on IS NULL "
        "AND received_on < %s",
        (THEN[0], NOW[0]),
    ),
    (
        "SELECT count(CASE WHEN decided_on >= %s THEN 1 END), count(CASE WHEN received_on < %s THEN 1 END) "
        f"{FROM} decided_on >= %s AND received_on < %s",
        (NOW[0], THEN[0], THEN[0], NOW[0]),
    ),
    (FEES, NOW),
    (FEES, THEN),
)
BODIES = (
    (
        "SELECT organ_id, count(CASE WHEN received_on >= %s THEN 1 END), count(CASE WHEN received_on < %s THEN 1 END) "
        f"{FROM} received_on BETWEEN %s AND %s GROUP BY organ_id",
        (NOW[0], NOW[0], *BOTH),
    ),
    (
        f"SELECT organ_id, outcome, {ENDED} {FROM} decided_on BETWEEN %s AND %s GROUP BY organ_id, outcome",
        NOW,
    ),
    (
        f"SELECT organ_id, count(*) {FROM} decided_on IS NULL AND received_on < %s GROUP BY organ_id",
        NOW[:1],
    ),
    (
        f"SELECT organ_id, count(*) {FROM} decided_on >= %s AND received_on < %s GROUP BY organ_id",
        (NOW[0], NOW[0]),
    ),
    (f"SELECT organ_id, count(*) {FROM} {LATE} GROUP BY organ_id", (TODAY,)),
    (
        "SELECT id, code, name, short_name, path FROM organs_organ WHERE id {organs} ORDER BY path",
        (),
    ),
)


def fill() -> None:
    """Whether each answer was in time, and how long it took: every ninth was late."""
    from django.db import connection

    late = (
        "id % 9 = 0"
        if connection.vendor == "postgresql"
        else "CASE WHEN id % 9 = 0 THEN 1 ELSE 0 END"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE foi_foirequest SET answered_late = {late}, result_days = 7 + id % 22 "
            "WHERE decided_on IS NOT NULL"
        )


def bare(statements: Any, organ: int = 0) -> Callable[[], int]:
    """The figures by hand: of one body, or with 0 of all."""
    from django.db import connection

    organs = f"= {organ}" if organ else "IN (SELECT id FROM organs_organ)"

    def run() -> int:
        with connection.cursor() as cursor:
            rows = 0
            for sql, values in statements:
                cursor.execute(sql.replace("{organs}", organs), [day.isoformat() for day in values])
                rows += len(cursor.fetchall())
            return rows

    return run


def cases(organ: int) -> list[tuple[str, str, str, Callable[[], int]]]:
    """(screen, who, address, the figures by hand) for `foi`; `organ` is the officer's body."""
    whole = f"/staff/foi/dashboard/?year={YEAR}&first=1&last=12"
    return [
        ("dashboard of all bodies by month", "office", whole, bare(MONTHS)),
        ("dashboard of all bodies by body", "office", f"{whole}&by=organ", bare(MONTHS + BODIES)),
        ("dashboard of an officer's body", "officer", whole, bare(MONTHS, organ)),
    ]
