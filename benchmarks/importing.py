"""Rows of decisions imported a second, against the database's own way of taking rows in.

Baseline: the same rows, parsed already, into the same table with its indexes by
`executemany` (SQLite) or `COPY` (PostgreSQL), with no check, no comparison with what is there
and no ledger.
"""

import csv
import json
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import django

BODIES = 50
HEADS = ("机关代码", "类别", "决定文号", "决定名称", "决定日期")
KINDS = (("行政许可", "permit"), ("行政处罚", "penalty"), ("行政强制", "coercion"))


def rows(count: int):
    """The decisions as (body number, label and value of the kind, number, title, day)."""
    for number in range(count):
        label, kind = KINDS[number % 3]
        day = date(2024, 1, 1) + timedelta(days=number % 366)
        yield (
            number % BODIES,
            label,
            kind,
            f"基准〔2024〕{number}号",
            f"关于事项{number % 977}的决定",
            day,
        )


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADS)
        for body, label, _, number, title, day in rows(count):
            writer.writerow((f"410000-{body:03d}", label, number, title, day.isoformat()))


def write_xlsx(path: Path, count: int) -> None:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("处理决定")
    sheet.append(HEADS)
    for body, label, _, number, title, day in rows(count):
        sheet.append((f"410000-{body:03d}", label, number, title, day))
    book.save(path)


def bare(count: int, first: int) -> None:
    """The rows straight into the table."""
    from django.db import connection, transaction

    now = "2025-01-01 00:00:00+00:00"
    columns = (
        "organ_id, kind, document_number, title, decided_on, void_reason, created_at, updated_at"
    )
    ready = [
        (first + body, kind, number, title, day.isoformat(), "", now, now)
        for body, _, kind, number, title, day in rows(count)
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * 8)
            cursor.executemany(
                f"INSERT INTO registers_decision ({columns}) VALUES ({marks})", ready
            )
        else:
            with cursor.copy(f"COPY registers_decision ({columns}) FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)


def main(count: int) -> None:
    django.setup()
    from django.core.management import call_command

    from benchmarks.measure import peak_memory, seconds
    from gongkai.ledger.actor import Actor
    from gongkai.organs.models import Organ
    from gongkai.registers.models import Decision
    from gongkai.registers.registry import DECISIONS
    from gongkai.registers.services import import_records

    call_command("migrate", verbosity=0, interactive=False)
    Organ.objects.bulk_create(
        Organ(
            code=f"410000-{number:03d}",
            name=f"基准局{number}",
            kind="department",
            level="county",
            path=f"/410000-{number:03d}/",
        )
        for number in range(BODIES)
    )
    first = Organ.objects.order_by("pk").values_list("pk", flat=True)[0]
    actor = Actor.command("benchmark")
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        for kind, write in (("csv", write_csv), ("xlsx", write_xlsx)):
            path = Path(folder) / f"decisions.{kind}"
            write(path, count)
            memory = peak_memory()
            taken = seconds(lambda path=path: import_records(actor, DECISIONS, path, path.name), 1)
            memory = peak_memory() - memory
            assert Decision.objects.count() == count
            Decision.objects.all().delete()
            plain = seconds(lambda: bare(count, first), 1)
            Decision.objects.all().delete()
            told[kind] = {"import": count / taken, "bare": count / plain, "memory": memory}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
