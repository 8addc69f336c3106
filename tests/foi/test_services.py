"""Requests received, events recorded, remedies, histories imported, deadlines recomputed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from gongkai.foi import services
from gongkai.foi.caseclock import columns_now
from gongkai.foi.models import FoiEvent, FoiRequest, FoiSerial, RemedyCase
from gongkai.foi.services import CaseRecord, RemedyRecord
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import OrganKind, Role
from gongkai.statute.clock import (
    CorrectionLapsed,
    CorrectionReceived,
    CorrectionRequested,
    Decided,
    Delivered,
    Extended,
    FeeLapsed,
    FeeNoticed,
    IllegalSequence,
    Withdrawn,
    event_from_json,
)
from gongkai.workdays.models import CalendarDay, HolidayNotice
from tests.factories.foi import make_case, make_request, received
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")
RECEIPT = {"channel": "online", "applicant_kind": "natural", "subject": "某文件"}


@pytest.fixture
def organ():
    return make_organ("411281")


@pytest.fixture
def officer(organ):
    return Actor.for_user(make_user(Role.REQUEST_OFFICER, organ))


@pytest.fixture
def request_(organ, officer):
    return services.receive_request(officer, organ, received_on=date(2026, 3, 6), **RECEIPT)


def messages(caught):
    return " ".join(caught.value.messages)


# -- receipt (Articles 29, 31, 55) -------------------------------------------------------------


def test_a_request_is_received_with_a_number_a_first_event_and_a_due_date(organ, request_):
    assert request_.number == "〔2026〕1号"
    assert (request_.state, request_.due_on) == ("running", date(2026, 4, 3))
    (event,) = request_.events.all()
    assert (event.seq, event.type, event.on) == (1, "received", date(2026, 3, 6))
    assert event.data == {"channel": "online"}
    entry = LedgerEntry.objects.get()
    assert (entry.action, entry.chain.name) == ("foi.receive", organ.code)
    assert "某文件" not in str(entry.changes)


def test_numbers_follow_without_gaps_by_body_and_year(organ, officer):
    def number(on, body=organ, actor=officer):
        return services.receive_request(actor, body, received_on=on, **RECEIPT).number

    assert number(date(2026, 3, 6)) == "〔2026〕1号"
    with pytest.raises(ValidationError):
        services.receive_request(
            officer, organ, received_on=date(2026, 3, 6), **(RECEIPT | {"subject": " "})
        )
    with transaction.atomic():
        number(date(2026, 3, 6))
        transaction.set_rollback(True)  # something else failed
    assert number(date(2026, 3, 7)) == "〔2026〕2号"
    assert number(date(2025, 3, 7)) == "〔2025〕1号"
    assert number(date(2026, 3, 8), make_organ(), CONSOLE) == "〔2026〕1号"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"channel": "pigeon"}, "申请渠道"),
        ({"applicant_kind": "alien"}, "这类申请人"),
        ({"subject": "长" * 501}, "最多500个字"),
        ({"received_on": timezone.localdate() + timedelta(days=1)}, "晚于今天"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(organ, values, words):
    with pytest.raises(ValidationError, match=words) as caught:
        services.receive_request(
            CONSOLE, organ, **({"received_on": date(2026, 3, 6)} | RECEIPT | values)
        )
    assert set(caught.value.error_dict) == set(values)


def test_a_public_utility_has_no_request_counter_under_article_55():
    utility = make_organ(kind=OrganKind.PUBLIC_UTILITY)
    with pytest.raises(ValidationError, match="第五十五条"):
        services.receive_request(CONSOLE, utility, received_on=date(2026, 3, 6), **RECEIPT)


def test_a_body_that_did_not_exist_receives_nothing():
    gone = make_organ(abolished_on=date(2024, 1, 1))
    with pytest.raises(ValidationError, match="不存在"):
        services.receive_request(CONSOLE, gone, received_on=date(2024, 1, 1), **RECEIPT)


def test_only_who_handles_requests_of_the_body_may(organ, request_):
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ()))
    reviewer = Actor.for_user(make_user(Role.REVIEWER, organ))
    for actor in (stranger, reviewer):
        with pytest.raises(PermissionDenied):
            services.receive_request(actor, organ, received_on=date(2026, 3, 6), **RECEIPT)
        with pytest.raises(PermissionDenied):
            services.record_event(actor, request_, Withdrawn(on=date(2026, 3, 9)))
    assert FoiEvent.objects.count() == 1


# -- events ------------------------------------------------------------------------------------


def test_a_decision_counts_on_its_day_and_delivery_ends_the_case(officer, request_):
    decided = services.record_event(
        officer, request_, Decided(on=date(2026, 3, 20), outcome="UNABLE_NOT_HELD"),
        subtype="not_exist",
    )  # fmt: skip
    assert (decided.state, decided.outcome, decided.outcome_subtype, decided.decided_on) == (
        "decided", "UNABLE_NOT_HELD", "not_exist", date(2026, 3, 20),
    )  # fmt: skip
    assert decided.due_on is not None
    ended = services.record_event(officer, request_, Delivered(on=date(2026, 3, 23)))
    assert (ended.state, ended.due_on, ended.outcome_subtype) == ("delivered", None, "not_exist")
    entry = LedgerEntry.objects.filter(action="foi.event").order_by("pk").first()
    assert entry.changes["outcome"] == "UNABLE_NOT_HELD"
    assert entry.changes["state"] == ["running", "decided"]


def test_correction_stops_the_clock_and_its_lapse_ends_the_case_under_article_30(officer, request_):
    asked = services.record_event(
        officer, request_, CorrectionRequested(on=date(2026, 3, 10), until=date(2026, 3, 31))
    )
    assert (asked.state, asked.due_on) == ("awaiting_correction", date(2026, 3, 31))
    ended = services.record_event(officer, request_, CorrectionLapsed(on=date(2026, 4, 1)))
    assert (ended.outcome, ended.decided_on, ended.due_on) == (
        "OTHER_NO_SUPPLEMENT", date(2026, 4, 1), None,
    )  # fmt: skip
    reopened = services.record_event(
        officer, request_, CorrectionReceived(on=date(2026, 4, 2), justified=True)
    )
    assert (reopened.outcome, reopened.decided_on, reopened.state) == ("", None, "running")


def test_an_unpaid_fee_and_a_withdrawal_end_the_case(officer, organ, request_):
    services.record_event(officer, request_, FeeNoticed(on=date(2026, 3, 10), amount=40))
    ended = services.record_event(officer, request_, FeeLapsed(on=date(2026, 4, 20)))
    assert ended.outcome == "OTHER_NO_PAYMENT"
    other = services.receive_request(officer, organ, received_on=date(2026, 3, 6), **RECEIPT)
    withdrawn = services.record_event(officer, other, Withdrawn(on=date(2026, 3, 9)))
    assert (withdrawn.outcome, withdrawn.outcome_subtype) == ("OTHER_MISC", "withdrawn")


def test_an_unlawful_event_is_refused_with_the_article_and_nothing_is_kept(officer, request_):
    with pytest.raises(IllegalSequence) as caught:
        services.record_event(officer, request_, CorrectionRequested(on=date(2026, 3, 25), days=10))
    assert caught.value.article == "条例第三十条"
    with pytest.raises(IllegalSequence, match="第三十三条"):
        services.record_event(officer, request_, Extended(on=date(2026, 3, 20), days=21))
    assert FoiEvent.objects.count() == 1
    assert not LedgerEntry.objects.filter(action="foi.event").exists()


def test_two_officers_who_decide_at_once_the_second_is_told(officer, request_):
    stale = FoiRequest.objects.get(pk=request_.pk)
    services.record_event(officer, request_, Decided(on=date(2026, 3, 20), outcome="GRANT"))
    with pytest.raises(IllegalSequence, match="已于 2026-03-20 作出答复"):
        services.record_event(officer, stale, Decided(on=date(2026, 3, 20), outcome="PARTIAL"))
    with pytest.raises(ValidationError, match="已由他人登记了新的事项"):
        services.record_event(officer, stale, Delivered(on=date(2026, 3, 23)), seen=1)
    services.record_event(officer, stale, Delivered(on=date(2026, 3, 23)), seen=2)


def test_outcomes_and_subtypes_that_there_are_not_are_refused(officer, request_):
    on = date(2026, 3, 20)
    for event, subtype, words in (
        (Decided(on=on, outcome="NONSENSE"), "", "没有代码为“NONSENSE”"),
        (Decided(on=on, outcome="CARRIED"), "", "没有代码为“CARRIED”"),
        (Decided(on=on, outcome="GRANT"), "not_exist", "没有“not_exist”这一情形"),
        (Withdrawn(on=on), "withdrawn", "只有作出答复才有结果细目"),
        (Withdrawn(on=timezone.localdate() + timedelta(days=1)), "", "晚于今天"),
    ):
        with pytest.raises(ValidationError, match=words):
            services.record_event(officer, request_, event, subtype=subtype)


def test_the_database_refuses_to_change_or_delete_an_event(request_):
    for act in (
        lambda: FoiEvent.objects.update(type="decided"),
        lambda: FoiEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            act()
    assert FoiEvent.objects.get().type == "received"


@pytest.mark.parametrize(
    "values",
    [
        {"applicant_kind": "alien"},
        {"channel": "pigeon"},
        {"outcome": "GRANT"},
        {"decided_on": date(2020, 3, 9)},
        {"outcome": "GRANT", "decided_on": date(2020, 3, 5)},
    ],
)
def test_the_database_itself_refuses_what_must_never_be_stored(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_request(**values)


# -- remedies ----------------------------------------------------------------------------------


def test_a_review_is_opened_concluded_once_corrected_and_voided(organ, officer, request_):
    case = services.open_remedy_case(
        officer, organ, kind="review", number=" 义政复〔2026〕5号 ", filed_on=date(2026, 4, 20),
        authority="义马市人民政府", request=request_,
    )  # fmt: skip
    assert case.number == "义政复〔2026〕5号"
    services.conclude_remedy_case(officer, case, result="upheld", concluded_on=date(2026, 6, 1))
    with pytest.raises(ValidationError, match="已于 2026-06-01 审结"):
        services.conclude_remedy_case(officer, case, result="other", concluded_on=date(2026, 6, 2))
    with pytest.raises(ValidationError, match="更正原因"):
        services.correct_remedy_case(officer, case, reason="", result="other")
    services.correct_remedy_case(officer, case, reason="结果录错", result="corrected")
    assert RemedyCase.objects.get().result == "corrected"
    services.correct_remedy_case(officer, case, reason="尚未审结", result="", concluded_on=None)
    assert RemedyCase.objects.get().concluded_on is None
    services.void_remedy_case(officer, case, reason="重复登记")
    with pytest.raises(ValidationError, match="已经作废"):
        services.conclude_remedy_case(officer, case, result="other", concluded_on=date(2026, 6, 2))
    actions = [e.action for e in LedgerEntry.objects.order_by("pk")]
    assert actions[1:] == [
        f"foi.remedy.{verb}" for verb in ("open", "conclude", "correct", "correct", "void")
    ]


def test_impossible_remedy_cases_are_refused_in_chinese(organ, officer, request_):
    values = {"kind": "review", "number": "1", "filed_on": date(2026, 4, 20)}
    tomorrow = timezone.localdate() + timedelta(days=1)
    for wrong, words in (
        ({"filed_on": tomorrow}, "晚于今天"),
        ({"filed_on": date(2026, 3, 5), "request": request_}, "早于所涉申请的收到日期"),
        ({"request": make_request()}, "属于其他机关"),
        ({"kind": "appeal"}, "appeal"),
    ):
        with pytest.raises(ValidationError, match=words):
            services.open_remedy_case(officer, organ, **(values | wrong))
    case = services.open_remedy_case(officer, organ, **values)
    with pytest.raises(ValidationError, match="已有这个案号"):
        services.open_remedy_case(officer, organ, **values)
    with pytest.raises(ValidationError, match="审结日期不能早于"):
        services.conclude_remedy_case(officer, case, result="upheld", concluded_on=date(2026, 4, 1))
    with pytest.raises(ValidationError, match="同时填写"):
        services.correct_remedy_case(officer, case, reason="测试", result="upheld")
    with pytest.raises(ValidationError, match="审结日期晚于今天"):
        services.conclude_remedy_case(officer, case, result="upheld", concluded_on=tomorrow)
    with pytest.raises(ValidationError, match="最多200个字"):
        services.void_remedy_case(officer, case, reason="长" * 201)
    before = LedgerEntry.objects.count()
    services.correct_remedy_case(officer, case, reason="核对无误", kind="review")
    assert LedgerEntry.objects.count() == before
    with pytest.raises(TypeError, match="organ"):
        services.correct_remedy_case(officer, case, reason="测试", organ=organ)


def test_a_case_number_entered_by_somebody_else_this_instant_is_named(organ, monkeypatch):
    def loses_the_race(self, *args, **kwargs):
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr(RemedyCase, "save", loses_the_race)
    with pytest.raises(ValidationError, match="刚刚已由他人登记"):
        services.open_remedy_case(
            CONSOLE, organ, kind="review", number="1", filed_on=date(2026, 4, 20)
        )


# -- taking over cases -------------------------------------------------------------------------


def history(organ, *events, **fields):
    return CaseRecord(
        organ_code=organ.code,
        applicant_kind=fields.pop("applicant_kind", "natural"),
        subject="某文件",
        events=[received("2026-03-06"), *events],
        **fields,
    )


def test_cases_are_taken_over_with_their_events_remedies_and_numbers(organ):
    done = services.import_cases(
        CONSOLE,
        [
            history(organ, number="〔2026〕7号"),
            history(
                organ,
                {"type": "decided", "on": "2026-03-20", "outcome": "GRANT", "subtype": "provided"},
                {"type": "delivered", "on": "2026-03-20"},
                remedies=[
                    RemedyRecord(
                        "review", "复1", date(2026, 4, 1), "政府", "upheld", date(2026, 5, 1)
                    )
                ],
            ),
        ],
    )
    assert (done.requests, done.events, done.remedies) == (2, 4, 1)
    first, second = FoiRequest.objects.order_by("pk")
    assert (first.number, second.number) == ("〔2026〕7号", "〔2026〕8号")
    assert (second.outcome, second.outcome_subtype) == ("GRANT", "provided")
    assert RemedyCase.objects.get().request == second
    entry = LedgerEntry.objects.get()
    assert (entry.action, entry.changes) == (
        "foi.import", {"requests": 2, "events": 4, "remedies": 1},
    )  # fmt: skip
    later = services.receive_request(CONSOLE, organ, received_on=date(2026, 3, 9), **RECEIPT)
    assert later.number == "〔2026〕9号"


def test_a_case_taken_over_is_indexed_as_if_its_events_had_been_recorded_one_by_one(organ):
    events = [
        {"type": "third_party_consulted", "on": "2026-03-10", "ref": "1"},
        {"type": "third_party_answered", "on": "2026-03-20", "ref": "1"},
        {"type": "decided", "on": "2026-04-10", "outcome": "DENY_THIRD"},
    ]
    services.import_cases(CONSOLE, [history(organ, *events)])
    taken = FoiRequest.objects.get()
    one_by_one = services.receive_request(CONSOLE, organ, received_on=date(2026, 3, 6), **RECEIPT)
    for data in events:
        one_by_one = services.record_event(CONSOLE, one_by_one, event_from_json(data))
    assert columns_now(taken) == columns_now(one_by_one)
    assert [(e.type, e.on, e.data) for e in taken.events.all()] == [
        (e.type, e.on, e.data) for e in one_by_one.events.all()
    ]


def test_one_unlawful_history_keeps_all_of_them_out_and_each_is_named(organ):
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    remedy = RemedyRecord("review", "复1", date(2026, 4, 1))
    bad = [
        history(organ, {"type": "delivered", "on": "2026-03-20"}, number="甲"),
        history(organ, {"type": "flown", "on": "2026-03-20"}),
        history(organ, {"type": "decided", "on": "2026-03-20", "outcome": "NONE"}),
        history(organ, {"type": "withdrawn", "on": tomorrow}),
        replace(history(organ), events=[]),
        replace(history(organ), organ_code="无"),
        replace(history(organ), applicant_kind="alien"),
        history(organ, remedies=[replace(remedy, kind="appeal")]),
        history(organ, remedies=[replace(remedy, result="upheld")]),
        history(organ, remedies=[replace(remedy, filed_on=date(2026, 3, 1))]),
        history(
            organ,
            remedies=[replace(remedy, result="upheld", concluded_on=date(2026, 3, 30))],
        ),
    ]
    with pytest.raises(ValidationError) as caught:
        services.import_cases(CONSOLE, [history(organ), *bad])
    assert len(caught.value.messages) == len(bad)
    assert caught.value.messages[0].startswith("第2件（甲）：")
    for words, message in zip(
        ("第三十三条", "不认识", "没有代码为“NONE”", "晚于今天", "第一项事件", "没有代码为“无”的机关",
         "这类申请人", "appeal", "同时填写", "早于所涉申请", "早于受理"),
        caught.value.messages, strict=True,
    ):  # fmt: skip
        assert words in message
    assert not FoiRequest.objects.exists()
    assert not FoiSerial.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_the_list_of_bad_cases_is_capped(organ):
    bad = [history(organ, {"type": "delivered", "on": "2026-03-20"})] * 500
    with pytest.raises(ValidationError) as caught:
        services.import_cases(CONSOLE, bad)
    assert len(caught.value.messages) == 100


def test_a_number_that_is_taken_keeps_all_cases_out(organ):
    make_request(organ, number="〔2026〕7号")
    with pytest.raises(ValidationError, match="与已登记的相同"):
        services.import_cases(CONSOLE, [history(organ, number="〔2026〕7号")])


def test_nobody_takes_over_cases_of_bodies_that_are_not_his(organ, officer):
    other = make_organ("411282")
    with pytest.raises(PermissionDenied):
        services.import_cases(officer, [history(organ), history(other)])
    assert not FoiRequest.objects.exists()
    assert services.import_cases(officer, []).requests == 0


def test_the_statements_of_an_import_do_not_grow_with_its_cases(
    organ, django_assert_max_num_queries
):
    with django_assert_max_num_queries(40):
        services.import_cases(CONSOLE, [history(organ) for _ in range(60)])


# -- deadlines that move -----------------------------------------------------------------------


@pytest.fixture
def another_holiday():
    """23 March 2026 becomes a day off."""
    notice = HolidayNotice.objects.create(
        year=2026, is_amendment=True, days=[], title="测试通知", document_number="", text="测试", version=1,
        accepted_by="测试", accepted_at=timezone.now(),
    )  # fmt: skip
    CalendarDay.objects.create(
        date=date(2026, 3, 23), is_working=False, name="测试假日", notice=notice
    )


def test_recomputing_lists_what_moved_and_brings_the_index_up_to_date(organ, request):
    moving = make_case(organ, received("2026-03-06"))
    still = make_case(organ, received("2026-04-06"))
    done = make_case(organ, received("2026-03-06"), {"type": "withdrawn", "on": "2026-03-09"})
    request.getfixturevalue("another_holiday")

    found = services.recompute_due_dates(CONSOLE, dry_run=True)
    assert [(m.number, m.old, m.new) for m in found.moved] == [
        (moving.number, date(2026, 4, 3), date(2026, 4, 7))
    ]
    moving.refresh_from_db()
    assert moving.due_on == date(2026, 4, 3)
    assert not LedgerEntry.objects.exists()

    assert services.recompute_due_dates(CONSOLE).looked_at == 2
    moving.refresh_from_db()
    assert moving.due_on == date(2026, 4, 7)
    entry = LedgerEntry.objects.get()
    assert (entry.action, entry.changes) == ("foi.recompute", {"moved": 1})
    assert services.recompute_due_dates(CONSOLE).moved == ()
    for unmoved in (still, done):
        before = columns_now(unmoved)
        unmoved.refresh_from_db()
        assert columns_now(unmoved) == before


def test_a_state_that_aged_is_brought_up_to_date(organ):
    case = make_case(organ, received("2026-03-06"), state="paused")
    assert services.recompute_due_dates(CONSOLE).rows == 1
    case.refresh_from_db()
    assert case.state == "running"


def test_a_case_that_the_new_calendar_makes_unlawful_is_named_and_stops_nothing(organ):
    make_case(organ, received("2026-03-06"), due_on=date(2026, 1, 1))
    broken = make_request(organ, due_on=date(2026, 4, 1))
    FoiEvent.objects.create(
        request=broken, seq=1, type="delivered", on=date(2026, 3, 6),
        recorded_at=timezone.now(), recorded_by="测试",
    )  # fmt: skip
    found = services.recompute_due_dates(CONSOLE)
    assert [each.number for each in found.unreadable] == [broken.number]
    assert "第三十一条" in found.unreadable[0].reason
    assert len(found.moved) == 1


def test_only_who_keeps_the_calendar_recomputes(organ, officer):
    with pytest.raises(PermissionDenied):
        services.recompute_due_dates(officer)
