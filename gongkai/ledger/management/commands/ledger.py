"""`gongkai ledger verify` and `gongkai ledger checkpoint`."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gongkai.ledger import queries


class Command(BaseCommand):
    help = "核验操作台账的杂凑链，或写出检查点 · verify the hash-chained ledger"

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True, metavar="verify|checkpoint")
        verify = commands.add_parser(
            "verify", help="逐条重算杂凑值，指出被改动、删除或调换的记录；有问题时退出码为 1"
        )
        verify.add_argument("--json", action="store_true", dest="as_json", help="以 JSON 输出")
        verify.add_argument("--chain", help="只核验一条链：机构代码，或 site")
        verify.add_argument("--checkpoint", help="与此前写出的检查点文件核对")
        checkpoint = commands.add_parser(
            "checkpoint", help="写出各链的末条序号和杂凑值，请存放到平台以外的地方"
        )
        checkpoint.add_argument("file", metavar="FILE", help="检查点文件；- 为标准输出")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "checkpoint":
            self.write_checkpoint(options["file"])
        else:
            self.verify(options)

    def write_checkpoint(self, file: str) -> None:
        if file == "-":
            for line in queries.checkpoint_text(queries.heads()):
                self.stdout.write(line, ending="")
            return
        count = 0
        try:
            with Path(file).open("w", encoding="utf-8", newline="\n") as target:
                for line in queries.checkpoint_text(queries.heads()):
                    target.write(line)
                    count += 1
        except OSError as error:
            raise CommandError(f"检查点文件无法写入：{file}（{error.strerror}）") from None
        self.stdout.write(f"已写出{count}条链的检查点：{file}")

    def verify(self, options: dict[str, Any]) -> None:
        run = queries.Verification(
            chain=options["chain"], checkpoint=self.read_checkpoint(options["checkpoint"])
        )
        listed = []
        for finding in run.findings():
            listed.append(finding)
            if not options["as_json"]:
                self.stdout.write(f"✕ {queries.KINDS[finding.kind]}：{finding.message}")
        if options["chain"] and not run.chains and not listed:
            raise CommandError(f"没有名为“{options['chain']}”的链。", returncode=2)
        if options["as_json"]:
            answer = {
                "ok": not listed,
                "chains": run.chains,
                "entries": run.entries,
                "findings": [finding.as_json() for finding in listed],
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
        elif listed:
            self.stdout.write(
                f"核验{run.chains}条链、{run.entries}条记录，发现{len(listed)}处问题。"
            )
        else:
            self.stdout.write(f"核验{run.chains}条链、{run.entries}条记录，全部完好。")
        if listed:
            sys.exit(1)

    def read_checkpoint(self, file: str | None) -> dict[str, queries.Head]:
        if not file:
            return {}
        try:
            with Path(file).open(encoding="utf-8") as lines:
                return queries.read_checkpoint(lines)
        except (OSError, UnicodeDecodeError):
            raise CommandError(f"检查点文件无法读取：{file}", returncode=2) from None
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from None
