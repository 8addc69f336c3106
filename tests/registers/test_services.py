"""Single records: entered, corrected, ended, voided; who may, and what the ledger keeps."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.registers import services
from gongkai.registers.models import ActItem, Decision, FeeIncome, NormativeDocument
from tests.factories.organs import make_organ, make_user
from tests.factories.registers import make_decision, make_document, make_fee, make_item

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")


@pytest.fixture
def organ():
    return make_organ()


@pytest.fixture
def officer(organ):
    return Actor.for_user(make_user(Role.INFORMATION_OFFICER, organ))


def last_entry():
    return LedgerEntry.objects.order_by("-pk").first()


def message_of(caught):
    return "".join(caught.value.messages)


def test_a_decision_is_recorded_with_a_ledger_entry_in_the_bodys_chain(organ, officer):
    item = make_item(organ, kind="penalty")
    decision = services.record_decision(
        officer,
        organ,
        kind="penalty",
        document_number=" 义市监罚〔2020〕1号 ",
        title="未按规定明码标价案",
        decided_on=date(2020, 3, 5),
        item=item,
    )
    assert Decision.objects.get() == decision
    assert decision.document_number == "义市监罚〔2020〕1号"
    entry = last_entry()
    assert (entry.action, entry.chain.name) == ("registers.decisions.create", organ.code)
    assert entry.changes["decided_on"] == [None, "2020-03-05"]
    assert entry.changes["item"] == [None, str(item)]


def test_only_who_may_edit_the_bodys_registers_records_a_decision(organ):
    stranger = Actor.for_user(make_user(Role.INFORMATION_OFFICER, make_organ()))
    reader = Actor.for_user(make_user(Role.REVIEWER, organ))
    values = {"kind": "permit", "document_number": "1", "decided_on": date(2020, 1, 2)}
    for actor in (stranger, reader):
        with pytest.raises(PermissionDenied):
            services.record_decision(actor, organ, **values)
    assert not Decision.objects.exists()
    services.record_decision(CONSOLE, organ, **values)
    assert Decision.objects.count() == 1


def test_the_same_number_twice_is_refused_in_chinese(organ):
    make_decision(organ, document_number="A1", kind="permit")
    with pytest.raises(ValidationError) as caught:
        services.record_decision(
            CONSOLE, organ, kind="permit", document_number="A1", decided_on=date(2020, 1, 1)
        )
    assert "已有这个文号" in message_of(caught)
    services.record_decision(
        CONSOLE, organ, kind="penalty", document_number="A1", decided_on=date(2020, 1, 1)
    )


def test_a_number_entered_by_somebody_else_this_instant_is_named(organ, monkeypatch):
    def loses_the_race(self, *args, **kwargs):
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(Decision, "save", loses_the_race)
    with pytest.raises(ValidationError) as caught:
        services.record_decision(
            CONSOLE, organ, kind="permit", document_number="A1", decided_on=date(2020, 1, 1)
        )
    assert "刚刚已由他人登记" in message_of(caught)
    assert "document_number" in caught.value.error_dict


@pytest.mark.parametrize(
    "text",
    [
        "张某（11010519491231002X）无照经营案",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X 案",
    ],
)
def test_an_identity_number_does_not_enter_the_register(organ, text):
    with pytest.raises(ValidationError) as caught:
        services.record_decision(
            CONSOLE, organ, kind="permit", document_number="1", title=text,
            decided_on=date(2020, 1, 1),
        )  # fmt: skip
    assert "身份证号码" in message_of(caught)
    assert "title" in caught.value.error_dict


def test_a_mobile_number_does_not_enter_the_register_but_a_receipt_of_eleven_digits_does(organ):
    with pytest.raises(ValidationError, match="手机号码"):
        services.create_item(
            CONSOLE, organ, kind="permit", code="1", name="联系 138-0013-8000",
            valid_from=date(2020, 1, 1),
        )  # fmt: skip
    services.record_fee(
        CONSOLE, organ, receipt_number="13800138000", collected_on=date(2021, 1, 4),
        amount=Decimal("1.00"),
    )  # fmt: skip
    assert FeeIncome.objects.count() == 1


def test_what_happened_cannot_lie_in_the_future(organ):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(ValidationError, match="不能晚于今天"):
        services.record_project(
            CONSOLE, organ, project_number="1", title="采购", contracted_on=tomorrow,
            amount=Decimal(1),
        )  # fmt: skip
    services.create_item(
        CONSOLE, organ, kind="permit", code="1", name="明天生效的事项", valid_from=tomorrow
    )


def test_a_decision_rests_on_an_item_of_its_own_body_and_kind(organ):
    values = {"kind": "permit", "document_number": "1", "decided_on": date(2020, 1, 1)}
    with pytest.raises(ValidationError, match="属于其他机关"):
        services.record_decision(CONSOLE, organ, item=make_item(), **values)
    with pytest.raises(ValidationError, match="“行政处罚”类"):
        services.record_decision(CONSOLE, organ, item=make_item(organ, kind="penalty"), **values)
    with pytest.raises(ValidationError, match="类别不同"):
        services.record_fee(
            CONSOLE, organ, item=make_item(organ), receipt_number="1",
            collected_on=date(2021, 1, 4), amount=Decimal(1),
        )  # fmt: skip


def test_a_correction_needs_a_reason_and_keeps_old_and_new(organ, officer):
    decision = make_decision(organ, decided_on=date(2020, 3, 5))
    with pytest.raises(ValidationError, match="更正原因"):
        services.correct_decision(officer, decision, reason="  ", decided_on=date(2020, 3, 6))
    services.correct_decision(officer, decision, reason="日期登记有误", decided_on=date(2020, 3, 6))
    decision.refresh_from_db()
    assert decision.decided_on == date(2020, 3, 6)
    entry = last_entry()
    assert entry.action == "registers.decisions.correct"
    assert entry.changes == {"decided_on": ["2020-03-05", "2020-03-06"], "reason": "日期登记有误"}


def test_a_correction_that_changes_nothing_leaves_no_entry(organ, officer):
    decision = make_decision(organ)
    services.correct_decision(officer, decision, reason="核对", title=decision.title)
    assert last_entry() is None


def test_who_saves_second_is_told_and_overwrites_nothing(organ, officer):
    decision = make_decision(organ, title="原名")
    seen = decision.updated_at
    services.correct_decision(officer, decision, reason="甲改", seen=seen, title="甲")
    with pytest.raises(ValidationError, match="已被他人修改"):
        services.correct_decision(officer, decision, reason="乙改", seen=seen, title="乙")
    decision.refresh_from_db()
    assert decision.title == "甲"


def test_an_item_is_updated_and_ended(organ, officer):
    item = make_item(organ, valid_from=date(2019, 1, 1))
    services.update_item(officer, item, name="新名称", basis="某条例第一条")
    services.end_item(officer, item, valid_until=date(2020, 6, 30))
    item.refresh_from_db()
    assert (item.name, item.valid_until) == ("新名称", date(2020, 6, 30))
    assert item.valid_on(date(2020, 6, 30))
    assert not item.valid_on(date(2020, 7, 1))
    assert last_entry().action == "registers.items.end"
    with pytest.raises(ValidationError, match="失效日期不能早于生效日期"):
        services.end_item(officer, item, valid_until=date(2018, 1, 1))


def test_an_item_with_decisions_keeps_its_kind(organ, officer):
    item = make_item(organ, kind="permit")
    make_decision(organ, item=item)
    with pytest.raises(ValidationError, match="不能改变类别"):
        services.update_item(officer, item, kind="service")
    free = make_item(organ, kind="permit")
    services.update_item(officer, free, kind="service")
    assert ActItem.objects.get(pk=free.pk).kind == "service"


def test_a_document_is_recorded_updated_and_repealed(organ, officer):
    document = services.record_document(
        officer, organ, kind="normative", document_number="义政〔2020〕5号", title="实施意见",
        issued_on=date(2020, 4, 1),
    )  # fmt: skip
    services.update_document(officer, document, published_on=date(2020, 4, 3))
    services.repeal_document(officer, document, repealed_on=date(2022, 1, 1))
    document = NormativeDocument.objects.get()
    assert (document.published_on, document.ended_on) == (date(2020, 4, 3), date(2022, 1, 1))
    with pytest.raises(ValidationError, match="废止日期不能早于制发日期"):
        services.repeal_document(officer, document, repealed_on=date(2020, 3, 31))
    assert [e.action.rsplit(".")[-1] for e in LedgerEntry.objects.order_by("pk")] == [
        "create", "update", "repeal",
    ]  # fmt: skip


def test_money_is_corrected_with_a_reason(organ, officer):
    fee = make_fee(organ)
    services.correct_fee(officer, fee, reason="金额录错", amount=Decimal("120.50"))
    project = services.record_project(
        officer, organ, project_number="P1", title="采购", contracted_on=date(2020, 2, 3),
        amount=Decimal("10"),
    )  # fmt: skip
    services.correct_project(officer, project, reason="补充合同", amount=Decimal("12"))
    assert last_entry().changes["amount"] == ["10.00", "12"]
    assert FeeIncome.objects.get().amount == Decimal("120.50")
    with pytest.raises(ValidationError):
        services.correct_fee(officer, fee, reason="负数", amount=Decimal("-1"))


def test_a_voided_record_stays_says_why_and_can_be_restored(organ, officer):
    decision = make_decision(organ)
    with pytest.raises(ValidationError, match="作废原因"):
        services.void_record(officer, decision, reason="")
    with pytest.raises(ValidationError, match="没有作废"):
        services.restore_record(officer, decision, reason="误作废")
    services.void_record(officer, decision, reason="重复登记")
    decision.refresh_from_db()
    assert decision.is_void
    assert decision.void_reason == "重复登记"
    assert last_entry().changes == {"reason": "重复登记"}
    with pytest.raises(ValidationError, match="已经作废"):
        services.void_record(officer, decision, reason="再次")
    with pytest.raises(ValidationError, match="不能修改"):
        services.correct_decision(officer, decision, reason="改", title="新")
    services.restore_record(officer, decision, reason="误作废")
    decision.refresh_from_db()
    assert not decision.is_void
    assert last_entry().action == "registers.decisions.restore"


def test_a_reason_holds_no_personal_data_and_is_short(organ, officer):
    decision = make_decision(organ)
    with pytest.raises(ValidationError, match="手机号码"):
        services.void_record(officer, decision, reason="致电13800138000核实为重复")
    with pytest.raises(ValidationError, match="最多200个字"):
        services.void_record(officer, decision, reason="长" * 201)


def test_a_field_that_there_is_not_is_a_programming_error(organ):
    with pytest.raises(TypeError, match="voided_at"):
        services.update_item(CONSOLE, make_item(organ), voided_at=None)


@pytest.mark.parametrize(
    ("make", "values"),
    [
        (make_item, {"valid_from": date(2020, 1, 2), "valid_until": date(2020, 1, 1)}),
        (make_item, {"kind": "other"}),
        (make_decision, {"kind": "fee"}),
        (make_document, {"kind": "law"}),
        (make_document, {"published_on": date(2020, 3, 31)}),
        (make_fee, {"amount": Decimal("-0.01")}),
    ],
)
def test_the_database_itself_refuses_what_must_never_be_stored(organ, make, values):
    make(organ)
    with pytest.raises(IntegrityError), transaction.atomic():
        make(organ, **values)


def test_the_database_refuses_a_void_without_reason(organ):
    decision = make_decision(organ)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(voided_at=timezone.now())
