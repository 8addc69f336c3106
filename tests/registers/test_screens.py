"""The staff screens of the registers, through HTTP."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.registers import facts
from gongkai.registers.models import (
    ActItem,
    Decision,
    FeeIncome,
    NormativeDocument,
    ProcurementProject,
)
from gongkai.registers.registry import REGISTERS
from tests.factories.organs import make_organ, make_user
from tests.factories.registers import (
    make_decision,
    make_document,
    make_fee,
    make_item,
    make_project,
)

pytestmark = pytest.mark.django_db

MAKERS = {
    "items": make_item,
    "decisions": make_decision,
    "documents": make_document,
    "fees": make_fee,
    "projects": make_project,
}


@pytest.fixture
def organ():
    return make_organ("411281-001", name="测试局")


@pytest.fixture
def officer(client, organ):
    """A browser in which the body's information officer is logged in."""
    client.force_login(make_user(Role.INFORMATION_OFFICER, organ))
    return client


def url(name, *args):
    return reverse(f"registers:{name}", args=args)


def text_of(response):
    return response.content.decode()


# -- lists -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_shows_ones_own_records_and_their_pages(officer, organ, name):
    number = REGISTERS[name].number
    own, other = MAKERS[name](organ, **{number: "甲〇一"}), MAKERS[name](**{number: "乙〇二"})
    page = text_of(officer.get(url(f"{name}_list")))
    assert getattr(own, number) in page
    assert getattr(other, number) not in page
    detail = officer.get(url(f"{name}_detail", own.pk))
    assert getattr(own, number) in text_of(detail)
    assert officer.get(url(f"{name}_detail", other.pk)).status_code == 404
    assert officer.get(url(f"{name}_edit", other.pk)).status_code == 404
    assert officer.get(url(f"{name}_void", other.pk)).status_code == 404


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_asks_as_many_statements_for_fifty_rows_as_for_one(
    officer, organ, name, django_assert_num_queries
):
    item = make_item(organ, kind="fee" if name == "fees" else "permit")
    more = {"item": item} if REGISTERS[name].has_item else {}
    MAKERS[name](organ, **more)
    officer.get(url(f"{name}_list"))
    with CaptureQueriesContext(connection) as one:
        officer.get(url(f"{name}_list"))
    for _ in range(50):
        MAKERS[name](organ, **more)
    with django_assert_num_queries(len(one)):
        officer.get(url(f"{name}_list"))


def test_filters_narrow_by_kind_day_validity_and_words(officer, organ):
    make_decision(organ, kind="penalty", document_number="罚一", decided_on=date(2020, 3, 5))
    make_decision(organ, kind="permit", document_number="许一", decided_on=date(2021, 3, 5))
    make_decision(organ, kind="permit", document_number="废一", void=True)

    def listed(**query):
        page = text_of(officer.get(url("decisions_list"), query))
        return {number for number in ("罚一", "许一", "废一") if number in page}

    assert listed() == {"罚一", "许一"}
    assert listed(kind="penalty") == {"罚一"}
    assert listed(since="2021-01-01") == {"许一"}
    assert listed(until="2020-12-31") == {"罚一"}
    assert listed(q="许") == {"许一"}
    assert listed(void="with") == {"罚一", "许一", "废一"}
    assert listed(void="only") == {"废一"}


def test_items_are_filtered_by_validity_and_documents_by_force(officer, organ):
    make_item(organ, code="现行项")
    make_item(organ, code="旧项", valid_until=date(2019, 12, 31))
    make_document(organ, document_number="现行件")
    make_document(organ, document_number="旧件", expires_on=date(2021, 1, 1))

    def listed(name, words, **query):
        page = text_of(officer.get(url(name), query))
        return {word for word in words if word in page}

    items = ("现行项", "旧项")
    assert listed("items_list", items, validity="valid") == {"现行项"}
    assert listed("items_list", items, validity="not_valid") == {"旧项"}
    assert listed("items_list", items, on="2019-06-01") == set(items)
    assert listed("items_list", items, on="2020-06-01") == {"现行项"}
    documents = ("现行件", "旧件")
    assert listed("documents_list", documents, validity="open") == {"现行件"}
    assert listed("documents_list", documents, validity="ended") == {"旧件"}
    assert "有效期已届满" in text_of(officer.get(url("documents_list")))


