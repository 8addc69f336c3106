"""`gongkai fee`: compute the information processing fee and print how it comes about."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gongkai.statute.fees import FeeError, fee_by_items, fee_by_pages


class Command(BaseCommand):
    help = "计算信息处理费，逐档列出 / Compute the information processing fee, bracket by bracket"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        # Read as text: the mistakes are then explained in Chinese, all in one way.
        parser.add_argument("--pages", metavar="N", help="按量计收：一件申请提供的页数")
        parser.add_argument("--items", metavar="N", help="按件计收：同一申请人当月的申请件数")
        parser.add_argument("--on", metavar="YYYY-MM-DD", help="收到申请之日（默认今天）")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args: Any, **options: Any) -> None:
        pages, items = options["pages"], options["items"]
        if (pages is None) == (items is None):
            raise CommandError(
                "请在 --pages（按量计收）与 --items（按件计收）中选用一种，且只能选一种："
                "同一件申请不得同时按两种方式收费（信息处理费管理办法第三条）。",
                returncode=2,
            )
        on = self._date(options["on"])
        try:
            if pages is not None:
                reading = fee_by_pages(self._count("--pages", pages), on)
            else:
                reading = fee_by_items(self._count("--items", items), on)
        except FeeError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(reading.as_json(), ensure_ascii=False))
        else:
            self.stdout.write("\n".join(reading.lines()))

    def _count(self, option: str, text: object) -> int:
        try:
            return int(str(text))
        except ValueError as error:
            raise CommandError(
                f"{option} 应为整数，如 250；现为“{text}”。", returncode=2
            ) from error

    def _date(self, text: object) -> date:
        if text is None:
            return timezone.localdate()
        try:
            return date.fromisoformat(str(text))
        except ValueError as error:
            raise CommandError(
                f"--on 应为日期，如 2026-03-06；现为“{text}”。", returncode=2
            ) from error
