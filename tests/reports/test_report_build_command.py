"""`gongkai report build`: files, exit codes, Chinese errors."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from gongkai.organs.models import Organ
from gongkai.reports.models import State
from gongkai.statute.formats import get_format
from tests.factories.organs import make_organ
from tests.factories.reports import add_project, add_requests, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organ:
    return make_organ("T411281", name="测试市人民政府")


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("report", "build", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_json_on_standard_output_holds_every_cell_under_its_id(city: Organ) -> None:
    add_requests(make_organ(parent=city), 2)
    add_project(city, "375970050.00")
    out, _ = run("--organ", city.code, "--year", "2021", "--format", "json")
    cells = json.loads(out)["cells"]
    assert set(get_format("2021").cells) <= cells.keys()
    assert cells["t3.new.total"] == 2
    earlier, _ = run("--organ", city.code, "--year", "2020", "--format", "json", "-o", "-")
    assert "37597.005" in earlier
    own, _ = run("--organ", city.code, "--year", "2021", "--scope", "own")
    assert json.loads(own)["cells"]["t3.new.total"] == 0


@pytest.mark.parametrize("kind", ["json", "xml", "html", "docx", "pdf", "xlsx"])
def test_every_format_is_written_to_a_file(city: Organ, tmp_path: Path, kind: str) -> None:
    target = tmp_path / f"report.{kind}"
    _, err = run("--organ", city.code, "--year", "2021", "--format", kind, "-o", str(target))
    assert target.stat().st_size > 500
    assert "已写入" in err


def test_the_published_report_can_be_had_instead(city: Organ) -> None:
    with pytest.raises(CommandError, match="没有已发布的2021年报告"):
        run("--organ", city.code, "--year", "2021", "--published")
    make_report(city, 2021, state=State.PUBLISHED)
    add_requests(city, 1)
    now, _ = run("--organ", city.code, "--year", "2021")
    published, _ = run("--organ", city.code, "--year", "2021", "--published")
    assert json.loads(now)["cells"]["t3.new.total"] == 1
    assert json.loads(published)["cells"]["t3.new.total"] == 0


def test_all_bodies_are_written_into_a_folder(city: Organ, tmp_path: Path) -> None:
    bureau = make_organ(parent=city)
    folder = tmp_path / "reports"
    _, err = run("--all", "--year", "2021", "-o", str(folder))
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [f"{city.code}-2021.json", f"{bureau.code}-2021.json"]
    )
    assert "已写入2份报告" in err
    with pytest.raises(CommandError, match="须用 -o 指定一个目录"):
        run("--all", "--year", "2021")


def test_without_a_subcommand_the_choices_are_named() -> None:
    with pytest.raises(CommandError, match="请写明要做什么：build、") as caught:
        call_command("report")
    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--organ", "NOWHERE", "--year", "2021"), "没有代码为“NOWHERE”的机关"),
        (("--organ", "T411281", "--year", "2018"), "2018年没有可用的年度报告格式"),
        (("--organ", "T411281", "--year", "2999"), "尚未开始"),
        (("--organ", "T411281", "--year", "去年"), "应为四位年份"),
        (("--organ", "T411281"), "请用 --year 写明报告年度"),
        (("--year", "2021"), "请用 --organ 写明一个机关的代码"),
        (("--organ", "T411281", "--year", "2021", "--format", "zip"), "--format 可选"),
        (("--organ", "T411281", "--year", "2021", "--scope", "x"), "没有名为“x”的口径"),
        (("--organ", "T411281", "--year", "2021", "-o", "/nowhere/x.json"), "上级目录不存在"),
        (("--organ", "T411281", "--year", "2021", "-o", "/"), "这是一个目录"),
    ],
)
def test_mistakes_end_with_code_2_and_a_sentence(
    city: Organ, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(CommandError, match=words) as caught:
        run(*arguments)
    assert caught.value.returncode == 2