def test_what_is_exported_is_imported_again_without_a_change(officer, organ):
    item = make_item(organ, code="P1")
    make_decision(organ, document_number="A1", item=item)
    make_document(organ)
    make_fee(organ, amount=Decimal("12.30"))
    make_project(organ)
    for name in MAKERS:
        exported = b"".join(officer.get(url(f"{name}_list"), {"export": "csv"}).streaming_content)
        upload = SimpleUploadedFile("export.csv", exported)
        page = text_of(officer.post(url(f"{name}_import"), {"file": upload}))
        assert "检查无误" in page, name
        assert "新增 <strong>0</strong>，更新 <strong>0</strong>，无变化 1" in page, name


def test_who_may_only_look_finds_no_buttons_and_no_forms(client, organ):
    client.force_login(make_user(Role.REVIEWER, organ))
    decision = make_decision(organ)
    assert url("decisions_create") not in text_of(client.get(url("decisions_list")))
    assert "更正" not in text_of(client.get(url("decisions_detail", decision.pk)))
    for name in ("decisions_create", "decisions_import"):
        assert client.get(url(name)).status_code == 302
    assert client.post(url("decisions_void", decision.pk), {"reason": "x"}).status_code in (
        302,
        404,
    )
    decision.refresh_from_db()
    assert not decision.is_void


# -- forms -------------------------------------------------------------------------------------

