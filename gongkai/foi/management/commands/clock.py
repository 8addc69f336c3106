"""`gongkai clock`: read the statutory clock of one case or many, and say why.

Exit codes: 0, 1 when some case breaks the law's order or cannot be read as a case (the others
are still answered), 2 when the file itself cannot be read.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, get_args

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseError
from django.utils import timezone

from gongkai.statute.clock import (
    ClockReading,
    EventError,
    FeePaymentEffect,
    IllegalSequence,
    case_from_json,
    read_clock,
)
from gongkai.statute.workdays import LayeredCalendar, WorkCalendar
from gongkai.workdays.queries import current_calendar


class Command(BaseCommand):
    help = "计算答复期限并说明理由 / Read the statutory clock of a case and explain it"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", help="一件申请的事件，或者多件的列表（JSON）；- 为标准输入"
        )
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.FEE_PAYMENT_EFFECT not in get_args(FeePaymentEffect):
            raise CommandError(
                f"设置 FEE_PAYMENT_EFFECT 应为 restart 或 resume，现为“{settings.FEE_PAYMENT_EFFECT}”。",
                returncode=2,
            )
        data = self._load(options["file"])
        cases = data if isinstance(data, list) else [data]
        calendar = self._calendar()
        answers = [self._read(case, calendar) for case in cases]
        if options["json"]:
            shown = [_as_json(answer) for answer in answers]
            whole = shown if isinstance(data, list) else shown[0]
            self.stdout.write(json.dumps(whole, ensure_ascii=False))
        else:
            for number, answer in enumerate(answers, 1):
                heading = f"第 {number} 件" if isinstance(data, list) else ""
                self.stdout.write("\n".join(_as_text(answer, heading)))
        if any(not isinstance(answer, ClockReading) for answer in answers):
            sys.exit(1)

    def _load(self, file: str) -> dict[str, Any] | list[Any]:
        name = "标准输入" if file == "-" else f"文件“{file}”"
        try:
            raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
            data = json.loads(raw.decode("utf-8-sig"))
        except OSError as error:
            raise CommandError(f"无法读取{name}：{error.strerror}", returncode=2) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{name}不是 UTF-8 编码，请另存后重试。", returncode=2) from error
        except (ValueError, RecursionError) as error:
            raise CommandError(f"{name}不是有效的 JSON：{error}", returncode=2) from error
        if not isinstance(data, dict | list):
            raise CommandError(
                f'{name}应为一个对象或者对象的列表，如 {{"events": […], "today": "2026-03-20"}}。',
                returncode=2,
            )
        return data

    def _calendar(self) -> WorkCalendar:
        """The site's calendar, or the published one where there is no database to ask."""
        try:
            return current_calendar()
        except DatabaseError:
            self.stderr.write("未能读取本地工作日表，按随附的历法数据计算。")
            return LayeredCalendar()

    def _read(self, data: object, calendar: WorkCalendar) -> ClockReading | ValueError:
        try:
            events, today = case_from_json(data, today=timezone.localdate())
            return read_clock(
                events, calendar, today, fee_payment_effect=settings.FEE_PAYMENT_EFFECT
            )
        except (IllegalSequence, EventError) as error:
            return error


def _as_json(answer: ClockReading | ValueError) -> dict[str, Any]:
    if isinstance(answer, ClockReading):
        return answer.as_json()
    if isinstance(answer, IllegalSequence):
        return {"error": {"article": answer.article, "message": answer.message}}
    return {"error": {"article": None, "message": str(answer)}}


def _as_text(answer: ClockReading | ValueError, heading: str) -> list[str]:
    if not isinstance(answer, ClockReading):
        return [*([heading] if heading else []), f"无法计算：{answer}", ""]
    lines = [f"{heading}（截至 {answer.today}）".lstrip(), f"状态：{answer.state.label}"]
    if answer.due_on is not None:
        lines.append(f"答复期限：{answer.due_on}" + ("（暂定）" if answer.provisional else ""))
    if answer.other_due is not None:
        lines.append(f"{answer.other_due.label}：{answer.other_due.on}")
    lines.append(answer.explanation)
    for part in answer.segments:
        mark = "计入" if part.counts else "不计"
        later = "（未到）" if part.future else ""
        lines.append(
            f"  {part.first} 至 {part.last}  {mark} {part.working_days:>3} 个工作日  "
            f"{part.why}（{part.article}）{later}"
        )
    return [*lines, ""]
