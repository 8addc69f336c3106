"""The staff screens of disclosure on request, through HTTP."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from gongkai.foi import facts, queries, worklist
from gongkai.foi.models import FoiEvent, RemedyCase
from gongkai.organs.models import Role
from tests.factories.foi import make_case, make_remedy, make_request, received
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

DECIDED = {"type": "decided", "on": "2026-03-20", "outcome": "DENY_SECRET"}
DELIVERED = {"type": "delivered", "on": "2026-03-23"}


@pytest.fixture
def organ():
    return make_organ("411281-001", name="测试局")


@pytest.fixture
def officer(client, organ):
    """A browser in which the body's request officer is logged in."""
    client.force_login(make_user(Role.REQUEST_OFFICER, organ))
    return client


def url(name, *args):
    return reverse(f"foi:{name}", args=args)


def text_of(response):
    return response.content.decode()


# -- lists -------------------------------------------------------------------------------------


def test_lists_and_pages_show_ones_own_cases_and_no_others(officer, organ):
    own, other = make_case(organ, received("2026-03-06")), make_case(None, received("2026-03-06"))
    case, others_case = make_remedy(organ), make_remedy()
    page = text_of(officer.get(url("index")))
    assert own.number in page
    assert other.number not in page
    page = text_of(officer.get(url("case_list")))
    assert case.number in page
    assert others_case.number not in page
    for name, mine, theirs in (
        ("request_detail", own, other),
        ("case_detail", case, others_case),
        ("case_conclude", case, others_case),
        ("case_correct", case, others_case),
        ("case_void", case, others_case),
    ):
        assert officer.get(url(name, mine.pk)).status_code == 200
        assert officer.get(url(name, theirs.pk)).status_code == 404


@pytest.mark.parametrize("name", ["index", "case_list"])
def test_a_list_asks_as_many_statements_for_fifty_rows_as_for_one(
    officer, organ, name, django_assert_num_queries
):
    def another():
        request = make_request(organ, due_on=date(2026, 4, 3))
        make_remedy(organ, request=request, filed_on=date(2021, 6, 1))

    another()
    officer.get(url(name))
    with CaptureQueriesContext(connection) as one:
        officer.get(url(name))
    for _ in range(50):
        another()
    with django_assert_num_queries(len(one)):
        officer.get(url(name))


def test_requests_are_filtered_by_stage_kind_result_and_day(officer, organ):
    open_ = make_request(
        organ, number="未结", received_on=date(2026, 3, 6), due_on=date(2199, 1, 4)
    )
    make_request(organ, number="逾期", received_on=date(2026, 3, 6), due_on=date(2026, 4, 3))
    make_request(
        organ, number="待补", state="awaiting_correction", received_on=date(2026, 3, 6),
        due_on=date(2026, 4, 3),
    )  # fmt: skip
    make_request(
        organ, number="已结", state="delivered", applicant_kind="legal", outcome="GRANT",
        received_on=date(2025, 3, 6), decided_on=date(2025, 3, 20), channel="fax",
    )  # fmt: skip

    def listed(**query):
        page = text_of(officer.get(url("index"), query))
        return {word for word in ("未结", "逾期", "待补", "已结") if f">{word}<" in page}

    assert listed() == {"未结", "逾期", "待补", "已结"}
    assert listed(stage="waiting") == {"未结", "逾期", "待补"}
    assert listed(stage="overdue") == {"逾期"}
    assert listed(stage="ended") == {"已结"}
    for query in (
        {"outcome": "GRANT"}, {"applicant_kind": "legal"}, {"channel": "fax"},
        {"until": "2025-12-31"}, {"decided_since": "2025-01-01"}, {"state": "delivered"},
    ):  # fmt: skip
        assert listed(**query) == {"已结"}
    assert listed(q="待补") == {"待补"}
    assert open_.is_open


def test_the_export_leaves_out_what_applicants_wrote(officer, organ):
    make_request(organ, number="甲一", subject="某人的私事")
    exported = b"".join(officer.get(url("index"), {"export": "csv"}).streaming_content).decode()
    assert "甲一" in exported
    assert "自然人" in exported
    assert "某人的私事" not in exported
    assert "申请内容" not in exported


