"""Disclosure on request with 1,000,000 requests: lists and the page of a case against their bare SQL,
and filings a second against the database's own inserts.

Baselines (`bare`): for a list, its count and the rows of one page with the names of the bodies,
written by hand; for a case, its row, its body and its events. `asked`: the statements upon this
room's tables that the screen sends, timed where they leave for the database. `page`: the whole
answer by Django's test client.

Filings: `services.intake.file_request` as the public form calls it, each in a transaction of its own
(person and wish checked and sealed with SM4, the sketch for similar requests, the ledger), against
one row of two thousand bytes inserted and committed on a bare cursor. Both wait for the disk as the
database is set up to (PostgreSQL: every commit; SQLite in WAL mode: at checkpoints).
"""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import django

from benchmarks.lists import percentiles, timed

PAGE = 50
FILINGS = 200
ROOM = ("foi_",)
SHOWN = (
    "SELECT r.id, r.number, r.subject, r.applicant_kind, r.received_on, r.state, r.due_on, "
    "r.due_provisional, r.outcome, o.code, o.name, o.short_name FROM foi_foirequest r "
    "JOIN organs_organ o ON o.id = r.organ_id "
)


class Watch:
    """Adds up how long the statements upon the room's tables take during a page."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work, self.taken = work, 0.0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            if any(name in sql for name in ROOM):
                self.taken += time.perf_counter() - start

    def run(self) -> float:
        from django.db import connection

        self.taken = 0.0
        with connection.execute_wrapper(self):
            self.work()
        return 1000 * self.taken


def bare(where: str, values: list[Any], order: str) -> Callable[[], int]:
    """The count and the first page of a list."""
    from django.db import connection

    def run() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM foi_foirequest r {where}", values)
            cursor.fetchone()
            cursor.execute(f"{SHOWN}{where} ORDER BY {order} LIMIT {PAGE}", values)
            return len(cursor.fetchall())

    return run


def bare_case(key: int) -> Callable[[], int]:
    """A case with its body and its events."""
    from django.db import connection

    def run() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"{SHOWN}WHERE r.id = %s", [key])
            cursor.fetchone()
            cursor.execute("SELECT * FROM foi_foievent WHERE request_id = %s ORDER BY seq", [key])
            return len(cursor.fetchall())

    return run


def filings(organ: Any) -> dict[str, float]:
    """Filings a second, and single rows a second on a bare cursor."""
    from django.db import connection

    from gongkai.foi.persons import Person, Wish
    from gongkai.foi.services.intake import file_request
    from gongkai.ledger.actor import Actor

    def file(number: int) -> None:
        file_request(
            Actor.applicant(),
            organ,
            person=Person(
                name=f"基准{number}",
                identity_kind="other",
                identity_number=f"基准{number:06d}",
                email=f"b{number}@example.cn",
            ),
            wish=Wish(title=f"第{number}号文件", description="请公开该文件的正文和附件。" * 5),
        )

    file(0)
    start = time.perf_counter()
    for number in range(1, FILINGS + 1):
        file(number)
    filed = FILINGS / (time.perf_counter() - start)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_rows (id integer, content text)")
        start = time.perf_counter()
        for number in range(FILINGS):
            # Autocommit: each row is a transaction.
            cursor.execute("INSERT INTO bench_rows VALUES (%s, %s)", [number, "x" * 2_000])
        rows = FILINGS / (time.perf_counter() - start)
    return {"filed": filed, "rows": rows}


def main(count: int) -> None:
    # Demo mode serves static files by their plain names; nothing has to be collected first.
    os.environ["GONGKAI_DEMO"] = "1"
    os.environ["GONGKAI_ALLOWED_HOSTS"] = "testserver"
    django.setup()
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from benchmarks.province import Size, fill
    from gongkai.organs.models import Membership, Organ, User
    from gongkai.statute.outcomes import OUTCOMES

    call_command("migrate", verbosity=0, interactive=False)
    decisions = tuple(code for code, one in OUTCOMES.items() if one.is_decision)
    fill(Size(300, count, 1), decisions)
    later = "date(received_on, '+28 days')" if connection.vendor == "sqlite" else "received_on + 28"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE foi_foirequest SET due_on = {later} WHERE state = 'running'")
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    own = Organ.objects.get(pk=207)
    clients = {}
    for name, role, organ in (
        ("office", "disclosure_office", Organ.objects.get(code="410000")),
        ("officer", "request_officer", own),
    ):
        user = User.objects.create(username=name, display_name=name)
        Membership.objects.create(user=user, organ=organ, role=role, started_on="2020-01-01")
        clients[name] = Client()
        clients[name].force_login(user)
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM foi_foirequest WHERE organ_id = %s", [own.pk])
        (case,) = cursor.fetchone()
    newest = "r.received_on DESC, r.id DESC"
    since = date(2025, 6, 1).isoformat()
    cases = [
        ("requests of all bodies", "office", "/staff/foi/", bare("", [], newest)),
        (
            "waiting, of all bodies", "office", "/staff/foi/?stage=waiting",
            bare("WHERE r.due_on IS NOT NULL", [], newest),
        ),
        ("an officer's own", "officer", "/staff/foi/", bare("WHERE r.organ_id = %s", [own.pk], newest)),
        (
            "received since June, of one body of all", "office",
            f"/staff/foi/?organ={own.code}&since={since}",
            bare("WHERE r.organ_id = %s AND r.received_on >= %s", [own.pk, since], newest),
        ),
        ("the page of a case", "officer", f"/staff/foi/{case}/", bare_case(case)),
    ]  # fmt: skip

    def page(client: Client, address: str) -> Callable[[], Any]:
        def get() -> Any:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            return answer

        return get

    told = []
    for name, who, address, plain in cases:
        get = page(clients[who], address)
        base, asked, whole = percentiles(timed(plain), Watch(get).run, timed(get))
        told.append({"name": name, "bare": base, "asked": asked, "page": whole})
    print(json.dumps({"rows": told, "filings": filings(own)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
