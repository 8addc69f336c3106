"""Importing registers: all or nothing, idempotent by number, errors by row and column."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.imports import ImportFailed, UnreadableTable
from gongkai.organs.models import Role
from gongkai.registers.models import (
    ActItem,
    Decision,
    FeeIncome,
    NormativeDocument,
    ProcurementProject,
)
from gongkai.registers.registry import DECISIONS, DOCUMENTS, FEES, ITEMS, PROJECTS, REGISTERS
from gongkai.registers.services import import_records, importing
from gongkai.registers.services.staging import Staging
from tests.factories.organs import make_organ, make_user
from tests.factories.registers import make_decision, make_fee, make_item

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")
HEAD = "类别,决定文号,决定名称,决定日期"


def table(*lines):
    return io.BytesIO("\n".join(lines).encode())


def run(register, *lines, organ=None, actor=CONSOLE, **options):
    return import_records(actor, register, table(*lines), "表.csv", organ=organ, **options)


def problems_of(caught):
    return [(p.row, p.column, p.message) for p in caught.value.problems]


@pytest.fixture
def organ():
    return make_organ("411281-001")


def test_all_five_registers_are_imported(organ):
    item = "类别,事项编码,事项名称,设定依据,生效日期,失效日期"
    run(
        ITEMS,
        item,
        "行政许可,P1,食品经营许可,某法,2019-01-01,",
        "收费,F1,诉讼费,,2019-1-1,2020年6月30日",
        organ=organ,
    )
    run(
        DECISIONS,
        HEAD + ",事项编码",
        "许可,A1,准予,2020-03-05,P1",
        "处罚,A1,警告,2020-03-06,",
        organ=organ,
    )
    run(
        DOCUMENTS, "类别,发文字号,标题,制发日期,公开日期,废止日期,有效期至",
        "规范性文件,义政〔2020〕5号,实施意见,2020-04-01,2020-04-03,,2025-04-01", organ=organ,
    )  # fmt: skip
    run(FEES, "票据号,收费日期,金额（元）,收费项目编码", '001,2021-06-30,"1,250.5",F1', organ=organ)
    run(
        PROJECTS,
        "项目编号,项目名称,合同签订日期,合同金额（元）",
        "C1,办公设备,2020-08-20,198000",
        organ=organ,
    )

    permit, fee_item = ActItem.objects.get(code="P1"), ActItem.objects.get(code="F1")
    assert (permit.kind, permit.basis, permit.valid_until) == ("permit", "某法", None)
    assert (fee_item.kind, fee_item.valid_until) == ("fee", date(2020, 6, 30))
    assert Decision.objects.get(kind="permit").item == permit
    assert Decision.objects.get(kind="penalty").item is None
    assert NormativeDocument.objects.get().expires_on == date(2025, 4, 1)
    fee = FeeIncome.objects.get()
    assert (fee.amount, fee.item, fee.receipt_number) == (Decimal("1250.50"), fee_item, "001")
    assert ProcurementProject.objects.get().amount == Decimal("198000.00")
    assert not Decision.objects.filter(voided_at__isnull=False).exists()
    assert Decision.objects.first().created_at is not None


def test_the_same_file_twice_changes_nothing_the_second_time(organ):
    lines = [HEAD, "许可,A1,准予,2020-03-05", "许可,A2,,2020-03-06"]
    first = run(DECISIONS, *lines, organ=organ)
    stamps = list(Decision.objects.order_by("pk").values_list("pk", "updated_at"))
    second = run(DECISIONS, *lines, organ=organ)
    assert (first.created, first.updated, first.unchanged) == (2, 0, 0)
    assert (second.created, second.updated, second.unchanged) == (0, 0, 2)
    assert list(Decision.objects.order_by("pk").values_list("pk", "updated_at")) == stamps


def test_changed_rows_are_updated_and_the_report_says_what_changed(organ):
    item = make_item(organ, code="P1")
    make_decision(organ, document_number="A1", title="旧", decided_on=date(2020, 3, 5), item=item)
    make_decision(organ, document_number="A2", title="同", decided_on=date(2020, 3, 6))
    report = run(
        DECISIONS, HEAD + ",事项编码", "许可,A1,新,2020-03-07,", "许可,A2,同,2020-03-06,",
        "许可,A3,,2020-03-08,P1", organ=organ,
    )  # fmt: skip
    assert (report.created, report.updated, report.unchanged) == (1, 1, 1)
    assert report.fields == {"决定名称": 1, "决定日期": 1, "所依事项": 1}
    assert report.differences == (
        (2, "A1", "决定名称", "旧", "新"),
        (2, "A1", "决定日期", "2020-03-05", "2020-03-07"),
        (2, "A1", "所依事项", "P1", "（空）"),
    )
    changed = Decision.objects.get(document_number="A1")
    assert (changed.title, changed.decided_on, changed.item) == ("新", date(2020, 3, 7), None)


def test_a_column_that_the_file_lacks_is_left_as_it_is(organ):
    make_decision(organ, document_number="A1", title="保留", decided_on=date(2020, 3, 5))
    report = run(DECISIONS, "类别,决定文号,决定日期,备注", "许可,A1,2020-03-05,x", organ=organ)
    assert report.unchanged == 1
    assert report.ignored == ("备注",)
    assert Decision.objects.get().title == "保留"


def test_amounts_and_kinds_are_compared_by_value_and_shown_in_words(organ):
    make_fee(organ, receipt_number="1", amount=Decimal("100.00"), collected_on=date(2021, 6, 30))
    same = run(FEES, "票据号,收费日期,金额", "1,2021-06-30,100", organ=organ)
    assert same.unchanged == 1
    other = run(FEES, "票据号,收费日期,金额", "1,2021-06-30,100.5", organ=organ)
    assert other.differences == ((2, "1", "金额（元）", "100.00", "100.50"),)
    head = "类别,发文字号,标题,制发日期"
    run(DOCUMENTS, head, "规章,令1,办法,2020-04-01", organ=organ)
    turned = run(DOCUMENTS, head, "规范性文件,令1,办法,2020-04-01", organ=organ)
    assert turned.differences == ((2, "令1", "类别", "规章", "行政规范性文件"),)


def test_a_dry_run_tells_the_same_and_keeps_nothing(organ):
    lines = [HEAD, "许可,A1,准予,2020-03-05"]
    report = run(DECISIONS, *lines, organ=organ, dry_run=True)
    assert (report.created, report.sample[0]["决定文号"]) == (1, "A1")
    assert not Decision.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert run(DECISIONS, *lines, organ=organ).created == 1


def test_one_bad_row_keeps_the_whole_file_out_and_every_problem_has_its_place(organ):
    make_decision(organ, document_number="废1", void=True)
    with pytest.raises(ImportFailed) as caught:
        run(
            DECISIONS, HEAD + ",事项编码",
            "许可,A1,好,2020-03-05,",
            "许可,A1,重复,2020-03-05,",
            "罚款,A2,,2020-02-30,",
            "许可,A3,王某110105 19491231 002X,2020-03-05,",
            "许可,A4,,2199-01-01,",
            "许可,A5,,2020-03-05,无此项",
            "许可,,,2020-03-05,",
            "许可,废1,,2020-03-05,",
            organ=organ,
        )  # fmt: skip
    found = problems_of(caught)
    assert [(row, column) for row, column, _ in found] == [
        (3, "决定文号"), (4, "类别"), (4, "决定日期"), (5, "决定名称"), (6, "决定日期"),
        (7, "事项编码"), (8, "决定文号"), (9, "决定文号"),
    ]  # fmt: skip
    texts = " ".join(message for *_, message in found)
    for words in ("重复出现", "不在可选范围", "没有“2020-02-30”这一天", "身份证号码", "2199-01-01",
                  "请先登记事项", "不能为空", "已经作废"):  # fmt: skip
        assert words in texts
    assert not Decision.objects.filter(voided_at=None).exists()
    assert not LedgerEntry.objects.exists()


def test_dates_that_contradict_each_other_are_named(organ):
    with pytest.raises(ImportFailed) as caught:
        run(
            ITEMS,
            "类别,事项编码,事项名称,生效日期,失效日期",
            "许可,1,甲,2020-05-01,2020-04-30",
            organ=organ,
        )
    assert problems_of(caught) == [
        (2, "失效日期", "“2020-04-30”早于生效日期“2020-05-01”，请核对。")
    ]


def test_a_file_may_name_the_bodies_within_reach_and_no_others():
    government = make_organ("411281")
    bureau, other = make_organ("411281-001", parent=government), make_organ("411282")
    officer = Actor.for_user(make_user(Role.INFORMATION_OFFICER, bureau))
    head = "机关代码," + HEAD
    report = run(
        DECISIONS, head, "411281-001,许可,A1,,2020-03-05", ",许可,A1,,2020-03-06",
        organ=government,
    )  # fmt: skip
    assert report.organs == ["411281", "411281-001"]
    assert Decision.objects.get(organ=bureau).decided_on == date(2020, 3, 5)
    with pytest.raises(ImportFailed) as caught:
        run(
            DECISIONS,
            head,
            f"{other.code},许可,A2,,2020-03-05",
            ",许可,A3,,2020-03-05",
            actor=officer,
        )
    assert [p[:2] for p in problems_of(caught)] == [(2, "机关代码"), (3, "机关代码")]
    with pytest.raises(PermissionDenied):
        run(DECISIONS, HEAD, "许可,A2,,2020-03-05", actor=officer, organ=other)
    assert Decision.objects.count() == 2


def test_one_entry_an_import_with_hash_and_counts(organ):
    run(DECISIONS, HEAD, "许可,A1,,2020-03-05", "许可,A2,,2020-03-05", organ=organ)
    (entry,) = LedgerEntry.objects.all()
    assert (entry.action, entry.chain.name) == ("registers.decisions.import", organ.code)
    assert entry.changes["created"] == 2
    assert len(entry.changes["sm3"]) == 64
    make_organ("411281-002")
    run(
        DECISIONS,
        "机关代码," + HEAD,
        "411281-002,许可,A1,,2020-03-05",
        "411281-001,许可,A3,,2020-03-05",
    )
    assert LedgerEntry.objects.order_by("-pk").first().chain.name == "site"


def test_duplicates_are_found_across_portions_and_memory_holds_one_portion(organ, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 2)
    monkeypatch.setattr(importing, "PORTION", 4)
    make_decision(organ, document_number="A0", title="", decided_on=date(2020, 3, 5))
    largest = []
    monkeypatch.setattr(
        Staging, "fill",
        lambda self, rows, fill=Staging.fill: (largest.append(len(rows)), fill(self, rows)),
    )  # fmt: skip
    rows = [f"许可,A{n},,2020-03-05" for n in range(11)]
    report = run(DECISIONS, HEAD, *rows, organ=organ)
    assert (report.created, report.unchanged) == (10, 1)
    assert max(largest) == 2
    with pytest.raises(ImportFailed) as caught:
        run(DECISIONS, HEAD, *rows, "许可,A0,,2020-03-05", "许可,A3,改,2020-03-05", organ=organ)
    assert [p[:2] for p in problems_of(caught)] == [(13, "决定文号"), (14, "决定文号")]
    with pytest.raises(ImportFailed) as caught:
        run(
            DECISIONS,
            HEAD,
            *[f"许可,B{n},,2020-03-05" for n in range(9)],
            "许可,B1,,2020-03-05",
            organ=organ,
        )
    assert [p[:2] for p in problems_of(caught)] == [(11, "决定文号")]


def test_problems_are_capped_and_the_message_says_so(organ):
    with pytest.raises(ImportFailed) as caught:
        run(DECISIONS, HEAD, *["许可,,,"] * 500, organ=organ)
    assert caught.value.stopped
    assert len(caught.value.problems) == 200
    assert "以上问题，已停止检查" in caught.value.summary


def test_a_number_entered_meanwhile_stops_the_import_in_chinese(organ, monkeypatch):
    def loses_the_race(self):
        raise IntegrityError("duplicate key")

    monkeypatch.setattr(Staging, "insert", loses_the_race)
    with pytest.raises(ValidationError, match="导入期间他人登记"):
        run(DECISIONS, HEAD, "许可,A1,,2020-03-05", organ=organ)
    assert not Decision.objects.exists()


def test_progress_is_told_batch_by_batch(organ, monkeypatch):
    monkeypatch.setattr(importing, "BATCH", 10)
    told = []
    run(
        DECISIONS, HEAD, *[f"许可,A{n},,2020-03-05" for n in range(35)], organ=organ,
        progress=lambda rows, part: told.append((rows, part)),
    )  # fmt: skip
    assert [rows for rows, _ in told] == [10, 20, 30, 35]
    assert told[-1][1] == 1.0


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"a,b\n1,2\n"])
def test_a_file_that_is_no_such_table_is_refused_in_chinese(organ, content):
    with pytest.raises(UnreadableTable) as caught:
        import_records(CONSOLE, DECISIONS, io.BytesIO(content), organ=organ)
    assert "请" in caught.value.messages[0] or "表头" in caught.value.messages[0]


def test_what_is_exported_can_be_imported_again(organ):
    """Headings of lists and of imports are the same words."""
    for register in REGISTERS.values():
        known = {column.label for column in register.columns}
        for name in register.fields:
            heading = register.label_of(name).split("（")[0]
            if name != "item":
                assert heading in known, (register.name, heading)


def test_the_statements_of_an_import_do_not_grow_with_its_rows(
    organ, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40):
        run(DECISIONS, HEAD, *[f"许可,A{n},,2020-03-05" for n in range(1500)], organ=organ)
    assert Decision.objects.count() == 1500
