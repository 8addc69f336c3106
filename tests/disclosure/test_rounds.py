"""The yearly validity review (清理): opened, proposed, decided, closed, published."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongkai.disclosure import queries
from gongkai.disclosure.bulk import round_results, rounds
from gongkai.disclosure.models import (
    DisclosedItem,
    DocumentKind,
    PublicTrace,
    TraceKind,
    ValidityReview,
    ValidityRound,
)
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from gongkai.statute.validity import Validity
from tests.factories.catalogue import make_topic
from tests.factories.disclosure import Office, make_column
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def city():
    return make_organ("411281", name="示例市人民政府")


@pytest.fixture
def bureau(city):
    return Office(make_organ("411281-005", name="示例市财政局", parent=city))


@pytest.fixture
def office(city):
    """The disclosure office of the city."""
    return Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, city))


def document(bureau, **fields):
    return bureau.publish(
        **{
            "document_kind": DocumentKind.NORMATIVE,
            "genre": "notice",
            "topic": make_topic(),
            "effective_from": date(2020, 3, 2),
            **fields,
        }
    )


@pytest.fixture
def documents(bureau):
    return [document(bureau, title=f"关于第{n}号事项的管理办法") for n in range(1, 5)]


@pytest.fixture
def opened(office, city, documents, today):
    return rounds.open_round(office, city, today.year, deadline=today + timedelta(days=30))


def review_of(round_, item):
    return ValidityReview.objects.get(round=round_, item=item)


def validity(item):
    return queries.validity(DisclosedItem.objects.get(pk=item.pk), timezone.localdate())


def test_a_round_holds_every_document_in_force_of_the_subtree(
    office, city, bureau, documents, today
):
    """Repealed and expired documents, drafts, other kinds and other trees are left out."""
    ended = document(bureau)
    DisclosedItem.objects.filter(pk=ended.pk).update(repealed_on=today)
    lapsed = document(bureau)
    DisclosedItem.objects.filter(pk=lapsed.pk).update(valid_until=today)
    bureau.draft(document_kind=DocumentKind.NORMATIVE)
    bureau.publish()
    document(Office())
    made = rounds.open_round(office, city, today.year, deadline=today)
    assert {review.item for review in made.reviews.all()} == set(documents)
    assert made.title == f"示例市人民政府{today.year}年行政规范性文件清理"
    assert round_results.figures(made).missing == 4


def test_results_hold_in_public_when_the_round_is_closed(
    office, city, bureau, documents, opened, today
):
    """Given a proposal for each, accepted, then the documents are marked, and the public reads
    why."""
    keep, amend, repeal, lapse = documents
    until = today + timedelta(days=365 * 5)
    successor = document(bureau, title="新的管理办法")
    propose = [
        (keep, "continue", {"valid_until": until}),
        (amend, "amend", {}),
        (repeal, "repeal", {"successor": successor}),
        (lapse, "lapse", {}),
    ]
    for item, outcome, options in propose:
        rounds.propose(bureau.actor(), review_of(opened, item), outcome, reason="经评估", **options)
    assert rounds.decide_as_proposed(office, opened.reviews.all()) == 4
    rounds.close_round(office, opened, on=today)
    assert validity(keep) == Validity.IN_FORCE
    assert DisclosedItem.objects.get(pk=keep.pk).valid_until == until
    assert validity(repeal) == Validity.REPEALED
    assert DisclosedItem.objects.get(pk=repeal.pk).successor == successor
    assert validity(lapse) == Validity.EXPIRED
    assert validity(amend) == Validity.IN_FORCE
    told = {trace.item_id: trace for trace in PublicTrace.objects.filter(item__in=documents)}
    assert told[repeal.pk].kind == TraceKind.REPEALED
    assert "失效" in told[lapse.pk].note
    assert "继续有效，有效期至" in told[keep.pk].note
    assert amend.pk not in told
    # The term is in the newest version too, so that a later one keeps it.
    assert queries.latest_version(DisclosedItem.objects.get(pk=keep.pk)).valid_until == until
    assert LedgerEntry.objects.filter(action="disclosure.round.close").count() == 1


def test_the_result_is_a_list_in_three_forms_and_a_draft(
    office, city, bureau, documents, opened, today
):
    from docx import Document
    from openpyxl import load_workbook

    for item in documents:
        rounds.propose(bureau.actor(), review_of(opened, item), "continue", reason="仍适用")
    rounds.decide_as_proposed(office, opened.reviews.all())
    with pytest.raises(ValidationError, match="办结以后"):
        round_results.draft_result(office, opened, organ=city, column=make_column(owner=city))
    rounds.close_round(office, opened, on=today)
    opened.refresh_from_db()
    listed = round_results.rows(opened)
    assert [row[5] for row in listed] == ["继续有效"] * 4
    sheet = load_workbook(io.BytesIO(round_results.as_xlsx(opened))).active
    assert sheet.cell(3, 2).value == listed[0][1]
    table = Document(io.BytesIO(round_results.as_docx(opened))).tables[0]
    assert table.cell(1, 1).text == listed[0][1]
    officer = Actor.for_user(make_user(Role.DISCLOSURE_OFFICE, city))
    item = round_results.draft_result(officer, opened, organ=city, column=make_column(owner=city))
    assert "共清理行政规范性文件4件，其中继续有效4件。" in item.body
    assert listed[0][1] in item.body
    assert item.status == "draft"
    with pytest.raises(ValidationError, match="已经起草"):
        round_results.draft_result(officer, opened, organ=city, column=make_column(owner=city))


def test_the_office_may_decide_otherwise_and_says_why(office, bureau, documents, opened):
    review = review_of(opened, documents[0])
    rounds.propose(bureau.actor(), review, "continue", reason="仍适用")
    with pytest.raises(ValidationError, match="意见不同"):
        rounds.decide(office, review, "repeal")
    decided = rounds.decide(office, review, "repeal", note="上位法已废止")
    assert (decided.decision, decided.decision_note) == ("repeal", "上位法已废止")
    with pytest.raises(ValidationError, match="已经审核"):
        rounds.propose(bureau.actor(), review, "continue", reason="仍适用")


def test_a_proposal_sent_back_is_to_be_made_again(office, bureau, documents, opened):
    review = review_of(opened, documents[0])
    with pytest.raises(ValidationError, match="还没有提出"):
        rounds.send_back(office, review, note="请补充依据")
    rounds.propose(bureau.actor(), review, "continue", reason="仍适用")
    with pytest.raises(ValidationError, match="退回的原因"):
        rounds.send_back(office, review, note="")
    back = rounds.send_back(office, review, note="请补充依据")
    assert (back.proposal, back.decision_note) == ("", "请补充依据")


def test_a_round_with_undecided_documents_is_not_closed(office, opened, documents, bureau, today):
    with pytest.raises(ValidationError, match="还有4件"):
        rounds.close_round(office, opened, on=today)
    for item in documents:
        rounds.decide(office, review_of(opened, item), "continue", note="单位未提意见")
    with pytest.raises(ValidationError, match="不能早于清理发起"):
        rounds.close_round(office, opened, on=today - timedelta(days=1))
    rounds.close_round(office, opened, on=today)
    for act in (
        lambda: rounds.close_round(office, opened, on=today),
        lambda: rounds.gather(office, opened),
        lambda: rounds.decide(office, review_of(opened, documents[0]), "repeal", note="x"),
        lambda: rounds.propose(
            bureau.actor(), review_of(opened, documents[0]), "repeal", reason="x"
        ),
    ):
        with pytest.raises(ValidationError):
            act()


def test_nothing_is_applied_when_one_document_cannot_be(office, bureau, documents, opened, today):
    """Given a document whose new version is under review, then the round stays open as a whole."""
    from gongkai.disclosure import services

    first, second, *rest = documents
    rounds.decide(office, review_of(opened, first), "repeal", note="x")
    rounds.decide(office, review_of(opened, second), "lapse", note="x")
    for item in rest:
        rounds.decide(office, review_of(opened, item), "continue", note="x")
    version = services.update_item(
        bureau.actor(), second, {"title": "新标题", "correction_note": "更正。"}
    )
    bureau.submit(version)
    with pytest.raises(ValidationError, match="正在审核"):
        rounds.close_round(office, opened, on=today)
    assert validity(first) == Validity.IN_FORCE
    assert ValidityRound.objects.get().closed_at is None


@pytest.mark.parametrize(
    ("outcome", "options", "words"),
    [
        ("nothing", {"reason": "x"}, "选择清理意见"),
        ("repeal", {"reason": " "}, "理由"),
        ("repeal", {"reason": "x", "valid_until": date(2999, 1, 1)}, "只有继续有效"),
        ("continue", {"reason": "x", "valid_until": date(2020, 1, 1)}, "晚于今天"),
        ("continue", {"reason": "x", "successor": True}, "只有废止或修改"),
        ("repeal", {"reason": "x", "successor": "self"}, "由它自己"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(
    bureau, documents, opened, outcome, options, words
):
    item = documents[0]
    if "successor" in options:
        options = {**options, "successor": item if options["successor"] == "self" else documents[1]}
    with pytest.raises(ValidationError, match=words):
        rounds.propose(bureau.actor(), review_of(opened, item), outcome, **options)


def test_a_round_that_makes_no_sense_is_refused(office, city, bureau, documents, today):
    cases = [
        (bureau.organ, {}, "organ"),
        (city, {"year": 1999}, "year"),
        (city, {"deadline": today - timedelta(days=1)}, "deadline"),
    ]
    for organ, options, field in cases:
        values = {"year": today.year, "deadline": today, **options}
        with pytest.raises(ValidationError) as caught:
            rounds.open_round(office, organ, values["year"], deadline=values["deadline"])
        assert field in caught.value.message_dict
    rounds.open_round(office, city, today.year, deadline=today)
    with pytest.raises(ValidationError, match="已发起过"):
        rounds.open_round(office, city, today.year, deadline=today)


def test_a_government_without_documents_needs_no_round(today):
    empty = make_organ()
    with pytest.raises(ValidationError, match="无需清理"):
        rounds.open_round(Actor.command("测试"), empty, today.year, deadline=today)
    assert not ValidityRound.objects.exists()


def test_documents_published_since_join_the_round(office, bureau, opened):
    with pytest.raises(ValidationError, match="没有新的文件"):
        rounds.gather(office, opened)
    document(bureau)
    assert rounds.gather(office, opened) == 1
    assert opened.reviews.count() == 5


def test_bodies_propose_and_the_office_decides(office, city, bureau, documents, opened):
    """Neither does the other's part, and nobody another body's."""
    review = review_of(opened, documents[0])
    stranger = Actor.for_user(make_user(Role.INFORMATION_OFFICER, make_organ()))
    for act in (
        lambda: rounds.propose(stranger, review, "repeal", reason="x"),
        lambda: rounds.decide(bureau.actor(), review, "repeal", note="x"),
        lambda: rounds.send_back(bureau.actor(), review, note="x"),
        lambda: rounds.close_round(bureau.actor(), opened, on=date.max),
        lambda: rounds.gather(bureau.actor(), opened),
        lambda: rounds.open_round(bureau.actor(), city, 2020, deadline=date.max),
        lambda: rounds.decide_as_proposed(bureau.actor(), opened.reviews.all()),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_the_list_is_read_in_a_constant_number_of_statements(opened, django_assert_num_queries):
    with django_assert_num_queries(1):
        round_results.rows(opened)
    with django_assert_num_queries(1):
        round_results.figures(opened)
