"""Importing bodies: parents in any order, all or nothing, the same file twice changes nothing."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongkai.ledger import queries as ledger
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import imports, services
from gongkai.organs.models import Organ
from tests.factories.organs import make_user

pytestmark = pytest.mark.django_db
OPERATOR = Actor.command("gongkai test")
HEAD = "机构代码,机构名称,机构类型,层级,上级机构代码,统一社会信用代码,联系电话\n"
COUNTY = HEAD + (
    "411281-001-01,义马市某中心,授权组织,县级,411281-001,,\n"
    "411281-001,义马市发展和改革委员会,政府部门,县级,411281,91350100M000100Y43,0398-1\n"
    "411281,义马市人民政府,人民政府,县级,,,\n"
    "411281-101,千秋路街道办事处,街道办事处,乡级,411281,,\n"
)


def load(text: str, actor: Actor = OPERATOR, **options) -> imports.ImportReport:
    return services.import_organs(actor, io.BytesIO(text.encode()), "机构.csv", **options)


def problems(text: str, actor: Actor = OPERATOR) -> list[tuple[int, str, str]]:
    """The problems of the file; and nothing was kept of it."""
    before = (list(Organ.objects.order_by("pk").values()), LedgerEntry.objects.count())
    with pytest.raises(imports.ImportFailed) as caught:
        load(text, actor)
    assert (list(Organ.objects.order_by("pk").values()), LedgerEntry.objects.count()) == before
    return [tuple(problem) for problem in caught.value.problems]


def test_a_file_with_children_before_parents_becomes_a_tree() -> None:
    report = load(COUNTY)

    assert (report.created, report.updated, report.unchanged) == (4, 0, 0)
    assert [(o.code, o.path, o.depth) for o in Organ.objects.order_by("path")] == [
        ("411281", "/411281/", 0),
        ("411281-001", "/411281/411281-001/", 1),
        ("411281-001-01", "/411281/411281-001/411281-001-01/", 2),
        ("411281-101", "/411281/411281-101/", 1),
    ]
    department = Organ.objects.get(code="411281-001")
    assert (department.kind, department.level, department.phone) == (
        "department", "county", "0398-1",
    )  # fmt: skip
    assert str(report) == "共4行：新增4，更新0，无变化0。"


def test_the_same_file_again_changes_nothing_and_records_only_that() -> None:
    load(COUNTY)
    before = list(Organ.objects.order_by("pk").values())
    report = load(COUNTY)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 4)
    assert list(Organ.objects.order_by("pk").values()) == before
    assert LedgerEntry.objects.filter(action="organs.update").count() == 0
    assert LedgerEntry.objects.filter(action="organs.import", chain__name="site").count() == 2


def test_every_body_is_recorded_in_its_own_chain() -> None:
    load(COUNTY)
    load(HEAD + "411281-001,义马市发改委,政府部门,县级,411281,91350100M000100Y43,\n")
    entries = LedgerEntry.objects.filter(chain__name="411281-001").order_by("seq")
    assert [e.action for e in entries] == ["organs.create", "organs.update"]
    assert entries[1].changes == {
        "name": ["义马市发展和改革委员会", "义马市发改委"], "phone": ["0398-1", ""],
    }  # fmt: skip
    assert list(ledger.Verification().findings()) == []


def test_columns_that_the_file_lacks_stay_as_they_are() -> None:
    load(COUNTY)
    load("代码,名称,类型,级别\n411281-001,新名,政府部门,县级\n")
    organ = Organ.objects.get(code="411281-001")
    assert (organ.name, organ.phone, organ.parent.code) == ("新名", "0398-1", "411281")


def test_a_body_that_moves_takes_along_those_the_file_does_not_name() -> None:
    load(COUNTY)
    report = load(
        HEAD
        + "411281-001,义马市发展和改革委员会,政府部门,乡级,411281-101,91350100M000100Y43,0398-1\n"
    )
    assert (report.updated, report.unchanged) == (1, 0)
    low = Organ.objects.get(code="411281-001-01")
    assert (low.path, low.depth) == ("/411281/411281-101/411281-001/411281-001-01/", 3)
    # Two bodies may also change places.
    load(
        HEAD + "411281-101,千秋路街道办事处,街道办事处,乡级,411281-001,,\n"
        "411281-001,义马市发展和改革委员会,政府部门,县级,411281,91350100M000100Y43,0398-1\n"
    )
    assert Organ.objects.get(code="411281-101").path == "/411281/411281-001/411281-101/"
    assert Organ.objects.get(code="411281-001-01").depth == 2


def test_problems_name_row_and_column_and_keep_nothing() -> None:
    load(COUNTY)
    found = problems(HEAD + (
        "X1,甲,政府部门,县级,NONE,,\n"
        "x2,乙,政府部门,县级,411281,,\n"
        "X3,丙,俱乐部,县级,411281,,\n"
        ",丁,政府部门,县级,411281,,\n"
        "X5,戊,政府部门,市级,411281,,\n"
        "X6,己,政府部门,县级,411281,91350100M000100Y44,\n"
        "X7,庚,政府部门,县级,411281,91350100M000100Y43,\n"
        "X1,辛,政府部门,县级,411281,,\n"
    ))  # fmt: skip
    assert [(row, column) for row, column, _ in found] == [
        (2, "上级机构代码"), (3, "机构代码"), (4, "机构类型"), (5, "机构代码"), (6, "层级"),
        (7, "统一社会信用代码"), (8, "统一社会信用代码"), (9, "机构代码"),
    ]  # fmt: skip
    words = ["没有代码为“NONE”", "大写字母", "人民政府、政府部门", "不能为空", "不能高于上级机构",
             "校验位不符", "已属于机构 411281-001", "与第2行重复"]  # fmt: skip
    for part, (_, _, message) in zip(words, found, strict=True):
        assert part in message


def test_rings_are_named_link_by_link() -> None:
    found = problems(HEAD + (
        "A,甲,政府部门,县级,C,,\nB,乙,政府部门,县级,A,,\nC,丙,政府部门,县级,B,,\n"
        "D,丁,政府部门,县级,A,,\nE,戊,政府部门,县级,E,,\n"
    ))  # fmt: skip
    assert [(row, column) for row, column, _ in found] == [
        (2, "上级机构代码"), (3, "上级机构代码"), (4, "上级机构代码"), (6, "上级机构代码"),
    ]  # fmt: skip
    assert "A → C → B → A" in found[0][2]
    assert "E → E" in found[3][2]


def test_a_ring_through_a_body_that_exists_already_is_found() -> None:
    load(COUNTY)
    found = problems(HEAD + "411281,义马市人民政府,人民政府,县级,411281-001-01,,\n")
    assert found[0][:2] == (2, "上级机构代码")
    assert "循环" in found[0][2]


def test_a_dry_run_reports_and_keeps_nothing() -> None:
    report = load(COUNTY, dry_run=True)
    assert report.created == 4
    assert report.sample[0]["机构名称"] == "义马市某中心"
    assert not Organ.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_an_administrator_imports_below_his_own_body_only(county) -> None:
    actor = Actor.for_user(make_user("system_admin", county.top))
    own = "机构代码,机构名称,机构类型,层级,上级机构代码\n"
    report = load(own + "N1,新局,政府部门,县级,411281\nN2,新科,政府部门,县级,N1\n", actor)
    assert report.created == 2
    load(own + "411281,义马市政府,人民政府,县级,\n", actor)

    for row in (
        "N3,别人的局,政府部门,县级,411282",
        "N4,新的根,人民政府,县级,",
        "411282-003,别人的局,政府部门,县级,411282",
        "411282-003,抢来的局,政府部门,县级,411281",
        "411281-003,送走的局,政府部门,县级,411282",
    ):
        found = problems(own + row + "\n", actor)
        assert [(r, c) for r, c, _ in found] == [(2, "机构代码")], row
        assert "不在您管理的机构范围内" in found[0][2]

    for role in ("information_officer", "security_officer"):
        someone = Actor.for_user(make_user(role, county.top))
        assert problems(own + "N9,新局,政府部门,县级,411281\n", someone)


def test_nothing_is_imported_below_an_abolished_body(county) -> None:
    from datetime import date

    services.abolish_organ(OPERATOR, county.lookalike, on=date(2020, 1, 1))
    found = problems("代码,名称,类型,层级,上级\nN,新,政府部门,县级,411281-0031\n")
    assert found[0][:2] == (2, "上级机构代码")
    assert "已撤销" in found[0][2]


def test_statements_do_not_grow_with_the_rows() -> None:
    def statements(count: int, prefix: str) -> int:
        rows = "".join(f"{prefix}-{n:04d},局{n},政府部门,县级,{prefix},,\n" for n in range(count))
        with CaptureQueriesContext(connection) as captured:
            load(HEAD + f"{prefix},政府,人民政府,县级,,,\n" + rows)
        return len(captured)

    statements(2, "C0")
    assert statements(40, "C2") == statements(2, "C1")


def test_the_command_imports_checks_and_reports(tmp_path: Path) -> None:
    file = tmp_path / "机构.csv"
    file.write_text(COUNTY, encoding="gb18030")

    def run(*arguments: str) -> tuple[int, str]:
        out = io.StringIO()
        try:
            call_command("organs", "import", str(file), *arguments, stdout=out)
        except SystemExit as stop:
            return stop.code, out.getvalue()
        return 0, out.getvalue()

    assert run("--check") == (0, "检查无误（未导入）。共4行：新增4，更新0，无变化0。\n")
    assert not Organ.objects.exists()
    code, answer = run("--json")
    assert (code, json.loads(answer)["created"]) == (0, 4)
    assert LedgerEntry.objects.filter(channel="command").count() == 5

    file.write_text(HEAD + "X,甲,政府部门,县级,NONE,,\n", encoding="utf-8")
    code, answer = run()
    assert code == 1
    assert "第2行“上级机构代码”列：没有代码为“NONE”的机构" in answer
    assert "没有导入任何数据" in answer
    code, answer = run("--json")
    assert json.loads(answer)["problems"][0]["row"] == 2

    file.write_text("not a table", encoding="utf-8")
    with pytest.raises(CommandError, match="没有找到表头") as caught:
        run()
    assert caught.value.returncode == 2
