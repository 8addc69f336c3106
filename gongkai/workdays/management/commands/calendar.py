"""`gongkai calendar`: import the State Council's holiday notice, show a year's working days."""

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.statute.notices import WEEKDAYS
from gongkai.workdays import queries, services
from gongkai.workdays.services import NoticePreview


class Command(BaseCommand):
    help = "导入放假通知，查看工作日 / Import the State Council's holiday notice, show working days"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", metavar="import | show")
        add = commands.add_parser("import", help="读入放假通知的文字，预览并接受")
        add.add_argument("file", metavar="NOTICE.txt", help="通知的文字文件；- 表示标准输入")
        add.add_argument("--year", help="年度（文字里没有写明时需要）")
        add.add_argument("--yes", action="store_true", help="预览之后直接接受，不再询问")
        add.add_argument("--dry-run", action="store_true", help="只预览，不写入")
        add.add_argument("--force", metavar="理由", default="", help="有问题仍然接受，须写明理由")
        add.add_argument("--json", action="store_true", help="以 JSON 输出")
        show = commands.add_parser("show", help="列出一年的放假和调休上班日期")
        show.add_argument("--year", help="年度（默认今年）")
        show.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "import":
            self._import(options)
        elif options["command"] == "show":
            self._show(options)
        else:
            raise CommandError(
                "请写明要做什么：gongkai calendar import 文件，或 gongkai calendar show。",
                returncode=2,
            )

    # -- import ---------------------------------------------------------------------------

    def _import(self, options: dict[str, Any]) -> None:
        text, year = _read(options["file"]), _year(options["year"])
        try:
            preview = services.preview_notice(text, year)
        except ValidationError as error:
            raise CommandError("\n".join(error.messages), returncode=2) from error
        as_json = options["json"]
        if not as_json:
            self.stdout.write("\n".join(_in_words(preview)))
        if preview.is_known:
            self._finish(as_json, preview, "现行的放假通知与此逐字相同，没有改动。")
            return
        reason = options["force"].strip()
        acceptable = preview.is_acceptable or bool(preview.reading.entries and reason)
        if not acceptable:
            self._finish(as_json, preview, "")
            count = len(preview.reading.blocking)
            raise CommandError(f"有{count}个问题，没有写入。改正后重试，或用 --force 写明理由。")
        if options["dry_run"] or not (options["yes"] or self._asks(as_json)):
            self._finish(as_json, preview, "只是预览，没有写入；加 --yes 接受。")
            return
        try:
            accepted = services.accept_notice(
                Actor.command("gongkai calendar import"),
                text,
                year=year,
                override_reason=reason,
                seen_version=preview.version,
            )
        except ValidationError as error:
            raise CommandError("\n".join(error.messages)) from error
        self._finish(
            as_json,
            preview,
            f"已接受，工作日历现为第{accepted.notice.version}版；"
            f"重算了{accepted.refreshed}个已存的期限。",
            version=accepted.notice.version,
        )

    def _asks(self, as_json: bool) -> bool:
        if as_json or not sys.stdin.isatty():
            return False
        self.stdout.write("接受以上安排？输入 y 接受：", ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes", "是")

    def _finish(
        self, as_json: bool, preview: NoticePreview, words: str, *, version: int | None = None
    ) -> None:
        if as_json:
            data = {**_as_data(preview), "accepted": version is not None, "version": version}
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        elif words:
            self.stdout.write(words)

    # -- show -----------------------------------------------------------------------------

    def _show(self, options: dict[str, Any]) -> None:
        year = _year(options["year"]) or timezone.localdate().year
        months = queries.months_of(year)
        days = [day for month in months for day in month.days]
        special = [day for day in days if day.is_special]
        if options["json"]:
            data = {
                "year": year,
                "known": queries.current_calendar().knows_year(year),
                "working_days": sum(day.status.is_working for day in days),
                "days": [
                    {
                        "date": day.date.isoformat(),
                        "working": day.status.is_working,
                        "name": day.status.name,
                        "source": day.status.source,
                        "provisional": day.status.provisional,
                    }
                    for day in special
                ],
            }
            self.stdout.write(json.dumps(data, ensure_ascii=False))
            return
        lines = [f"{year}年，工作日{sum(day.status.is_working for day in days)}天"]
        for month in months:
            lines.append(f"{month.month}月 工作日{month.working_days}天")
            lines += [
                f"  {day.date.isoformat()} 周{WEEKDAYS[day.date.weekday()]} {_state(day.status)}"
                for day in month.days
                if day.is_special
            ]
        if not queries.current_calendar().knows_year(year):
            lines.append(f"注意：{year}年的节假日安排没有导入，以上为暂定。")
        self.stdout.write("\n".join(lines))


def _state(status: Any) -> str:
    words = "上班" if status.is_working else "休息"
    name = f"（{status.name}）" if status.name else ""
    return f"{words}{name}{'，暂定' if status.provisional else ''}"


def _in_words(preview: NoticePreview) -> list[str]:
    reading = preview.reading
    lines = [
        f"标题：{reading.title or '（没有读到）'}",
        f"年度：{reading.year or '（没有读到）'}{'（调整通知）' if reading.amendment else ''}",
        f"读到放假{len(reading.rest_days)}天，调休上班{len(reading.make_up_days)}天：",
    ]
    lines += [
        f"  {entry.date.isoformat()} 周{WEEKDAYS[entry.date.weekday()]} "
        f"{'上班' if entry.working else '放假'}（{entry.name}）"
        for entry in reading.entries
    ]
    if preview.draft.replaces is not None:
        lines.append(f"将取代：{preview.draft.replaces}")
    turned = [change for change in preview.changes if change.turns]
    lines.append(f"与现行日历不同的有{len(turned)}天")
    lines += [
        f"  {change.date.isoformat()} 由{_state(change.old)}改为{_state(change.new)}"
        f"{'' if change.named else '：通知没有提到这一天'}"
        for change in turned
    ]
    lines.append(f"因此变动的未办结期限有{len(preview.moved)}个")
    lines += [
        f"  {move.organ_name} {move.label}：{move.old.isoformat()} → {move.new.isoformat()}"
        for move in preview.moved
    ]
    for problem in reading.problems:
        kind = "问题" if problem.blocking else "提示"
        lines.append(f"{kind}：{problem.message}")
        if problem.sentence:
            lines.append(f"    原句：{problem.sentence}")
    return lines


def _as_data(preview: NoticePreview) -> dict[str, Any]:
    reading = preview.reading
    return {
        "year": reading.year,
        "title": reading.title,
        "document_number": reading.document_number,
        "published_on": reading.published_on.isoformat() if reading.published_on else None,
        "amendment": reading.amendment,
        "days": preview.draft.days,
        "changes": [
            {
                "date": change.date.isoformat(),
                "old": change.old.is_working,
                "new": change.new.is_working,
                "named": change.named,
            }
            for change in preview.changes
            if change.turns
        ],
        "moved": [
            {
                "label": move.label,
                "organ": move.organ_name,
                "old": move.old.isoformat(),
                "new": move.new.isoformat(),
            }
            for move in preview.moved
        ],
        "problems": [
            {
                "kind": problem.kind,
                "message": problem.message,
                "sentence": problem.sentence,
                "blocking": problem.blocking,
            }
            for problem in reading.problems
        ],
    }


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        year = date(int(text), 1, 1).year
    except ValueError as error:
        raise CommandError(f"--year 应为年度，如 2027；现为“{text}”。", returncode=2) from error
    if year not in services.YEARS:
        raise CommandError(f"--year 应为年度，如 2027；现为“{text}”。", returncode=2)
    return year


def _read(name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise CommandError(f"读不了文件“{name}”：请核对路径和权限。", returncode=2) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CommandError(
        f"“{name}”不是文字文件。请把通知的文字另存为 UTF-8 或 GB18030 编码的 .txt 文件。",
        returncode=2,
    )
