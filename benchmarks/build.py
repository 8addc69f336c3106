"""All bodies' reports of a year, built and checked, against one plain GROUP BY.

Baseline: what any program must at least do, one `SELECT organ, …, count(*) … GROUP BY` over
each of the two large tables, for the same year and the same records (so that the same indexes
serve it), read to the end.
"""

import json
import sys
from collections import deque
from datetime import date

import django

YEAR = 2024


def baseline() -> None:
    """The plain counts, with nothing made of them."""
    from django.db import connection

    first, last = date(YEAR, 1, 1), date(YEAR, 12, 31)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organ_id, kind, count(*) FROM registers_decision "
            "WHERE voided_at IS NULL AND decided_on BETWEEN %s AND %s GROUP BY organ_id, kind",
            [first, last],
        )
        deque(cursor.fetchall(), maxlen=0)
        cursor.execute(
            "SELECT organ_id, applicant_kind, outcome, count(*) FROM foi_foirequest "
            "WHERE received_on <= %s AND (decided_on IS NULL OR decided_on >= %s) "
            "GROUP BY organ_id, applicant_kind, outcome",
            [last, first],
        )
        deque(cursor.fetchall(), maxlen=0)


def build_and_check() -> int:
    """Every body's report: cells, totals, sums of subtrees, every constraint. Returns how many."""
    from gongkai.reports.build import build_all

    count = 0
    for report in build_all(YEAR):
        assert not report.violations
        count += 1
    return count


def main(requests: int, decisions: int, bodies: int) -> None:
    """Fill the database of DATABASE_URL, measure, print one line of JSON."""
    django.setup()
    from django.core.management import call_command

    from benchmarks.measure import peak_memory, seconds
    from benchmarks.province import Size, fill
    from gongkai.statute.outcomes import OUTCOMES

    call_command("migrate", verbosity=0, interactive=False)
    filling = seconds(lambda: fill(Size(bodies, requests, decisions), tuple(OUTCOMES)), runs=1)
    baseline()  # once, so that both begin with warm caches
    plain = seconds(baseline)
    memory_before = peak_memory()
    reports = build_and_check()
    memory_after = peak_memory()
    built = seconds(build_and_check)
    print(
        json.dumps(
            {
                "filling": filling,
                "plain": plain,
                "built": built,
                "reports": reports,
                "memory": memory_after - memory_before,
            }
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]))
