"""Staff lists of 1,000,000 items: what the database does for a page, against the bare SQL.

Baseline (`bare`): the fewest statements that give the same page (the count, the keys of a deep
page, its rows with the names of body and column), written by hand and run on a bare cursor, their
rows fetched and nothing done with them. `list`: the statements upon items that the screen sends,
timed where they leave for the database. `page`: the whole answer by Django's test client, with
session, permissions, filters, ORM, templates and the frame of the staff shell; what does not
depend on the number of items is in `frame`, a list without a row.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

BODIES = 300
COLUMNS = 60
PAGE = 50
RUNS = 30
WARM = 3
WORDS = ("住房", "教育", "医疗", "财政", "交通", "环保", "就业", "养老", "应急", "水利")


def fill(count: int) -> None:
    """A county's bodies and columns, and `count` items, made inside the database."""
    from django.db import connection

    from benchmarks.province import _choice, _insert
    from gongkai.catalogue.models import Column
    from gongkai.disclosure.models import DisclosedItem
    from gongkai.organs.models import Organ

    top = Organ.objects.create(
        id=1, code="410000", name="基准市人民政府", kind="government", level="county",
        path="/410000/", depth=0,
    )  # fmt: skip
    Organ.objects.bulk_create(
        Organ(
            id=number, code=f"410000-{number:03d}", name=f"基准局{number}", kind="department",
            level="county", parent=top, path=f"/410000/410000-{number:03d}/", depth=1,
        )
        for number in range(2, BODIES + 1)
    )  # fmt: skip
    Column.objects.bulk_create(
        Column(id=number, slug=f"c{number}", title=f"栏目{number}", kind="notice", owner=top)
        for number in range(1, COLUMNS + 1)
    )
    sqlite = connection.vendor == "sqlite"
    # Items come in by the minute; formation lies up to a month before.
    moment = (
        "datetime('2024-01-01', '+' || (i / 2) || ' minutes')"
        if sqlite
        else "(timestamptz '2024-01-01 00:00+00' + (i / 2) * interval '1 minute')"
    )
    day = (
        "date('2023-12-20', '+' || (i / 2880 + i % 20) || ' days')"
        if sqlite
        else "(date '2023-12-20' + (i / 2880 + i % 20)::int)"
    )
    live = "i % 25 <> 0"
    values = {
        "organ_id": f"2 + (i * 7919) % {BODIES - 1}",
        "column_id": f"1 + (i / 7) % {COLUMNS}",
        "title": f"'关于' || {_choice(WORDS, 'i / 3')} || '工作第' || i || '号事项的通知'",
        "document_number": "CASE WHEN i % 3 = 0 THEN '基准〔2024〕' || i || '号' ELSE '' END",
        "body": "'<p>' || i || '</p>'",
        "index_number": f"CASE WHEN {live} THEN '410000/2024-' || i ELSE NULL END",
        "document_kind": _choice(("information", "policy", "normative"), "i / 11"),
        "disclosure_attribute": "'proactive'",
        "status": f"CASE WHEN {live} THEN 'published' ELSE 'draft' END",
        "published_at": f"CASE WHEN {live} THEN {moment} ELSE NULL END",
        "formed_on": day,
        "created_at": moment,
        "updated_at": moment,
        "keywords": "'[]'",
        "live": live if not sqlite else f"CASE WHEN {live} THEN 1 ELSE 0 END",
    }
    nothing = {"BooleanField": "0" if sqlite else "FALSE"}
    for field in DisclosedItem._meta.concrete_fields:
        if field.column not in values and not field.null and not field.primary_key:
            kind = field.get_internal_type()
            values[field.column] = nothing.get(kind, "0" if "Integer" in kind else "''")
    _insert("disclosure_discloseditem", values, count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if sqlite else "VACUUM ANALYZE")


# -- the bare SQL of each page ---------------------------------------------------------------------

SHOWN = (
    "SELECT i.id, i.title, i.document_number, i.status, i.step, i.returned, i.formed_on, "
    "i.published_at, i.updated_at, o.name, o.short_name, c.title FROM disclosure_discloseditem i "
    "JOIN organs_organ o ON o.id = i.organ_id JOIN catalogue_column c ON c.id = i.column_id "
)
ORDER = " ORDER BY i.updated_at DESC, i.id DESC "
BACK = " ORDER BY i.updated_at, i.id "


