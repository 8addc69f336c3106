"""`gongkai foi recompute`: rebuild the due dates of open requests from their events;
`gongkai foi messages`: send the mails and text messages to applicants that are due;
`gongkai foi receipts`: online filings of rest days become requests (ONLINE_RECEIPT=submission);
`gongkai foi retain`: erase applicants' data whose period is over, and accounts that nobody uses;
`gongkai foi drafts`: forms that were begun and never sent; `gongkai foi verify`: compare events with the ledger.

Meant for daily timers, and `recompute` for after a change of settings or calendar. Exit code 1 when
some case's events are not lawful by the calendar in force, or do not agree with the ledger.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from gongkai.foi.messaging import sending
from gongkai.foi.services import MovedDue, Recomputed, recompute_due_dates
from gongkai.foi.services.drafts import sweep as sweep_drafts
from gongkai.foi.services.intake import confirm_submitted
from gongkai.foi.services.retention import retain
from gongkai.foi.services.verifying import Verification
from gongkai.ledger.actor import Actor


class Command(BaseCommand):
    help = (
        "依申请公开：重算期限、到期清除、核对 · disclosure on request: deadlines, retention, checks"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="recompute|receipts|…")
        recompute = commands.add_parser("recompute", help="重算未办结申请的期限，列出变动的")
        recompute.add_argument("--dry-run", action="store_true", help="只列出，不写入")
        recompute.add_argument(
            "--ended", action="store_true", help="也重算已办结的申请（升级或者更正以往的日历之后）"
        )
        recompute.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        commands.add_parser("receipts", help="把休息日提交、今天收到的网上申请登记为申请")
        retain = commands.add_parser("retain", help="清除保存期限已满的申请人个人信息")
        retain.add_argument("--dry-run", action="store_true", help="只列出，不清除")
        retain.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        commands.add_parser("drafts", help="清除过期的未提交申请")
        verify = commands.add_parser("verify", help="核对办理事件与台账；有出入时退出码为 1")
        verify.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        messages = commands.add_parser("messages", help="发送到期的短信、邮件")
        messages.add_argument("--follow", action="store_true", help="随时发送，不退出")
        messages.add_argument("--every", type=float, default=15, help="间隔秒数，默认 15")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, options["what"])(options)

    def messages(self, options: dict[str, Any]) -> None:
        sending.run(self, follow=options["follow"], every=options["every"])

    def receipts(self, options: dict[str, Any]) -> None:
        count = confirm_submitted(Actor.command("gongkai foi receipts"))
        self.stdout.write(f"已登记为申请{count:,}件。")

    def drafts(self, options: dict[str, Any]) -> None:
        count = sweep_drafts(Actor.command("gongkai foi drafts"))
        self.stdout.write(f"已清除过期的未提交申请{count:,}件。")

    def retain(self, options: dict[str, Any]) -> None:
        done = retain(Actor.command("gongkai foi retain"), dry_run=options["dry_run"])
        if options["as_json"]:
            answer = {
                "kept": not options["dry_run"],
                "erased": [
                    {"organ": one.organ_code, "intake": one.number, "until": one.until.isoformat()}
                    for one in done.erased
                ],
                "marked": done.marked,
                "drafts": done.drafts,
                "accounts": done.accounts,
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
            return
        for one in done.erased:
            self.stdout.write(f"{one.organ_name} 来件 {one.number}：保存至{one.until}")
        verb = "将清除（未写入）" if options["dry_run"] else "已清除"
        self.stdout.write(f"{verb}{len(done.erased):,}名申请人的个人信息。")
        if done.drafts:
            self.stdout.write(f"已清除过期的未提交申请{done.drafts:,}件。")
        if done.accounts:
            self.stdout.write(f"{verb}长期不用的账号{done.accounts:,}个。")

    def verify(self, options: dict[str, Any]) -> None:
        run = Verification()
        found = []
        for one in run.differences():
            found.append(one)
            if not options["as_json"]:
                where = f"{one.organ_name} {one.number}".strip()
                place = f" 第{one.seq}项" if one.seq else ""
                self.stdout.write(
                    f"✕ {where}{place}：{one.message}" if where else f"✕ {one.message}"
                )
        if options["as_json"]:
            answer = {
                "ok": not found,
                "requests": run.requests,
                "events": run.events,
                "differences": [asdict(one) for one in found],
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            end = f"发现{len(found):,}处出入。" if found else "与台账全部一致。"
            self.stdout.write(f"核对{run.requests:,}件申请、{run.events:,}项办理事件，{end}")
        if found:
            sys.exit(1)

    def recompute(self, options: dict[str, Any]) -> None:
        done = recompute_due_dates(
            Actor.command("gongkai foi recompute"),
            dry_run=options["dry_run"],
            ended=options["ended"],
        )
        if options["as_json"]:
            self.stdout.write(json.dumps(self.answer(done, options), ensure_ascii=False))
        else:
            self.say(done, kept=not options["dry_run"], ended=options["ended"])
        if done.unreadable:
            sys.exit(1)

    def answer(self, done: Recomputed, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "kept": not options["dry_run"],
            "looked_at": done.looked_at,
            "changed": done.rows,
            "moved": [_moved(move) for move in done.moved],
            "intakes": [_moved(move) for move in done.shadows],
            "unreadable": [
                {"organ": each.organ_code, "number": each.number, "reason": each.reason}
                for each in done.unreadable
            ],
        }

    def say(self, done: Recomputed, *, kept: bool, ended: bool) -> None:
        for move in done.moved:
            self.stdout.write(
                f"{move.organ_name} {move.number}：{move.old or '无'} → {move.new or '无'}"
            )
        for move in done.shadows:
            self.stdout.write(
                f"{move.organ_name} 来件 {move.number}（待确认，按到达日期计算）："
                f"{move.old or '无'} → {move.new or '无'}"
            )
        for each in done.unreadable:
            self.stdout.write(f"✕ {each.organ_name} {each.number}：{each.reason}")
        verb = "已重算" if kept else "将重算（未写入）"
        which = "" if ended else "未办结"
        self.stdout.write(f"{verb}{done.looked_at:,}件{which}申请，期限变动{len(done.moved):,}件。")


def _moved(move: MovedDue) -> dict[str, Any]:
    return {
        "organ": move.organ_code,
        "number": move.number,
        "old": move.old and move.old.isoformat(),
        "new": move.new and move.new.isoformat(),
    }
