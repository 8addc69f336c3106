"""Disclosure on request with 1,000,000 requests: lists and the page of a case against their bare SQL,
and filings a second against the database's own inserts.

Every request has its intake, its applicant, and once it was answered a notice that was delivered.

`bare`: the fewest statements, written by hand, that fetch what the screen shows. For a list: how many
there are, the counts by due date above it, the rows of one page with body and officer, the user's saved
filters. For a case: one statement for each of its tables, and its latest entries in the ledger. For the
dashboard: its figures (`foi_dashboard`). `asked`:
the statements upon this room's tables and the ledger that the screen sends, recorded and sent again. Both
run on the same kind of cursor and fetch their rows; nothing is done with them. `page`: the whole answer by
Django's test client.

Filings: `services.intake.file_request` as the public form calls it, each in a transaction of its own
(person and wish checked and sealed with SM4, the sketch for similar requests, the message to the
applicant, the ledger). Beside them `commits`: one row of two thousand bytes, inserted and committed, and
`rows`: what a filing writes (its own INSERT and UPDATE statements, recorded in a transaction that was
taken back) in one transaction on a bare cursor. All wait for the disk, as production does: SQLite in WAL
mode with synchronous=FULL, PostgreSQL as it is served (`durable` says what was found).
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import django

from benchmarks import foi_dashboard
from benchmarks.lists import RUNS, WARM, timed

PAGE = 50
FILINGS = 200
ROOM = ("foi_", "ledger_ledgerentry")
SHOWN = (
    "SELECT r.id, r.number, r.subject, r.applicant_kind, r.received_on, r.state, r.due_on, "
    "r.due_provisional, r.outcome, o.code, o.name, o.short_name, u.display_name, u.username "
    "FROM foi_foirequest r JOIN organs_organ o ON o.id = r.organ_id "
    "LEFT JOIN organs_user u ON u.id = r.handler_id "
)
COUNTED = (
    "SELECT count(*), count(*) FILTER (WHERE due_on < %s AND state IN ('running', 'paused', 'decided')), "
    "count(*) FILTER (WHERE due_on = %s), count(*) FILTER (WHERE due_on > %s AND due_on <= %s), "
    "count(*) FILTER (WHERE due_on > %s) FROM foi_foirequest WHERE due_on IS NOT NULL"
)


class Recorded:
    """The statements upon the room's tables that a page sends, for sending them again."""

    def __init__(self, work: Callable[[], Any]) -> None:
        from django.db import connection

        self.statements: list[tuple[str, Any]] = []
        with connection.execute_wrapper(self):
            work()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if any(name in sql for name in ROOM):
            self.statements.append((sql, params))
        return execute(sql, params, many, context)

    def run(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            for sql, params in self.statements:
                cursor.execute(sql, params)
                cursor.fetchall()


def spread(*works: Callable[[], float]) -> list[tuple[float, float]]:
    """The median and the 95th percentile of each work's milliseconds, the works taking turns."""
    for _ in range(WARM):
        for work in works:
            work()
    taken = [[work() for work in works] for _ in range(RUNS)]
    return [
        (statistics.median(column), statistics.quantiles(column, n=20)[-1])
        for column in zip(*taken, strict=True)
    ]


def bare(where: str, values: list[Any], order: str, user: int, organ: int = 0) -> Callable[[], int]:
    """What a list shows: `organ` is the only body that the user has, 0 for all there are."""
    from django.db import connection
    from django.utils import timezone

    today = timezone.localdate()
    soon = today + timedelta(days=5)
    days = [today, today, today, soon, soon]

    def run() -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM foi_foirequest r {where}", values)
            cursor.fetchone()
            if organ:
                cursor.execute(f"{COUNTED} AND organ_id = %s", [*days, organ])
            else:
                cursor.execute(COUNTED, days)
            cursor.fetchone()
            cursor.execute("SELECT id, name, query FROM foi_savedfilter WHERE user_id = %s", [user])
            cursor.fetchall()
            cursor.execute(f"{SHOWN}{where} ORDER BY {order} LIMIT {PAGE}", values)
            return len(cursor.fetchall())

    return run


CASE = (
    f"{SHOWN}WHERE r.id = %s",
    'SELECT type, "on", data, recorded_at, recorded_by FROM foi_foievent WHERE request_id = %s ORDER BY seq',
    "SELECT i.id, i.number, a.erased_at, a.kind FROM foi_intake i JOIN foi_applicant a ON a.intake_id = i.id "
    "WHERE i.request_id = %s",
    "SELECT m.way, m.about, m.state, m.sent_at, m.queued_at FROM foi_message m "
    "JOIN foi_intake i ON i.id = m.intake_id WHERE i.request_id = %s",
    "SELECT id, kind, number, state, issued_on, undelivered, changed_at, changed_by, addressee "
    "FROM foi_notice WHERE request_id = %s AND state <> 'discarded' ORDER BY id DESC",
    "SELECT d.notice_id, d.way, d.sent_on, d.received_on, d.failed_on, d.failure, d.recorded_at, d.recorded_by "
    "FROM foi_delivery d JOIN foi_notice n ON n.id = d.notice_id WHERE n.request_id = %s",
    "SELECT a.id, a.kind, a.state, a.proposal, a.proposed_at, a.decided_at, a.comment, a.carried_out_at, "
    "p.display_name, d.display_name FROM foi_approval a LEFT JOIN organs_user p ON p.id = a.proposed_by_id "
    "LEFT JOIN organs_user d ON d.id = a.decided_by_id WHERE a.request_id = %s",
    "SELECT id, kind, ref, organ_name, sent_on, received_on, reply, accepted, told_on FROM foi_consultation "
    "WHERE request_id = %s ORDER BY sent_on",
    "SELECT l.kind, l.earlier_id, r.id, r.number, r.subject FROM foi_caselink l JOIN foi_foirequest r "
    "ON r.id = CASE WHEN l.earlier_id = %s THEN l.later_id ELSE l.earlier_id END "
    "WHERE l.earlier_id = %s OR l.later_id = %s",
    "SELECT h.asked_on, h.due_on, h.answered_on, o.name FROM foi_cohandling h JOIN organs_organ o "
    "ON o.id = h.organ_id WHERE h.request_id = %s",
    "SELECT (SELECT count(*) FROM foi_casefile WHERE request_id = %s), (SELECT count(DISTINCT key) FROM foi_proof "
    "WHERE request_id = %s AND key <> 'triage'), (SELECT count(*) FROM foi_casenote WHERE request_id = %s)",
    "SELECT id, number, kind, filed_on, result, concluded_on, voided_at FROM foi_remedycase WHERE request_id = %s",
    "SELECT supply_form, supply_way, asked_at, handled_at, handled_by, result FROM foi_supplyask WHERE request_id = %s",
)
ACTS = (
    "SELECT at, action, actor_name FROM ledger_ledgerentry WHERE object_type = 'foi.foirequest' "
    "AND object_id = %s ORDER BY id DESC LIMIT 15"
)


def bare_case(key: int) -> Callable[[], int]:
    """A case with all that its page shows."""
    from django.db import connection

    def run() -> int:
        with connection.cursor() as cursor:
            for sql in CASE:
                cursor.execute(sql, [key] * sql.count("%s"))
                cursor.fetchall()
            cursor.execute(ACTS, [str(key)])
            return len(cursor.fetchall())

    return run


def fill_papers() -> None:
    """Each request's intake and applicant, and for each answer its notice and how it was delivered."""
    from django.db import connection

    sqlite = connection.vendor == "sqlite"
    mark = "lower(hex(randomblob(16)))" if sqlite else "gen_random_uuid()"
    sealed = "randomblob(400)" if sqlite else "decode(repeat(md5(random()::text), 25), 'hex')"
    now = "CURRENT_TIMESTAMP"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO foi_intake (organ_id, number, code_hash, channel, arrived_at, arrived_on, posting_number, "
            "state, confirmed_on, closed_reason, request_id, oral, needs_help, recorded_by) "
            f"SELECT organ_id, 'Q' || id, '', channel, {now}, received_on, '', 'confirmed', received_on, '', id, "
            "FALSE, FALSE, '基准' FROM foi_foirequest"
        )
        cursor.execute(
            "INSERT INTO foi_applicant (intake_id, seal_name, kind, identity_kind, identity_index, sealed) "
            f"SELECT id, {mark}, 'natural', 'other', 'i' || id, {sealed} FROM foi_intake"
        )
        cursor.execute(
            "INSERT INTO foi_notice (request_id, organ_id, kind, addressee, consultation_ref, state, number, "
            "issued_on, seal_name, fields_sealed, docx_sealed, pdf_sealed, sm3, reason, undelivered, changed_at, "
            "changed_by) SELECT id, organ_id, 'N10', 'applicant', '', 'issued', 'W' || id, decided_on, "
            f"{mark}, {sealed}, {sealed}, {sealed}, 'x', '', FALSE, {now}, '基准' "
            "FROM foi_foirequest WHERE decided_on IS NOT NULL"
        )
        cursor.execute(
            "INSERT INTO foi_delivery (notice_id, way, tracking_number, sent_on, received_on, failure, recorded_at, "
            f"recorded_by) SELECT id, 'electronic', '', issued_on, issued_on, '', {now}, '基准' FROM foi_notice"
        )


# -- filings ---------------------------------------------------------------------------------------

KINDS = ("立项批复", "资金拨付明细", "招标公告和中标通知书", "竣工验收报告", "征地补偿安置方案")
PLACES = ("城关镇", "东区街道", "新区", "泰山路", "朝阳路", "千秋路", "常村路")


class Filing:
    """Somebody files by the public form."""

    def __init__(self, organ: Any) -> None:
        self.organ = organ

    def __call__(self, number: int) -> None:
        from gongkai.foi.persons import Person, Wish
        from gongkai.foi.services.intake import file_request
        from gongkai.ledger.actor import Actor

        kind, place = KINDS[number % len(KINDS)], PLACES[number % len(PLACES)]
        file_request(
            Actor.applicant(),
            self.organ,
            person=Person(
                name=f"基准{number}",
                identity_kind="other",
                identity_number=f"基准{number:06d}",
                email=f"b{number}@example.cn",
            ),
            wish=Wish(
                title=f"{place}老旧小区改造项目{number}期的{kind}",
                description=f"请公开二〇二五年度{place}第{number}号地块改造项目的{kind}及其附件，"
                "包括批准的日期、金额、承办单位和验收的结论；涉及他人隐私的部分可以遮盖后提供。",
                supply_form="electronic",
                supply_way="email",
            ),
        )


class Shares:
    """Where the time of filings goes, in seconds by name."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.add("statements", start)

    def add(self, name: str, start: float) -> None:
        self.taken[name] = self.taken.get(name, 0.0) + time.perf_counter() - start

    def measured(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **named: Any) -> Any:
            start = time.perf_counter()
            try:
                return function(*args, **named)
            finally:
                self.add(name, start)

        return run


def shares(file: Callable[[int], None], first: int) -> dict[str, float]:
    """The share of each part of a filing's time; what is left is the framework's."""
    from unittest.mock import patch

    from django.db import connection

    from gongkai.foi import similarity
    from gongkai.foi.services import intake
    from gongkai.ledger import services as ledger
    from gongkai.vault import crypto

    seen = Shares()
    parts = [
        ("sealing", crypto, "seal"), ("sealing", crypto, "unseal"), ("sealing", crypto, "keyed_hash"),
        ("sketch", similarity, "sketch_of"), ("sketch", similarity, "bands_of"),
        ("checks", intake, "check_person"), ("checks", intake, "check_wish"),
        ("ledger hash", ledger, "entry_hash"), ("commit", connection, "commit"),
    ]  # fmt: skip
    patches = [
        patch.object(where, name, seen.measured(part, getattr(where, name)))
        for part, where, name in parts
    ]
    for one in patches:
        one.start()
    start = time.perf_counter()
    with connection.execute_wrapper(seen):
        for number in range(first, first + FILINGS):
            file(number)
    whole = time.perf_counter() - start
    for one in patches:
        one.stop()
    found = {name: taken / whole for name, taken in seen.taken.items()}
    found["framework"] = 1 - sum(found.values())
    return found


def written_rows(file: Callable[[int], None], first: int) -> tuple[float, int]:
    """Seconds a filing for the same rows by a bare cursor, and how many rows that is."""
    from django.db import connection, transaction

    recorded: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")):
            recorded.append((sql, params))
        return execute(sql, params, many, context)

    taken, rows = 0.0, 0
    for number in range(first, first + FILINGS):
        recorded.clear()
        stands = _sequences()
        with transaction.atomic():
            with connection.execute_wrapper(watch):
                file(number)
            transaction.set_rollback(True)
        _put_back(stands)
        start = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            for sql, params in recorded:
                cursor.execute(sql, params)
                rows += cursor.rowcount if cursor.rowcount > 0 else sql.count("), (") + 1
            cursor.execute("COMMIT")
        taken += time.perf_counter() - start
    return taken / FILINGS, rows // FILINGS


def _sequences() -> list[tuple[str, int]]:
    """Where PostgreSQL's sequences stand, which no rollback returns."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemaname || '.' || sequencename, last_value FROM pg_sequences "
            "WHERE last_value IS NOT NULL AND sequencename LIKE 'foi\\_%'"
        )
        return list(cursor.fetchall())


