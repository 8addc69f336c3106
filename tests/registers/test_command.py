"""`gongkai registers import|template`."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from openpyxl import load_workbook

from gongkai.registers.models import Decision
from gongkai.registers.services.staging import Staging
from tests.factories.organs import make_organ
from tests.factories.registers import make_decision

pytestmark = pytest.mark.django_db

HEAD = "类别,决定文号,决定名称,决定日期\n"


@pytest.fixture
def organ():
    return make_organ("411281")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "决定.csv"
    path.write_text(HEAD + "许可,A1,新,2020-03-05\n许可,A2,,2020-03-06\n", "gb18030")
    return path


def run(*args):
    out = StringIO()
    try:
        call_command("registers", *map(str, args), stdout=out)
    except SystemExit as stopped:
        return stopped.code, out.getvalue()
    return 0, out.getvalue()


def test_a_file_is_checked_and_then_imported(organ, file):
    make_decision(organ, document_number="A1", title="旧", decided_on="2020-03-05")
    code, said = run("import", "decisions", file, "--organ", "411281", "--dry-run")
    assert code == 0
    assert "检查无误（未导入）" in said
    assert "第2行 A1 “决定名称”：旧 → 新" in said
    assert Decision.objects.count() == 1
    code, said = run("import", "decisions", file, "--organ", "411281")
    assert "已导入。共2行：新增1，更新1，无变化0。" in said
    assert Decision.objects.count() == 2


def test_the_answer_in_json_is_stable(organ, file):
    code, said = run("import", "decisions", file, "--organ", "411281", "--json")
    answer = json.loads(said)
    assert code == 0
    assert answer.pop("sm3")
    assert answer == {
        "ok": True, "kept": True, "register": "decisions", "created": 2, "updated": 0,
        "unchanged": 0, "fields": {}, "differences": [], "organs": 1, "ignored_columns": [],
    }  # fmt: skip


def test_problems_end_with_code_1_and_their_places(organ, tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text(HEAD + "许可,A1,,2020-13-05\n")
    code, said = run("import", "decisions", bad, "--organ", "411281")
    assert code == 1
    assert "第2行“决定日期”列：没有“2020-13-05”这一天" in said
    assert "没有导入任何数据" in said
    code, said = run("import", "decisions", bad, "--organ", "411281", "--json")
    assert (code, json.loads(said)["problems"][0]["row"]) == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["import", "decisions", "/nowhere.csv"], "没有这个文件"),
        (["import", "decisions", "{file}", "--organ", "999"], "没有代码为“999”的机关"),
        (["template", "decisions", "/nowhere/t.xlsx"], "模板无法写入"),
    ],
)
def test_what_cannot_be_read_ends_with_code_2(organ, file, arguments, words):
    with pytest.raises(CommandError, match=words) as caught:
        call_command("registers", *[a.format(file=file) for a in arguments])
    assert caught.value.returncode == 2


def test_a_template_is_written(tmp_path):
    target = tmp_path / "t.xlsx"
    assert run("template", "fees", target)[0] == 0
    assert load_workbook(target).worksheets[0]["B1"].value == "票据号"


def test_a_long_file_shows_its_progress_on_a_terminal(organ, file, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run("import", "decisions", file, "--organ", "411281")[0] == 0
    assert "导入 决定.csv" in capsys.readouterr().err


def test_columns_that_were_passed_over_and_further_changes_are_said(organ, tmp_path):
    for number in range(25):
        make_decision(organ, document_number=f"A{number}", title="旧", decided_on="2020-03-05")
    path = tmp_path / "many.csv"
    rows = "".join(f"许可,A{number},新,2020-03-05,x\n" for number in range(25))
    path.write_text(HEAD.replace("\n", ",备注\n") + rows)
    said = run("import", "decisions", path, "--organ", "411281")[1]
    assert "以下各列未导入：备注" in said
    assert "只列出前若干处更新" in said
    assert said.count("旧 → 新") == 20


def test_a_number_registered_meanwhile_ends_with_code_1(organ, file, monkeypatch):
    def loses_the_race(self):
        raise IntegrityError("duplicate key")

    monkeypatch.setattr(Staging, "insert", loses_the_race)
    with pytest.raises(CommandError, match="请重新导入") as caught:
        run("import", "decisions", file, "--organ", "411281")
    assert caught.value.returncode == 1
