"""`gongkai report`: build, read and check annual reports."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gongkai.reports.commands import subcommands


class Command(BaseCommand):
    help = "年度报告：生成、读取、核对 / Annual report: build, read, check"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        known = parser.add_subparsers(
            dest="subcommand",
            metavar="SUBCOMMAND",
            parser_class=_Parser,
        )
        for name, module in subcommands():
            # The lines of Django's own options would hide ours.
            sub = known.add_parser(name, help=module.help, description=module.help)
            module.add_arguments(sub)

    def handle(self, *args: Any, **options: Any) -> None:
        modules = dict(subcommands())
        if options["subcommand"] is None:
            known = "、".join(modules)
            raise CommandError(
                f"请写明要做什么：{known}。例如 gongkai report build --help。", returncode=2
            )
        code = modules[options["subcommand"]].run(self, options)
        if code:
            sys.exit(code)


class _Parser(CommandParser):
    """A subcommand's parser: errors end with exit code 2, as everywhere else."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("called_from_command_line", True)
        super().__init__(**kwargs)