# -- due dates in words ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "due", "provisional", "words", "urgent", "overdue"),
    [
        ("running", date(2026, 4, 3), False, "还剩20个工作日", False, False),
        ("running", date(2026, 3, 11), False, "还剩3个工作日", True, False),
        ("running", date(2026, 3, 6), False, "今天到期", True, False),
        ("running", date(2026, 3, 4), False, "已逾期2个工作日", True, True),
        ("decided", date(2027, 1, 5), True, "（暂定）", False, False),
        ("paused", date(2026, 4, 3), False, "征求意见中，暂停计算", False, False),
        ("paused", date(2026, 3, 4), False, "已逾期2个工作日", True, True),
        ("awaiting_correction", date(2026, 3, 20), False, "待补正，至3月20日", False, False),
        ("awaiting_payment", date(2026, 3, 4), False, "待缴费期限已过，请处理", True, False),
        ("delivered", None, False, "", False, False),
    ],
)
def test_a_due_date_is_said_in_words(state, due, provisional, words, urgent, overdue):
    from gongkai.workdays.queries import current_calendar

    request = make_request(state=state, due_on=due, due_provisional=provisional)
    found = queries.due_in_words(request, current_calendar(), date(2026, 3, 6))
    assert words in found.text
    assert bool(words) == bool(found.text)
    assert (found.is_urgent, found.is_overdue) == (urgent, overdue)


# -- one case ----------------------------------------------------------------------------------


def test_a_case_shows_its_course_its_clock_and_its_remedies(officer, organ):
    request = make_case(
        organ,
        received("2026-03-06"),
        {"type": "third_party_consulted", "on": "2026-03-10", "ref": "某公司"},
        {"type": "third_party_answered", "on": "2026-03-17", "ref": "某公司"},
        {"type": "fee_noticed", "on": "2026-03-18", "amount": 40, "received_on": None},
        {"type": "fee_paid", "on": "2026-03-19"},
        {
            "type": "decided",
            "on": "2026-03-20",
            "outcome": "UNABLE_NOT_HELD",
            "subtype": "not_exist",
        },
        DELIVERED,
    )
    make_remedy(organ, request=request, number="复一号", filed_on=date(2026, 4, 1))
    answer = officer.get(url("request_detail", request.pk))
    page = text_of(answer)
    assert [e.label for e in answer.context["timeline"]] == [
        "收到申请", "征求第三方意见", "第三方答复意见", "收费通知", "缴纳信息处理费",
        "作出答复", "送达",
    ]  # fmt: skip
    for words in (
        "某公司",
        "对方收到日期：未知",
        "金额（元）：40",
        "不掌握相关政府信息（",
        "复一号",
        "条例第三十三条",
        "已送达",
    ):
        assert words in page
    assert f"{url('case_create')}?request={request.pk}" in page


def test_a_history_that_the_calendar_made_unlawful_is_shown_with_the_reason(officer, organ):
    request = make_request(organ)
    FoiEvent.objects.create(
        request=request, seq=1, type="delivered", on=date(2026, 3, 6),
        recorded_at=timezone.now(), recorded_by="测试",
    )  # fmt: skip
    answer = officer.get(url("request_detail", request.pk))
    assert answer.status_code == 200
    assert "与法定程序不符" in text_of(answer)


def test_a_row_without_events_has_a_page_too(officer, organ):
    assert officer.get(url("request_detail", make_request(organ).pk)).status_code == 200


# -- remedies ----------------------------------------------------------------------------------


def test_a_case_is_opened_concluded_corrected_and_voided_on_screen(officer, organ):
    request = make_case(organ, received("2026-03-06"), DECIDED, DELIVERED)
    form = officer.get(url("case_create"), {"request": request.pk}).context["form"]
    assert (form["organ"].value(), form["request"].value()) == (organ.code, request.number)
    values = {"organ": organ.code, "kind": "direct", "number": "行初1号", "filed_on": "2026-04-20",
              "authority": "测试法院", "request": request.number}  # fmt: skip
    answer = officer.post(url("case_create"), values, follow=True)
    case = RemedyCase.objects.get()
    assert case.request == request
    assert "应当先行复议" in text_of(answer)

    officer.post(url("case_conclude", case.pk), {"result": "upheld", "concluded_on": "2026-06-01"})
    again = officer.post(
        url("case_conclude", case.pk), {"result": "other", "concluded_on": "2026-06-02"}
    )
    assert again.status_code == 422
    assert "已于 2026-06-01 审结" in text_of(again)

    form = officer.get(url("case_correct", case.pk)).context["form"]
    shown = {n: form[n].value() or "" for n in form.fields}
    assert shown["result"] == "upheld"
    changed = {**shown, "kind": "review", "result": "pending", "concluded_on": "", "reason": "录错"}
    assert officer.post(url("case_correct", case.pk), changed).status_code == 302
    case.refresh_from_db()
    assert (case.kind, case.result, case.concluded_on) == ("review", "", None)

    officer.post(url("case_void", case.pk), {"reason": "重复登记"})
    page = text_of(officer.get(url("case_detail", case.pk)))
    assert "不再计入任何年度" in page
    assert url("case_void", case.pk) not in page
    assert "行初1号" not in text_of(officer.get(url("case_list")))
    assert "已作废" in text_of(officer.get(url("case_list"), {"void": "only"}))


