"""`gongkai disclosure import`: items from a table, with a bar on a terminal, or as JSON."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from gongkai.catalogue.models import Column
from gongkai.disclosure.bulk.importing import ItemImport, import_items
from gongkai.ledger.actor import Actor
from gongkai.organs.imports import ImportFailed, Progress, UnreadableTable
from gongkai.organs.models import Organ


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV 或 XLSX 文件")
    parser.add_argument(
        "--files", metavar="DIR", type=Path, help="附件和正文文件所在的文件夹，或者 ZIP"
    )
    parser.add_argument("--organ", metavar="CODE", help="没有写机关代码的行属于哪个机关")
    parser.add_argument("--column", metavar="SLUG", help="没有写栏目的行放进哪个栏目")
    parser.add_argument(
        "--as-published",
        action="store_true",
        help="作为已在别处发布的历史数据导入，保留发布日期；不加则导入为草稿",
    )
    parser.add_argument("--dry-run", action="store_true", help="只检查，不导入")
    parser.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")


def run(command: BaseCommand, options: dict[str, Any]) -> None:
    """Exit code 1 when rows have problems, 2 when a file cannot be read at all."""
    file: Path = options["file"]
    files: Path | None = options["files"]
    as_json: bool = options["as_json"]
    if files is not None and not files.exists():
        raise CommandError(f"没有这个文件夹或压缩包：{files}", returncode=2)
    try:
        with _bar(file, hidden=as_json) as progress:
            report = import_items(
                Actor.command("gongkai disclosure import"),
                file,
                file.name,
                files=files,
                organ=_organ(options["organ"]),
                column=_column(options["column"]),
                as_published=options["as_published"],
                dry_run=options["dry_run"],
                progress=progress,
            )
    except ImportFailed as failed:
        _say_problems(command, failed, as_json=as_json)
        sys.exit(1)
    except UnreadableTable as error:
        raise CommandError(" ".join(error.messages), returncode=2) from None
    except ValidationError as error:
        raise CommandError(" ".join(error.messages), returncode=1) from None
    if as_json:
        command.stdout.write(json.dumps(_answer(report), ensure_ascii=False))
        return
    for row, message in report.notes:
        command.stdout.write(f"第{row}行：{message}")
    if report.ignored:
        command.stdout.write(f"以下各列未导入：{'、'.join(report.ignored)}")
    command.stdout.write(f"{'检查无误（未导入）' if options['dry_run'] else '已导入'}。{report}")


def _organ(code: str | None) -> Organ | None:
    if code is None:
        return None
    organ = Organ.objects.filter(code=code.strip().upper()).first()
    if organ is None:
        raise CommandError(f"没有代码为“{code}”的机关，请核对。", returncode=2)
    return organ


def _column(slug: str | None) -> Column | None:
    if slug is None:
        return None
    column = Column.objects.filter(slug=slug.strip()).first()
    if column is None:
        raise CommandError(f"没有网址标识为“{slug}”的栏目，请核对。", returncode=2)
    return column


@contextmanager
def _bar(file: Path, *, hidden: bool) -> Iterator[Progress | None]:
    """A bar on the error stream of a terminal; nothing elsewhere."""
    if hidden or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"导入 {file.name}", total=1.0)

        def show(rows: int, part: float) -> None:
            bar.update(task, completed=part, description=f"已读 {rows:,} 行")

        yield show


def _answer(report: ItemImport) -> dict[str, Any]:
    return {
        "ok": True,
        "kept": report.batch is not None,
        "batch": report.batch,
        "as_published": report.as_published,
        "created": report.created,
        "unchanged": report.unchanged,
        "with_findings": report.with_findings,
        "files": report.files,
        "notes": [{"row": row, "message": message} for row, message in report.notes],
        "organs": dict(report.organs),
        "sm3": report.sm3,
        "ignored_columns": list(report.ignored),
    }


def _say_problems(command: BaseCommand, failed: ImportFailed, *, as_json: bool) -> None:
    if as_json:
        problems = [problem._asdict() for problem in failed.problems]
        answer = {"ok": False, "summary": failed.summary, "problems": problems}
        command.stdout.write(json.dumps(answer, ensure_ascii=False))
        return
    for problem in failed.problems:
        command.stdout.write(str(problem))
    command.stdout.write(failed.summary)