def _put_back(stands: list[tuple[str, int]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for name, value in stands:
            cursor.execute("SELECT setval(%s, %s)", [name, value])


def filings(organ: Any) -> dict[str, Any]:
    """Filings a second, what the database does by itself, and where the time goes."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Demo mode, in which the pages are measured, does not wait for the disk.
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA synchronous")
            durable = {1: "NORMAL", 2: "FULL"}[cursor.fetchone()[0]]
        else:
            cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
            durable = "fsync {}, synchronous_commit {}".format(*cursor.fetchone())
        cursor.execute("CREATE TABLE bench_rows (id integer, content text)")
    file = Filing(organ)
    file(0)
    start = time.perf_counter()
    before = time.process_time()
    for number in range(1, FILINGS + 1):
        file(number)
    spent = (time.process_time() - before) / FILINGS
    filed = FILINGS / (time.perf_counter() - start)
    with connection.cursor() as cursor:
        start = time.perf_counter()
        for number in range(FILINGS):
            # Autocommit: each row is a transaction.
            cursor.execute("INSERT INTO bench_rows VALUES (%s, %s)", [number, "x" * 2_000])
        commits = FILINGS / (time.perf_counter() - start)
    same, count = written_rows(file, 10_000)
    return {
        "filed": filed, "commits": commits, "rows": 1 / same, "count": count, "durable": durable,
        "processor": 1000 * spent, "shares": shares(file, 20_000),
    }  # fmt: skip


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
    fill_papers()
    later = "date(received_on, '+28 days')" if connection.vendor == "sqlite" else "received_on + 28"
    foi_dashboard.fill()
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE foi_foirequest SET due_on = {later} WHERE state = 'running'")
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")
    own = Organ.objects.get(pk=207)
    users, clients = {}, {}
    for name, role, organ in (
        ("office", "disclosure_office", Organ.objects.get(code="410000")),
        ("officer", "request_officer", own),
    ):
        user = users[name] = User.objects.create(username=name, display_name=name)
        Membership.objects.create(user=user, organ=organ, role=role, started_on="2020-01-01")
        clients[name] = Client()
        clients[name].force_login(user)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id) FROM foi_foirequest WHERE organ_id = %s AND outcome <> ''", [own.pk]
        )
        (case,) = cursor.fetchone()
    newest, pressing = "r.received_on DESC, r.id DESC", "r.due_on, r.id"
    since = date(2025, 6, 1).isoformat()
    office, officer = users["office"].pk, users["officer"].pk
    cases = [
        ("requests of all bodies", "office", "/staff/foi/", bare("", [], newest, office)),
        (
            "waiting, of all bodies", "office", "/staff/foi/?stage=waiting",
            bare("WHERE r.due_on IS NOT NULL", [], pressing, office),
        ),
        (
            "an officer's own", "officer", "/staff/foi/",
            bare("WHERE r.organ_id = %s", [own.pk], newest, officer, own.pk),
        ),
        (
            "received since June, of one body of all", "office",
            f"/staff/foi/?organ={own.code}&since={since}",
            bare("WHERE r.organ_id = %s AND r.received_on >= %s", [own.pk, since], newest, office),
        ),
        ("the page of a case", "officer", f"/staff/foi/{case}/", bare_case(case)),
        *foi_dashboard.cases(own.pk),
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
        get()
        sent = Recorded(get)
        base, asked, whole = spread(timed(plain), timed(sent.run), timed(get))
        told.append(
            {
                "name": name,
                "bare": base,
                "asked": asked,
                "page": whole,
                "sent": len(sent.statements),
            }
        )
    print(json.dumps({"rows": told, "filings": filings(own)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
