"""Coverage of 300 bodies with 2,000 entries each, against plain GROUP BYs over the same tables.

Baseline: what any program must at least do, one `SELECT organ, …, count(*) … GROUP BY` over the
duties, one over the publications and one over the obligations of the year, read to the end. They
join nothing and know no cycle.
"""

import json
import sys
from collections import deque
from datetime import date

import django

YEAR = 2024
TODAY = date(2024, 12, 31)
FIELDS = 26
CYCLES = ("event", "event", "event", "event", "yearly", "yearly", "quarterly", "monthly")


def fill(bodies: int, entries: int) -> None:
    """A government with its bodies, one catalogue, a duty for each pair, and what was published.

    Of eight entries four follow events, two a year, one a quarter, one a month. One duty in 25 is
    stated to be none of the body's business, one in 20 empty; one in nine was never published, the
    others one to twelve times; one obligation in seven is late, one in eleven was never met.
    """
    from django.db import connection

    from benchmarks.province import _insert
    from gongkai.catalogue.models import Field, StandardCatalogue
    from gongkai.organs.models import Organ

    root = Organ.objects.create(
        id=1, code="410000", name="基准市人民政府", kind="government", level="county",
        path="/410000/", depth=0,
    )  # fmt: skip
    Organ.objects.bulk_create(
        Organ(
            id=number, code=f"410000-{number:04d}", name=f"基准局{number}", kind="department",
            level="county", parent=root, path=f"/410000/410000-{number:04d}/", depth=1,
        )
        for number in range(2, bodies + 2)
    )  # fmt: skip
    Field.objects.bulk_create(
        Field(id=n, code=f"F{n}", name=f"领域{n}", order=n) for n in range(1, FIELDS + 1)
    )
    catalogue = StandardCatalogue.objects.create(
        id=1, organ=root, year=YEAR, version=1, title="基准目录"
    )
    _insert("catalogue_matter", {"id": "i", "organ_id": "1"}, entries)
    arms = " ".join(f"WHEN {n} THEN '{cycle}'" for n, cycle in enumerate(CYCLES))
    empty = dict.fromkeys(("level2", "elements", "basis", "subject", "cycle_by", "audience_specific", "pii_risk", "pii_rule", "coverage_test", "confidence", "time_limit_text"), "''")  # fmt: skip
    true = "TRUE" if connection.vendor == "postgresql" else "1"
    _insert(
        "catalogue_catalogueentry",
        {
            "id": "i", "catalogue_id": "1", "matter_id": "i", "code": "'E' || i",
            "field_id": f"1 + i % {FIELDS}", "seq": "i", "level1": "'事项' || i",
            "limit_days": "20", "day_type": "'workday'", "trigger": "'信息形成或变更'",
            "cycle": f"(CASE i % {len(CYCLES)} {arms} END)", "channels": "'[]'",
            "audience_all": true, "mode_proactive": true, "mode_on_request": f"NOT {true}",
            "level_county": true, "level_township": true, **empty,
        },
        entries,
    )  # fmt: skip
    catalogue.state, catalogue.in_force_from = "in_force", date(YEAR, 1, 1)
    catalogue.save()
    pairs = bodies * entries
    organ, entry = f"2 + i % {bodies}", f"1 + (i / {bodies}) % {entries}"
    stated = "i % 25 = 0 OR i % 20 = 1"
    _insert(
        "catalogue_duty",
        {
            "organ_id": organ, "entry_id": entry, "matter_id": entry,
            "state": "CASE WHEN i % 25 = 0 THEN 'not_applicable' WHEN i % 20 = 1 THEN 'empty' "
                     "ELSE 'applicable' END",
            "reason": f"CASE WHEN {stated} THEN '没有' ELSE '' END",
            "stated_on": f"CASE WHEN {stated} THEN {_on('0')} ELSE NULL END",
            "valid_until": f"CASE WHEN {stated} THEN {_on('365')} ELSE NULL END",
            "created_at": "CURRENT_TIMESTAMP", "updated_at": "CURRENT_TIMESTAMP",
        },
        pairs,
    )  # fmt: skip
    # As many links as duties: some pairs get several, one in nine gets none.
    spread = f"(i - i % 9 + 1 + i % 8) % {pairs}"
    organ, entry = f"2 + ({spread}) % {bodies}", f"1 + (({spread}) / {bodies}) % {entries}"
    day = _on("(i * 7919) % 366")
    _insert(
        "catalogue_publication",
        {
            "id": "i", "organ_id": organ, "source": "'bench'", "source_id": "CAST(i AS text)",
            "title": "'信息' || i", "url": "''", "formed_on": day, "published_on": day,
            "last_published_on": day,
        },
        pairs,
    )  # fmt: skip
    _insert(
        "catalogue_publicationlink",
        {
            "publication_id": "i", "matter_id": entry, "organ_id": organ, "published_on": day,
            "last_published_on": day, "elements_found": "i % 4", "elements_total": "4",
            "withdrawn_on": f"CASE WHEN i % 200 = 0 THEN {_on('366')} ELSE NULL END",
        },
        pairs,
    )  # fmt: skip
    late = "CASE WHEN i % 7 = 0 THEN 40 ELSE 20 END"
    _insert(
        "catalogue_occasion",
        {
            "organ_id": organ, "matter_id": entry, "entry_id": entry, "kind": "'formed'",
            "label": "''", "happened_on": day, "opens_on": day,
            "due_on": _on("(i * 7919) % 366 + 28"), "due_provisional": f"NOT {true}",
            "fulfilled_on": f"CASE WHEN i % 11 = 0 THEN NULL ELSE {_on(f'(i * 7919) % 366 + {late}')} END",
            "empty_reason": "''", "void_reason": "''", "created_at": "CURRENT_TIMESTAMP",
        },
        pairs,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def _on(number: str) -> str:
    """SQL for the date `number` days after the year's first."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"date('{YEAR}-01-01', '+' || ({number}) || ' days')"
    return f"(date '{YEAR}-01-01' + ({number})::int)"


def baseline() -> None:
    """The plain counts, with nothing made of them."""
    from django.db import connection

    with connection.cursor() as cursor:
        for sql in (
            "SELECT organ_id, state, count(*) FROM catalogue_duty GROUP BY organ_id, state",
            "SELECT organ_id, matter_id, count(*), max(last_published_on) "
            "FROM catalogue_publicationlink GROUP BY organ_id, matter_id",
        ):
            cursor.execute(sql)
            deque(cursor.fetchall(), maxlen=0)
        cursor.execute(
            "SELECT organ_id, kind, count(*), max(fulfilled_on) FROM catalogue_occasion "
            "WHERE due_on BETWEEN %s AND %s GROUP BY organ_id, kind",
            [date(YEAR, 1, 1), TODAY],
        )
        deque(cursor.fetchall(), maxlen=0)


def main(bodies: int, entries: int) -> None:
    """Fill the database of DATABASE_URL, measure, print one line of JSON."""
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from benchmarks.measure import seconds
    from gongkai.catalogue.queries import coverage as cov
    from gongkai.organs.models import Organ

    call_command("migrate", verbosity=0, interactive=False)
    fill(bodies, entries)
    window = cov.Window.year(YEAR, TODAY)
    organs = Organ.objects.all()
    with CaptureQueriesContext(connection) as asked:
        cells = cov.coverage(organs, window)
    total = cov.total(cells.values())
    assert total.duties == bodies * entries
    plain = seconds(baseline)
    ours = seconds(lambda: cov.by_organ(cov.coverage(organs, window)))
    one = Organ.objects.filter(pk=2)
    single = seconds(lambda: cov.coverage(one, window))
    print(
        json.dumps(
            {
                "duties": total.duties,
                "publications": total.published,
                "obligations": total.on_time + total.late + total.overdue,
                "statements": len(asked),
                "plain": plain,
                "coverage": ours,
                "single": single,
            }
        )
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