ENTRIES = {
    "items": (
        {"kind": "permit", "code": "P1", "name": "事项", "valid_from": "2019-01-01"},
        {"name": "新名称"},
        ActItem,
    ),
    "decisions": (
        {"kind": "permit", "document_number": "A1", "decided_on": "2020-03-05"},
        {"title": "新名称", "reason": "登记有误"},
        Decision,
    ),
    "documents": (
        {"kind": "normative", "document_number": "义政1号", "title": "意见", "issued_on": "2020-04-01"},
        {"published_on": "2020-04-03"},
        NormativeDocument,
    ),
    "fees": (
        {"receipt_number": "1", "collected_on": "2021-06-30", "amount": "12.30"},
        {"amount": "12.40", "reason": "金额录错"},
        FeeIncome,
    ),
    "projects": (
        {"project_number": "C1", "title": "采购", "contracted_on": "2020-08-20", "amount": "100"},
        {"amount": "120", "reason": "补充合同"},
        ProcurementProject,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_a_record_is_entered_changed_voided_and_restored_on_screen(officer, organ, name):
    values, change, model = ENTRIES[name]
    answer = officer.post(url(f"{name}_create"), {"organ": organ.code, **values})
    record = model.objects.get()
    assert answer.headers["Location"] == url(f"{name}_detail", record.pk)

    form = officer.get(url(f"{name}_edit", record.pk)).context["form"]
    shown = {n: form[n].value() or "" for n in form.fields}
    assert officer.post(url(f"{name}_edit", record.pk), {**shown, **change}).status_code == 302
    before, record = record, model.objects.get()
    assert record.updated_at != before.updated_at

    again = officer.post(url(f"{name}_edit", record.pk), {**shown, **change})
    assert again.status_code == 422
    assert "已被他人修改" in text_of(again)

    officer.post(url(f"{name}_void", record.pk), {"reason": "重复登记"})
    page = text_of(officer.get(url(f"{name}_detail", record.pk)))
    assert "不再计入任何年度" in page
    assert "重复登记" in page
    assert "恢复" in page
    officer.post(url(f"{name}_restore", record.pk), {"reason": "误作废"})
    assert not model.objects.get().is_void
    history = officer.get(url(f"{name}_detail", record.pk)).context["history"]
    assert len(history) == 4
    assert history[0].act.startswith("恢复")


def test_what_was_typed_stays_when_something_is_wrong(officer, organ):
    values = {"organ": organ.code, "kind": "penalty", "document_number": "A1",
              "title": "电话13800138000", "decided_on": "2020-03-05", "item": "无此项"}  # fmt: skip
    answer = officer.post(url("decisions_create"), values)
    assert answer.status_code == 422
    assert "没有编码为“无此项”的同类事项" in text_of(answer)
    assert 'value="电话13800138000"' in text_of(answer)
    answer = officer.post(url("decisions_create"), {**values, "item": ""})
    assert "手机号码" in text_of(answer)
    answer = officer.post(url("decisions_create"), {"organ": organ.code})
    assert "请填写决定文号。" in text_of(answer)
    assert not Decision.objects.exists()


def test_a_decision_is_tied_to_an_item_by_its_code(officer, organ):
    item = make_item(organ, kind="penalty", code="P1")
    officer.post(
        url("decisions_create"),
        {"organ": organ.code, "kind": "penalty", "document_number": "A1",
         "decided_on": "2020-03-05", "item": "P1"},
    )  # fmt: skip
    assert Decision.objects.get().item == item
    assert f"{url('decisions_list')}?q=P1" in text_of(officer.get(url("items_detail", item.pk)))


@pytest.mark.parametrize("name", MAKERS)
def test_every_form_names_the_record_it_is_about(officer, organ, name):
    record, void = MAKERS[name](organ), MAKERS[name](organ, void=True)
    assert str(record) in text_of(officer.get(url(f"{name}_edit", record.pk)))
    assert str(record) in text_of(officer.get(url(f"{name}_void", record.pk)))
    page = text_of(officer.get(url(f"{name}_restore", void.pk)))
    assert "因“测试作废”作废" in page
    assert officer.get(url(f"{name}_create")).status_code == 200


def test_a_form_whose_mark_was_tampered_with_is_saved_as_one_without(officer, organ):
    item = make_item(organ)
    values = {"kind": item.kind, "code": item.code, "name": "新名称", "valid_from": "2019-01-01"}
    for seen in ("nonsense", "2026-99-99T00:00:00"):
        answer = officer.post(url("items_edit", item.pk), {**values, "seen": seen})
        assert answer.status_code == 302


def test_nobody_enters_a_record_for_another_body(officer):
    other = make_organ("411282")
    values, _change, _model = ENTRIES["decisions"]
    answer = officer.post(url("decisions_create"), {"organ": other.code, **values})
    assert answer.status_code == 422
    assert not Decision.objects.exists()


def test_items_end_and_documents_are_repealed_on_screen(officer, organ):
    item, document = make_item(organ), make_document(organ)
    officer.post(url("items_end", item.pk), {"valid_until": "2020-06-30"})
    officer.post(url("documents_repeal", document.pk), {"repealed_on": "2021-01-01"})
    assert ActItem.objects.get().valid_until == date(2020, 6, 30)
    assert NormativeDocument.objects.get().repealed_on == date(2021, 1, 1)
    early = officer.post(url("items_end", item.pk), {"valid_until": "2018-01-01"})
    assert early.status_code == 422
    assert "失效日期不能早于生效日期" in text_of(early)


# -- import ------------------------------------------------------------------------------------


def upload(text, name="表.csv"):
    return SimpleUploadedFile(name, text.encode())


def test_an_import_is_previewed_with_its_changes_and_then_confirmed(officer, organ):
    make_decision(organ, document_number="A1", title="旧", decided_on=date(2020, 3, 5))
    text = "类别,决定文号,决定名称,决定日期\n许可,A1,新名称,2020-03-05\n许可,A2,,2020-03-06\n"
    form = officer.get(url("decisions_import")).context["form"]
    assert form["organ"].value() == organ.code
    preview = officer.post(url("decisions_import"), {"file": upload(text), "organ": organ.code})
    page = text_of(preview)
    assert "将有 1 条改变" in page
    assert "新名称" in page
    assert Decision.objects.count() == 1
    token = preview.context["staged"].token
    done = officer.post(url("decisions_import"), {"token": token, "organ": organ.code})
    assert done.headers["Location"] == url("decisions_list")
    assert Decision.objects.get(document_number="A1").title == "新名称"
    assert Decision.objects.count() == 2
    assert LedgerEntry.objects.filter(action="registers.decisions.import").count() == 1


def test_a_bad_file_is_answered_row_by_row_and_keeps_nothing(officer, organ):
    text = "类别,决定文号,决定日期\n罚款,A1,2020-02-30\n"
    answer = officer.post(url("decisions_import"), {"file": upload(text), "organ": organ.code})
    assert answer.status_code == 422
    page = text_of(answer)
    assert "发现2处问题" in page
    assert "第 2 行" in page
    assert not Decision.objects.exists()


@pytest.mark.parametrize("name", REGISTERS)
def test_the_template_is_a_workbook_that_the_import_understands(officer, organ, name):
    answer = officer.get(url(f"{name}_import"), {"template": "xlsx"})
    book = load_workbook(io.BytesIO(answer.content))
    register = REGISTERS[name]
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == [column.label for column in register.columns]
    assert book.worksheets[1]["A1"].value == "列名"
    for number, column in enumerate(register.columns, 1):
        if column.name not in ("organ", "item"):
            sheet.cell(row=2, column=number, value=column.example or None)
    filled = io.BytesIO()
    book.save(filled)
    sent = SimpleUploadedFile("填好.xlsx", filled.getvalue())
    answer = officer.post(url(f"{name}_import"), {"file": sent, "organ": organ.code})
    assert "新增 <strong>1</strong>" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "source"), list(zip(MAKERS, facts.sources, strict=True)), ids=list(MAKERS)
)
def test_every_record_behind_a_figure_has_its_page(officer, organ, name, source):
    record = MAKERS[name](organ)
    assert source.record_url(record) == url(f"{name}_detail", record.pk)
