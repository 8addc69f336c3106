"""Items imported a second, against the database's own way of taking the same rows in.

Baseline: exactly the rows that the import wrote (items, issuers, versions, the guard's runs, where
each came from), read back, and put into the same five tables with their indexes by `executemany`
(SQLite) or `COPY` (PostgreSQL): nothing parsed, cleaned, looked through, compared or numbered.
"""

import csv
import json
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import django

BODIES = 20
HEADS = ("机关代码", "标题", "原索引号", "发文字号", "栏目", "成文日期", "发布日期", "正文")
SENTENCE = (
    "各有关单位：现将第{n}号事项第{k}条的要求通知如下，请结合实际认真贯彻执行，"
    "并于月底前将落实情况书面报送。"
)
PARAGRAPHS = 12
TABLES = (
    "wagtailcore_revision",
    "disclosure_discloseditem",
    "disclosure_itemissuer",
    "disclosure_guardrun",
    "disclosure_importeditem",
)


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADS)
        for n in range(count):
            day = date(2015, 1, 1) + timedelta(days=n % 3650)
            text = "".join(f"<p>{SENTENCE.format(n=n, k=k)}</p>" for k in range(PARAGRAPHS))
            writer.writerow(
                (
                    f"410000-{n % BODIES:03d}",
                    f"关于第{n}号事项的通知",
                    f"OLD/{day.year}-{n}",
                    f"基准〔{day.year}〕{n + 1}号",
                    "通知公告",
                    day.isoformat(),
                    f"{day.isoformat()} 09:30",
                    text,
                )
            )


def rows_of(table: str) -> tuple[list[str], list[tuple]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} ORDER BY id")
        return [column.name if hasattr(column, "name") else column[0]
                for column in cursor.description], cursor.fetchall()  # fmt: skip


def clear() -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table in reversed(TABLES):
            cursor.execute(f"DELETE FROM {table}")


def bare(kept: dict[str, tuple[list[str], list[tuple]]]) -> None:
    """The rows straight into their tables."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for table, (names, rows) in kept.items():
            columns = ", ".join(f'"{name}"' for name in names)
            if connection.vendor == "sqlite":
                marks = ", ".join(["%s"] * len(names))
                cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
            else:
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)


def main(count: int) -> None:
    django.setup()
    from django.core.management import call_command

    from benchmarks.measure import peak_memory, seconds
    from gongkai.catalogue.models import Column
    from gongkai.disclosure.bulk.importing import import_items
    from gongkai.disclosure.models import DisclosedItem
    from gongkai.ledger.actor import Actor
    from gongkai.organs.models import Organ

    call_command("migrate", verbosity=0, interactive=False)
    organs = Organ.objects.bulk_create(
        Organ(
            code=f"410000-{number:03d}",
            name=f"基准局{number}",
            kind="department",
            level="county",
            path=f"/410000-{number:03d}/",
        )
        for number in range(BODIES)
    )
    Column.objects.create(slug="tzgg", title="通知公告", kind="notice", owner=organs[0])
    actor = Actor.command("benchmark")
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "items.csv"
        write_csv(path, count)
        for name, published in (("drafts", False), ("history", True)):
            memory = peak_memory()
            taken = seconds(
                lambda published=published: import_items(
                    actor, path, path.name, as_published=published
                ),
                1,
            )
            memory = peak_memory() - memory
            assert DisclosedItem.objects.count() == count
            kept = {table: rows_of(table) for table in TABLES}
            clear()
            plain = seconds(lambda kept=kept: bare(kept), 1)
            clear()
            del kept
            told[name] = {"import": count / taken, "bare": count / plain, "memory": memory}
    print(json.dumps(told))


if __name__ == "__main__":
    main(int(sys.argv[1]))
