"""Importing terms: all or nothing, idempotent by kind and word, errors by row and column."""

import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import Workbook

from gongkai.guard import queries
from gongkai.guard.engine import scan_text
from gongkai.guard.models import LexiconTerm
from gongkai.guard.services import import_terms
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.imports import ImportFailed, UnreadableTable
from gongkai.organs.models import Role
from tests.factories.guard import make_term
from tests.factories.organs import make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")
HEAD = "类别,词条,建议写法"


def run(*lines, actor=CONSOLE, **options):
    return import_terms(actor, io.BytesIO("\n".join(lines).encode()), "词库.csv", **options)


def counts(report):
    return report.created, report.updated, report.unchanged


def test_a_list_of_every_kind_is_imported_and_in_force_at_once():
    report = run(
        "类别,词条,正确写法,起始日期,原任职务,只凭姓名提示,级别,说明",
        "错别字,甲乙错,甲乙对,,,,警告,",
        "过时称谓,某某旧局,某某新局,2024年5月1日,,,,本市改革",
        "离任人员,虚构人甲,,2020-05-01,市长、局长,否,,",
        "禁用语,某某禁语,,,,,,",
        "白名单,甲乙错落有致,,,,,,",
        "办公电话,0398-1234567转801,,,,,,",
    )
    assert counts(report) == (6, 0, 0)
    official = LexiconTerm.objects.get(kind="removed_official")
    assert (official.valid_from, official.post) == (date(2020, 5, 1), "市长、局长")
    assert LexiconTerm.objects.get(kind="office_phone").key == "03981234567"
    findings = scan_text("甲乙错落有致，甲乙错，某某禁语。", queries.current_lexicon())
    assert [f.value for f in findings] == ["甲乙错", "某某禁语"]


def test_the_same_file_twice_changes_nothing_the_second_time():
    lines = (HEAD, "错别字,甲乙错,甲乙对", "禁用语,某某禁语,")
    run(*lines)
    stamps = list(LexiconTerm.objects.values_list("pk", "updated_at"))
    assert counts(run(*lines)) == (0, 0, 2)
    assert list(LexiconTerm.objects.values_list("pk", "updated_at")) == stamps


def test_a_changed_row_updates_and_a_column_that_the_file_lacks_stays():
    make_term("甲乙错", "旧的对", note="保留")
    assert counts(run(HEAD, "错别字,甲 乙错,新的对")) == (0, 1, 0)
    term = LexiconTerm.objects.get()
    assert (term.suggestion, term.note) == ("新的对", "保留")


def test_a_dry_run_tells_the_same_and_keeps_nothing():
    before = queries.lexicon_version()
    report = run(HEAD, "错别字,甲乙错,甲乙对", dry_run=True)
    assert (report.created, report.sample[0]["词条"]) == (1, "甲乙错")
    assert not LexiconTerm.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert queries.lexicon_version() == before


def test_one_bad_row_keeps_the_whole_file_out_and_every_problem_has_its_place():
    make_term("停了的", ended=True)
    with pytest.raises(ImportFailed) as caught:
        run(
            HEAD + ",起始日期,职务,说明",
            "错别字,甲乙错,甲乙对,,,",
            "错别字,甲 乙 错,甲乙对,,,",
            "没有这类,丙丁,戊,,,",
            "错别字,,戊,,,",
            "错别字,戊己错,,,,",
            "离任人员,虚构人甲,,2020-02-30,局长,",
            "离任人员,虚构人乙,,,局长,",
            "错别字,停了的,对,,,",
            "白名单,绝密,,,,",
            f"禁用语,庚辛,,,,见{identity_number()}",
        )
    assert [(p.row, p.column) for p in caught.value.problems] == [
        (3, "词条"), (4, "类别"), (5, "词条"), (6, "建议写法"), (7, "起始日期"), (8, "起始日期"),
        (9, "词条"), (10, "词条"), (11, "说明"),
    ]  # fmt: skip
    texts = str(caught.value)
    for words in ("与第2行重复", "不在可选范围", "不能为空", "请填写正确的写法", "没有“2020-02-30”",
                  "离任的日期", "已停用", "等于停用它", "不得记录个人信息"):  # fmt: skip
        assert words in texts
    assert LexiconTerm.objects.count() == 1
    assert not LedgerEntry.objects.exists()


def test_a_body_imports_its_own_white_list_and_nothing_else():
    bureau = make_organ("411281-001", name="测试局")
    keeper = Actor.for_user(make_user(Role.SECRECY_REVIEWER, bureau))
    run(HEAD, "白名单,按装大师公司,", actor=keeper, organ=bureau)
    assert LexiconTerm.objects.get().organ == bureau
    with pytest.raises(ImportFailed, match="只能是白名单"):
        run(HEAD, "禁用语,某某禁语,", actor=keeper, organ=bureau)
    with pytest.raises(PermissionDenied):
        run(HEAD, "白名单,按装大师公司,", actor=keeper)
    assert LedgerEntry.objects.get().chain.name == bureau.code


def test_an_import_is_one_entry_of_the_ledger_with_its_counts():
    run(HEAD, "错别字,甲乙错,甲乙对", "禁用语,某某禁语,")
    (entry,) = LedgerEntry.objects.all()
    assert (entry.action, entry.chain.name) == ("guard.term.import", "site")
    assert entry.changes == {"file": "词库.csv", "created": 2, "updated": 0, "unchanged": 0}


def test_a_workbook_is_read_as_a_csv_is():
    book = Workbook()
    book.active.append(["类别", "词条", "建议写法", "起始日期"])
    book.active.append(["过时称谓", "某某旧局", "某某新局", date(2024, 5, 1)])
    file = io.BytesIO()
    book.save(file)
    assert counts(import_terms(CONSOLE, file, "词库.xlsx")) == (1, 0, 0)
    assert LexiconTerm.objects.get().valid_from == date(2024, 5, 1)


def test_a_file_without_the_columns_says_which_are_missing():
    with pytest.raises(UnreadableTable, match="类别、词条"):
        run("甲,乙", "1,2")
    with pytest.raises(UnreadableTable, match="缺少列：类别"):
        run("词条,建议写法", "甲乙错,甲乙对")


def test_rows_are_written_by_sets_and_not_one_by_one(django_assert_max_num_queries):
    run(HEAD, "错别字,甲乙错,甲乙对")
    rows = [f"错别字,第{n}号错词,第{n}号对词" for n in range(900)]
    # SQLite takes so many values a statement, hence several.
    with django_assert_max_num_queries(40):
        run(HEAD, *rows)
