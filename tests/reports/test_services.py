"""The way of a report: who may do what, in which state, and what is kept (条例第四十九条)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Organ, Role
from gongkai.reports import content, queries, services, values
from gongkai.reports.build import build
from gongkai.reports.models import AnnualReport, ReportTransition, State
from gongkai.reports.services import StaleReport, SubmissionBlocked
from gongkai.reports.tree import ReportError
from gongkai.reports.triggers import missing_triggers
from gongkai.statute.formats import get_format
from tests.factories.organs import make_organ, make_user
from tests.factories.reports import (
    CONSOLE,
    add_decisions,
    add_requests,
    complete_text,
    make_report,
    person,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organ:
    return make_organ(name="测试市人民政府")


@pytest.fixture
def bureau(city: Organ) -> Organ:
    return make_organ(parent=city, name="市教育局")


def test_a_report_goes_from_draft_to_published_by_the_hands_of_those_entitled(
    city: Organ, bureau: Organ
) -> None:
    clerk = person(Role.INFORMATION_OFFICER, bureau)
    head = person(Role.RESPONSIBLE_PERSON, bureau)
    office = person(Role.DISCLOSURE_OFFICE, city)
    add_requests(bureau, 2)
    report = services.create_draft(clerk, bureau, 2021)
    complete_text(report)

    with pytest.raises(PermissionDenied):
        services.submit(clerk, report)
    report = services.submit(head, report, report.lock, "请审核。")
    with pytest.raises(PermissionDenied):
        services.accept(head, report)
    report = services.return_report(office, report, "第一部分请写明培训人数。", report.lock)
    report = services.save_section(clerk, report, "s6", "没有其他事项，未收取信息处理费。")
    report = services.submit(head, report, report.lock)
    report = services.accept(office, report, "", report.lock)
    with pytest.raises(PermissionDenied):
        services.publish(clerk, report)
    report = services.publish(head, report, report.lock)

    assert report.state == State.PUBLISHED
    assert content.is_intact(report)
    steps = [(one.to_state, one.actor_name, one.comment) for one in queries.history(report)]
    assert steps == [
        ("draft", clerk.name, ""),
        ("submitted", head.name, "请审核。"),
        ("returned", office.name, "第一部分请写明培训人数。"),
        ("submitted", head.name, ""),
        ("accepted", office.name, ""),
        ("published", head.name, ""),
    ]
    actions = list(
        LedgerEntry.objects.filter(chain__name=bureau.code, actor_id=head.user.pk)
        .order_by("seq")
        .values_list("action", flat=True)
    )
    assert actions == ["reports.submit", "reports.submit", "reports.publish"]


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("draft", "accept"),
        ("draft", "publish"),
        ("draft", "return_report"),
        ("submitted", "submit"),
        ("submitted", "publish"),
        ("returned", "accept"),
        ("accepted", "submit"),
        ("accepted", "accept"),
        ("published", "submit"),
        ("published", "return_report"),
        ("published", "publish"),
    ],
)
def test_a_step_that_does_not_follow_is_refused_and_changes_nothing(
    bureau: Organ, state: str, step: str
) -> None:
    report = make_report(bureau, state=state)
    arguments = ("请修改。",) if step == "return_report" else ()
    with pytest.raises(ReportError, match="不能改为"):
        getattr(services, step)(CONSOLE, report, *arguments)
    report.refresh_from_db()
    assert report.state == state


def test_nobody_accepts_their_own_report(city: Organ) -> None:
    office = person(Role.DISCLOSURE_OFFICE, city)
    report = services.create_draft(office, city, 2021)
    report = services.submit(office, complete_text(report))
    with pytest.raises(PermissionDenied, match="不能审核自己报送的报告"):
        services.accept(office, report)
    assert services.lawful_steps(report, office.user) == []
    colleague = person(Role.DISCLOSURE_OFFICE, city)
    assert services.lawful_steps(report, colleague.user) == ["returned", "accepted"]
    assert services.accept(colleague, report).state == State.ACCEPTED


def test_another_bodys_people_can_do_nothing(city: Organ, bureau: Organ) -> None:
    stranger = person(Role.RESPONSIBLE_PERSON, make_organ(parent=city))
    report = make_report(bureau)
    attempts = (
        lambda: services.create_draft(stranger, bureau, 2020),
        lambda: services.save_section(stranger, report, "s1", "改"),
        lambda: services.declare_figure(stranger, report, "t2.permit.decisions", 1, "改"),
        lambda: services.submit(stranger, report),
        lambda: services.publish(stranger, report),
        lambda: services.correct_published(stranger, report, "改"),
        lambda: services.answer_question(stranger, report, "x", "y"),
        lambda: services.submit(Actor(None, "未登录", "web"), report),
    )
    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()


def test_of_two_submissions_at_once_the_second_is_told_and_nothing_is_lost(
    bureau: Organ,
) -> None:
    report = complete_text(make_report(bureau))
    seen_by_both = report.lock
    services.submit(CONSOLE, report, seen_by_both)
    with pytest.raises(StaleReport, match=r"测试于\d+月\d+日.*已修改了这份报告（现为“已提交”）"):
        services.submit(CONSOLE, report, seen_by_both)
    assert ReportTransition.objects.filter(report=report, to_state="submitted").count() == 1


def test_of_two_editors_of_one_section_the_second_keeps_the_text_and_sees_the_other(
    bureau: Organ,
) -> None:
    report = make_report(bureau)
    base = content.fingerprint(report.sections["s5"])
    services.save_section(CONSOLE, report, "s5", "<p>甲写的问题。</p>", base)
    with pytest.raises(StaleReport, match="您的文字没有丢失") as caught:
        services.save_section(CONSOLE, report, "s5", "<p>乙写的问题。</p>", base)
    assert caught.value.current == "<p>甲写的问题。</p>"
    # Another section does not collide, and the same text is no conflict.
    services.save_section(CONSOLE, report, "s5", "<p>甲写的问题。</p>", base)
    other = content.fingerprint(report.sections["s6"])
    saved = services.save_section(CONSOLE, report, "s6", "无，未收取信息处理费。", other)
    assert saved.sections["s5"] == "<p>甲写的问题。</p>"


def test_there_is_one_open_version(bureau: Organ) -> None:
    make_report(bureau)
    with pytest.raises(ReportError, match="已经建立"):
        services.create_draft(CONSOLE, bureau, 2021)


def test_submission_lists_everything_that_stands_against_it(bureau: Organ) -> None:
    report = make_report(bureau)
    services.declare_figure(CONSOLE, report, "t3.new.natural", 5, "漏登记。")
    services.save_section(CONSOLE, report, "s6", "<p>无</p>")
    with pytest.raises(SubmissionBlocked) as caught:
        services.submit(CONSOLE, report)
    blocked = caught.value
    assert {one.constraint for one in blocked.violations} == {"T3.B.natural", "T3.B.total"}
    assert {one.id for one in blocked.blockers} == {"T.gap.s1", "T.gap.s5", "T.fee.s6"}
    assert any("≠" in message for message in blocked.messages)
    report.refresh_from_db()
    assert (report.state, report.cells) == (State.DRAFT, None)


def test_a_government_must_report_assessment_evaluation_and_accountability(city: Organ) -> None:
    """第五十条第一款第四项."""
    report = complete_text(make_report(city))
    services.save_section(CONSOLE, report, "s1", "<p>本年工作正常，开展了工作考核。</p>")
    report.refresh_from_db()
    with pytest.raises(SubmissionBlocked, match="社会评议、责任追究结果") as caught:
        services.submit(CONSOLE, report)
    assert "工作考核、" not in str(caught.value)


def test_a_question_holds_up_until_it_is_answered_and_asks_again_when_the_figure_moves(
    bureau: Organ,
) -> None:
    add_decisions(bureau, 1, on=date(2020, 6, 1))
    make_report(bureau, 2020, state=State.PUBLISHED)
    report = complete_text(make_report(bureau, 2021))
    asked = services.obstacles(report, build(bureau, 2021))[2]
    assert asked == []
    make_organ(parent=bureau)
    summed = complete_text(make_report(bureau, 2021, scope="aggregate"))
    built = build(bureau, 2021, "aggregate")
    assert services.obstacles(summed, built)[2] == []
    make_organ(parent=bureau)
    built = build(bureau, 2021, "aggregate")
    (question,) = services.obstacles(summed, built)[2]
    assert question.id == "A.missing"
    with pytest.raises(SubmissionBlocked, match="疑点未答复：还有2个所属单位没有提交"):
        services.submit(CONSOLE, summed)
    services.answer_question(CONSOLE, summed, question.id, question.message, "两所无业务。")
    assert services.submit(CONSOLE, summed).evidence["questions"][0]["reason"]


def test_the_current_year_cannot_be_submitted(bureau: Organ) -> None:
    report = complete_text(make_report(bureau))
    with pytest.raises(ReportError, match="2021年尚未结束"):
        services.submit(CONSOLE, report, today=date(2021, 12, 31))


def test_figures_are_frozen_at_submission(bureau: Organ) -> None:
    add_requests(bureau, 2)
    report = make_report(bureau, state=State.SUBMITTED)
    add_requests(bureau, 1)
    report.refresh_from_db()
    assert report.cells["t3.new.natural"] == 2
    live = build(bureau, 2021)
    moved = {one.spec.id: (one.old, one.new) for one in queries.moved_since_frozen(report, live)}
    assert moved["t3.new.natural"] == (2, 3)
    with pytest.raises(ReportError, match="不能修改"):
        services.declare_figure(CONSOLE, report, "t3.new.natural", 3, "迟登。")


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("t2.permit.decisions", Decimal("1.5"), "应为整数"),
        ("t2.permit.decisions", -1, "不能为负数"),
        ("t2.fee.amount", Decimal("10000000000"), "过大"),
        ("t2.fee.amount", Decimal("0.1234567"), "最多六位"),
        ("t3.new.total", 1, "自动合计"),
        ("t9.x.y", 1, "没有单元格"),
    ],
)
def test_a_declared_figure_must_fit_its_cell(
    bureau: Organ, cell: str, value: Decimal | int, words: str
) -> None:
    report = make_report(bureau)
    with pytest.raises(ValidationError) as caught:
        services.declare_figure(CONSOLE, report, cell, value, "说明。")
    assert words in str(caught.value.messages)


def test_a_declaration_needs_a_note_and_can_be_withdrawn(bureau: Organ) -> None:
    report = make_report(bureau)
    with pytest.raises(ValidationError, match="理由"):
        services.declare_figure(CONSOLE, report, "t2.permit.decisions", 3, "  ")
    services.declare_figure(CONSOLE, report, "t2.permit.decisions", 3, "见纸质台账。")
    assert build(bureau, 2021).cells["t2.permit.decisions"] == 3
    services.withdraw_declaration(CONSOLE, report, "t2.permit.decisions")
    assert build(bureau, 2021).cells["t2.permit.decisions"] == 0
    with pytest.raises(ReportError, match="无需撤回"):
        services.withdraw_declaration(CONSOLE, report, "t2.permit.decisions")


def test_amounts_keep_their_digits_from_declaration_to_seal(bureau: Organ) -> None:
    report = make_report(bureau)
    services.declare_figure(CONSOLE, report, "t2.fee.amount", Decimal("37597.005"), "财政口径。")
    report = services.submit(CONSOLE, complete_text(report))
    assert report.cells["t2.fee.amount"] == "37597.005"
    assert build(bureau, 2021).cells["t2.fee.amount"] == Decimal("37597.005")
    stored = values.load_cells(get_format("2021"), report.cells)
    assert stored["t2.fee.amount"] == Decimal("37597.005")


def test_the_database_refuses_to_change_a_published_report(bureau: Organ) -> None:
    """冻结: not even plain SQL gets through, on both engines."""
    report = make_report(bureau)
    services.declare_figure(CONSOLE, report, "t2.permit.decisions", 3, "见纸质台账。")
    report = services.submit(CONSOLE, complete_text(report))
    report = services.publish(CONSOLE, services.accept(CONSOLE, report))
    attempts = [
        "UPDATE reports_annualreport SET cells = '{}' WHERE id = %s",
        "UPDATE reports_annualreport SET state = 'draft' WHERE id = %s",
        "DELETE FROM reports_annualreport WHERE id = %s",
        "UPDATE reports_declaredfigure SET value = 1 WHERE report_id = %s",
        "DELETE FROM reports_declaredfigure WHERE report_id = %s",
        "UPDATE reports_reporttransition SET actor_name = 'x' WHERE report_id = %s",
    ]
    for sql in attempts:
        with (
            pytest.raises(DatabaseError, match="不得修改"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql, [report.pk])
    assert missing_triggers() == []


def test_tampering_past_the_triggers_is_seen_by_the_seal(bureau: Organ) -> None:
    report = make_report(bureau, state=State.PUBLISHED)
    assert content.is_intact(report)
    report.cells["t3.new.natural"] = 1
    assert not content.is_intact(report)
    report.refresh_from_db()
    report.sections["s6"] += "<p>添一句</p>"
    assert not content.is_intact(report)


def test_a_published_report_keeps_the_name_the_body_had(bureau: Organ) -> None:
    """A body that is renamed later does not break the seal of its old reports."""
    report = make_report(bureau, state=State.PUBLISHED)
    title = report.title
    Organ.objects.filter(pk=bureau.pk).update(name="市教育体育局")
    report = AnnualReport.objects.select_related("organ").get(pk=report.pk)
    assert report.title == title
    assert content.is_intact(report)


def test_a_correction_is_a_new_version_that_says_what_changed(bureau: Organ) -> None:
    add_requests(bureau, 2)
    first = make_report(bureau, state=State.PUBLISHED)
    add_requests(bureau, 1)
    with pytest.raises(ValidationError, match="为什么更正"):
        services.correct_published(CONSOLE, first, " ")
    second = services.correct_published(CONSOLE, first, "补登一件申请。")
    with pytest.raises(ReportError, match="已有更正版本"):
        services.correct_published(CONSOLE, first, "再来一次。")
    second = services.submit(CONSOLE, complete_text(second))
    assert queries.published_report(bureau.code, 2021) == first
    second = services.publish(CONSOLE, services.accept(CONSOLE, second))

    difference = queries.diff_versions(first, second)

    changed = {one.spec.id: (one.old, one.new) for one in difference.cells}
    assert changed == dict.fromkeys(
        (
            "t3.new.natural",
            "t3.new.total",
            "t3.granted.natural",
            "t3.granted.total",
            "t3.result_total.natural",
            "t3.result_total.total",
        ),
        (2, 3),
    )
    assert difference.sections == []
    first.refresh_from_db()
    assert (first.state, content.is_intact(first)) == (State.PUBLISHED, True)
    assert queries.published_report(bureau.code, 2021) == second
    entry = LedgerEntry.objects.filter(action="reports.publish").latest("pk")
    assert entry.changes["corrected"]["t3.new.natural"] == [2, 3]
    assert entry.changes["supersedes"] == first.checksum


def test_only_a_published_report_is_corrected(bureau: Organ) -> None:
    report = make_report(bureau)
    with pytest.raises(ReportError, match="只有已发布的报告才用更正"):
        services.correct_published(CONSOLE, report, "改。")


def test_a_batch_of_acceptances_goes_on_past_one_that_fails(city: Organ) -> None:
    office = person(Role.DISCLOSURE_OFFICE, city)
    sent = [make_report(make_organ(parent=city), state=State.SUBMITTED) for _ in range(2)]
    returned = make_report(make_organ(parent=city), state=State.RETURNED)
    done, refused = services.accept_many(office, [sent[0], returned, sent[1]], "同意。")
    assert [one.pk for one in done] == [one.pk for one in sent]
    ((report, reason),) = refused
    assert (report.pk, "不能改为“审核通过”" in reason) == (returned.pk, True)


def test_text_is_cleaned_to_a_small_set_of_elements(bureau: Organ) -> None:
    report = make_report(bureau)
    dirty = (
        '<h3 onclick="x()">一</h3><p style="color:red">甲<script>alert(1)</script><b>乙</b></p>'
        '<p></p><div>丙</div><img src=x onerror=alert(1)><a href="javascript:1">丁</a>'
    )
    saved = services.save_section(CONSOLE, report, "s1", dirty)
    assert saved.sections["s1"] == "<h3>一</h3><p>甲<b>乙</b></p>丙丁"
    plain = services.save_section(CONSOLE, report, "s1", "第一段\n\n第二段 1 < 2")
    assert plain.sections["s1"] == "<p>第一段</p><p>第二段 1 &lt; 2</p>"


def test_a_published_report_survives_people_leaving(bureau: Organ) -> None:
    head = make_user(Role.RESPONSIBLE_PERSON, bureau, display_name="王工")
    report = make_report(bureau, state=State.ACCEPTED)
    services.publish(Actor.for_user(head), report)
    names = list(
        AnnualReport.objects.get(pk=report.pk).transitions.values_list("actor_name", flat=True)
    )
    assert names[-1] == "王工"