def test_what_was_typed_stays_when_something_is_wrong(officer, organ):
    values = {"organ": organ.code, "kind": "review", "number": "复1号", "filed_on": "2026-04-20",
              "request": "没有这件"}  # fmt: skip
    answer = officer.post(url("case_create"), values)
    assert answer.status_code == 422
    assert "没有编号为“没有这件”的申请" in text_of(answer)
    assert 'value="复1号"' in text_of(answer)
    assert not RemedyCase.objects.exists()


@pytest.mark.parametrize("key", ["abc", "9" * 30, "-1", ""])
def test_a_strange_address_opens_an_empty_form(officer, key):
    assert officer.get(url("case_create"), {"request": key}).status_code == 200


def test_a_case_of_another_bodys_request_cannot_be_prepared(officer):
    other = make_case(None, received("2026-03-06"))
    form = officer.get(url("case_create"), {"request": other.pk}).context["form"]
    assert not form["request"].value()


def test_cases_are_filtered(officer, organ):
    make_remedy(organ, number="未结案")
    make_remedy(
        organ, number="已结案", kind="direct", result="other", concluded_on=date(2021, 7, 1)
    )

    def listed(**query):
        page = text_of(officer.get(url("case_list"), query))
        return {word for word in ("未结案", "已结案") if word in page}

    assert listed() == {"未结案", "已结案"}
    assert listed(result="pending") == {"未结案"}
    assert listed(result="other") == {"已结案"}
    assert listed(kind="direct") == {"已结案"}
    assert listed(void="with") == {"未结案", "已结案"}


def test_who_may_only_look_opens_no_case(client, organ):
    client.force_login(make_user(Role.REVIEWER, organ))
    case = make_remedy(organ)
    assert url("case_create") not in text_of(client.get(url("case_list")))
    assert url("case_void", case.pk) not in text_of(client.get(url("case_detail", case.pk)))
    assert client.get(url("case_create")).status_code == 302


@pytest.mark.parametrize(
    ("kind", "outcome", "decided", "doubtful"),
    [
        ("direct", "DENY_LAW", date(2024, 1, 1), True),
        ("direct", "PARTIAL", date(2024, 1, 1), True),
        ("direct", "DENY_LAW", date(2023, 12, 31), False),
        ("direct", "UNABLE_CREATE", date(2024, 1, 1), False),
        ("direct", "DENY_QUERY", date(2024, 1, 1), False),
        ("review", "DENY_LAW", date(2024, 1, 1), False),
    ],
)
def test_a_direct_lawsuit_about_a_refusal_since_2024_is_doubtful(kind, outcome, decided, doubtful):
    request = make_request(received_on=date(2023, 1, 3), outcome=outcome, decided_on=decided)
    assert bool(queries.remedy_doubt(kind, request)) is doubtful
    assert queries.remedy_doubt(kind, None) == ""


# -- contributions -----------------------------------------------------------------------------


def test_the_start_page_lists_open_requests_by_due_date(organ):
    later = make_request(organ, due_on=date(2026, 4, 10))
    sooner = make_request(organ, due_on=date(2026, 3, 9))
    make_request(organ, state="delivered")
    make_request(due_on=date(2026, 3, 9))
    user = make_user(Role.REQUEST_OFFICER, organ)
    found = worklist.open_requests(user, date(2026, 3, 6))
    assert found.total == 2
    assert [task.url for task in found.tasks] == [
        url("request_detail", sooner.pk), url("request_detail", later.pk),
    ]  # fmt: skip
    assert found.tasks[0].due_label == "还剩1个工作日"
    assert found.tasks[0].is_urgent
    assert worklist.open_requests(make_user(Role.REVIEWER, organ), date(2026, 3, 6)).total == 0


def test_the_start_page_asks_a_constant_number_of_statements(organ, django_assert_num_queries):
    user = make_user(Role.REQUEST_OFFICER, organ)
    make_request(organ, due_on=date(2026, 4, 10))
    worklist.open_requests(user, date(2026, 3, 6))
    with CaptureQueriesContext(connection) as one:
        worklist.open_requests(user, date(2026, 3, 6))
    for _ in range(20):
        make_request(organ, due_on=date(2026, 4, 10))
    with django_assert_num_queries(len(one)):
        assert len(worklist.open_requests(user, date(2026, 3, 6)).tasks) == 10


def test_the_records_behind_figures_have_their_pages(organ):
    request, case = make_request(organ), make_remedy(organ)
    assert facts.sources[0].record_url(request) == url("request_detail", request.pk)
    assert facts.sources[1].record_url(case) == url("case_detail", case.pk)
