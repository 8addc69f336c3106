"""`gongkai report build`: make a report from the records and write it to a file.

The report as it would be made now; with ``--published`` the one that was published. Exit code
0, or 2 when it cannot be made (unknown body, year without format, path not writable).
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gongkai.organs.models import Organ
from gongkai.reports import assemble, queries
from gongkai.reports.build import build, build_all, check_scope
from gongkai.reports.models import AnnualReport
from gongkai.reports.render import render
from gongkai.reports.tree import ReportError, ReportingTree, default_scope

help = "从记录生成年度报告 / Build an annual report from the records"
FORMATS = ("json", "xml", "html", "docx", "pdf", "xlsx")


def add_arguments(parser: ArgumentParser) -> None:
    # What is missing or wrong is said in `run`, in Chinese, and not by the parser.
    parser.add_argument("--organ", metavar="CODE", help="机关代码，例如 411281")
    parser.add_argument("--all", action="store_true", help="所有应当编制报告的机关，逐个写入目录")
    parser.add_argument("--year", metavar="YYYY", help="报告年度，例如 2020")
    parser.add_argument(
        "--scope",
        metavar="SCOPE",
        help="口径：own 本机关，aggregate 汇总本机关及所属（政府默认汇总，其他机关默认本机关）",
    )
    parser.add_argument(
        "--format",
        metavar="KIND",
        default="json",
        help=f"文件格式：{'、'.join(FORMATS)}（默认 json）",
    )
    parser.add_argument(
        "--published", action="store_true", help="取已发布的报告，而不是按现有记录重新生成"
    )
    parser.add_argument(
        "-o",
        "--output",
        default="-",
        metavar="FILE",
        help="写入的文件；“-”为标准输出（默认）；与 --all 同用时为目录",
    )


def run(command: BaseCommand, options: Mapping[str, Any]) -> int:
    year = _year(options["year"])
    if bool(options["organ"]) == options["all"]:
        raise CommandError(
            "请用 --organ 写明一个机关的代码，或者用 --all 生成全部机关的报告。", returncode=2
        )
    if options["format"] not in FORMATS:
        raise CommandError(
            f"--format 可选 {'、'.join(FORMATS)}；现为“{options['format']}”。", returncode=2
        )
    try:
        check_scope(options["scope"])
        if options["all"]:
            return _write_all(command, year, options)
        document = _document(options["organ"], year, options)
    except ReportError as error:
        raise CommandError(str(error), returncode=2) from error
    data = render(document, options["format"])
    if options["output"] == "-":
        _to_stdout(command, data)
    else:
        _write(Path(options["output"]), data)
        command.stderr.write(f"已写入 {options['output']}（{len(data):,}字节）。")
    return 0


def _document(code: str, year: int, options: Mapping[str, Any]) -> Any:
    if options["published"]:
        report = queries.published_report(code, year, options["scope"])
        if report is None:
            ReportingTree.load(year).body(code)
            raise ReportError(
                f"{code}没有已发布的{year}年报告；去掉 --published 可按现有记录生成。"
            )
        return assemble.from_report(report)
    built = build(code, year, options["scope"])
    report = (
        AnnualReport.objects.filter(organ_id=built.organ.pk, year=year, scope=built.scope)
        .select_related("organ")
        .order_by("-version")
        .first()
    )
    organ = Organ.objects.get(pk=built.organ.pk)
    return assemble.from_built(built, report.sections if report else None, organ)


def _write_all(command: BaseCommand, year: int, options: Mapping[str, Any]) -> int:
    if options["output"] == "-" or options["published"]:
        raise CommandError("--all 须用 -o 指定一个目录，且不能与 --published 同用。", returncode=2)
    folder = Path(options["output"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    sections: dict[tuple[int, str], dict[str, str]] = {
        (organ_id, scope): text
        for organ_id, scope, text in AnnualReport.objects.filter(year=year)
        .order_by("version")
        .values_list("organ_id", "scope", "sections")
    }
    organs = Organ.objects.in_bulk()
    number = violations = 0
    for built in build_all(year, scope=options["scope"], previous_from_records=True):
        text = sections.get((built.organ.pk, built.scope))
        document = assemble.from_built(built, text, organs[built.organ.pk])
        suffix = "" if built.scope == default_scope(built.organ) else f"-{built.scope}"
        name = f"{built.organ.code}-{year}{suffix}.{options['format']}"
        _write(folder / name, render(document, options["format"]))
        number += 1
        violations += bool(built.violations)
    command.stderr.write(
        f"已写入{number}份报告到 {folder}，其中{violations}份有不符合勾稽关系的数字。"
    )
    return 0


def _year(text: str | None) -> int:
    if text is None:
        raise CommandError("请用 --year 写明报告年度，例如 --year 2020。", returncode=2)
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise CommandError(f"--year 应为四位年份，例如 2020；现为“{text}”。", returncode=2)
    return int(text)


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> CommandError:
    if path.is_dir():
        why = "这是一个目录，请写明文件名"
    elif not path.parent.exists():
        why = "上级目录不存在，请先建立"
    else:
        why = f"系统提示：{error.strerror or error}"
    return CommandError(f"不能写入 {path}：{why}。", returncode=2)


def _to_stdout(command: BaseCommand, data: bytes) -> None:
    raw = getattr(getattr(command.stdout, "_out", sys.stdout), "buffer", None)
    if raw is not None:
        raw.write(data)
        raw.flush()
    else:
        command.stdout.write(data.decode("utf-8", "replace"), ending="")