def bare(
    where: str, values: list[Any], offset: int, total: int, *, cap: int = 0
) -> Callable[[], int]:
    """The statements of one page; deep pages by their keys, from the nearer end."""
    from django.db import connection

    source = f"FROM disclosure_discloseditem i {where}"

    def run() -> int:
        with connection.cursor() as cursor:
            if cap:
                cursor.execute(
                    f"SELECT count(*) FROM (SELECT 1 {source} LIMIT {cap + 1}) t", values
                )
            else:
                cursor.execute(f"SELECT count(*) {source}", values)
            cursor.fetchone()
            if offset < 5000:
                cursor.execute(f"{SHOWN}{where}{ORDER}LIMIT {PAGE} OFFSET {offset}", values)
                return len(cursor.fetchall())
            left = total - offset - PAGE
            order, skip = (ORDER, offset) if left >= offset else (BACK, max(0, left))
            cursor.execute(f"SELECT i.id {source}{order}LIMIT {PAGE} OFFSET {skip}", values)
            keys = [row[0] for row in cursor.fetchall()]
            marks = ", ".join(["%s"] * len(keys))
            cursor.execute(f"{SHOWN}WHERE i.id IN ({marks}){ORDER}", keys)
            return len(cursor.fetchall())

    return run


class Watch:
    """Adds up how long the statements upon items take during a page."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work, self.taken = work, 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if "disclosure_discloseditem" in sql:
                self.taken += time.perf_counter() - start

    def run(self) -> float:
        from django.db import connection

        self.taken = 0.0
        with connection.execute_wrapper(self):
            self.work()
        return 1000 * self.taken


def percentiles(*works: Callable[[], float]) -> list[float]:
    """The 95th percentile of each work's milliseconds, the works taking turns."""
    for _ in range(WARM):
        for work in works:
            work()
    taken = [[work() for work in works] for _ in range(RUNS)]
    return [statistics.quantiles(column, n=20)[-1] for column in zip(*taken, strict=True)]


def timed(work: Callable[[], Any]) -> Callable[[], float]:
    """`work` as one that says how many milliseconds it took."""

    def run() -> float:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)

    return run


def main(count: int) -> None:
    # Demo mode serves static files by their plain names; nothing has to be collected first.
    os.environ["GONGKAI_DEMO"] = "1"
    os.environ["GONGKAI_ALLOWED_HOSTS"] = "testserver"
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from gongkai.organs.models import Membership, Organ, User

    call_command("migrate", verbosity=0, interactive=False)
    fill(count)
    clients = {}
    for name, role, code in (
        ("office", "disclosure_office", "410000"),
        ("officer", "information_officer", "410000-007"),
    ):
        user = User.objects.create(username=name, display_name=name)
        Membership.objects.create(
            user=user, organ=Organ.objects.get(code=code), role=role, started_on="2020-01-01"
        )
        clients[name] = Client()
        clients[name].force_login(user)
    last = -(-count // PAGE)
    deep = min(1000, max(1, last // 2))
    since, until = "2024-02-01", "2024-03-31"
    organ = Organ.objects.get(code="410000-007").pk
    like = "i.title LIKE %s ESCAPE '\\'"
    word = "养老工作"
    cases = [
        ("all bodies, page 1", "office", "", bare("", [], 0, count)),
        (f"all bodies, page {deep:,}", "office", f"page={deep}", bare("", [], (deep - 1) * PAGE, count)),
        (f"all bodies, last page ({last:,})", "office", f"page={last}", bare("", [], (last - 1) * PAGE, count)),
        ("one body of all", "office", "organ=410000-007", bare("WHERE i.organ_id = %s", [organ], 0, count)),
        ("an officer's own body", "officer", "", bare("WHERE i.organ_id = %s", [organ], 0, count)),
        (
            "a column and two months", "office", f"column=9&since={since}&until={until}",
            bare("WHERE i.column_id = %s AND i.formed_on BETWEEN %s AND %s", [9, since, until], 0, count),
        ),
        (
            "search of a common word", "office", f"q={word}",
            bare(
                f"WHERE (i.index_number = %s OR i.document_number = %s OR {like})",
                [word, word, f"%{word}%"], 0, count, cap=1000,
            ),
        ),
        (
            "search that finds nothing", "office", "q=没有这样的标题",
            bare(
                f"WHERE (i.index_number = %s OR i.document_number = %s OR {like})",
                ["x", "x", "%没有这样的标题%"], 0, count, cap=1000,
            ),
        ),
    ]  # fmt: skip

    def page(client: Client, query: str) -> Callable[[], Any]:
        def get() -> Any:
            answer = client.get(f"/staff/disclosure/?{query}")
            assert answer.status_code == 200, answer.status_code
            return answer

        return get

    told = []
    for name, who, query, plain in cases:
        get = page(clients[who], query)
        base, asked, whole = percentiles(timed(plain), Watch(get).run, timed(get))
        told.append({"name": name, "bare": base, "list": asked, "page": whole})
    (frame,) = percentiles(timed(page(clients["officer"], "status=withdrawn")))
    print(json.dumps({"rows": told, "frame": frame, "engine": connection.vendor}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
