"""The first draft of a report's text: what the records say, and marked gaps for the rest."""

from __future__ import annotations

from datetime import date

import pytest

from gongkai.organs.models import Organ
from gongkai.reports import content, narrative, registry, review, services
from gongkai.reports.build import build
from gongkai.reports.models import State
from gongkai.reports.reading.figures import read_figures
from tests.factories.organs import make_organ
from tests.factories.reports import (
    CONSOLE,
    add_decisions,
    add_items,
    add_remedies,
    add_requests,
    complete_text,
    make_report,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> Organ:
    return make_organ(
        name="测试市人民政府", office_name="政务公开办", address="人民路1号", phone="000-1"
    )


def words(organ: Organ, year: int, scope: str | None = None) -> dict[str, str]:
    built = build(organ, year, scope)
    return content.sections_plain(narrative.draft(built, narrative.Contact.of(organ)))


def test_the_summary_has_the_five_heads_and_the_period(city: Organ) -> None:
    """国办公开办函〔2021〕30号: 主动公开、依申请公开、政府信息管理、平台建设、监督保障."""
    text = words(city, 2021)["s1"]
    places = [text.index(head) for head in narrative.HEADS]
    assert places == sorted(places)
    assert "统计期限自2021年1月1日起至2021年12月31日止" in text
    assert "请与政务公开办联系（地址：人民路1号；电话：000-1）" in text


def test_a_government_also_reports_assessment_evaluation_and_accountability(city: Organ) -> None:
    """第五十条第一款第四项: of governments alone."""
    of_city = words(city, 2021)["s1"]
    of_bureau = words(make_organ(parent=city), 2021)["s1"]
    for head in narrative.GOVERNMENT_HEADS:
        assert f"{head}：【待填：本年{head}】" in of_city
        assert head not in of_bureau


def test_requests_are_told_with_figures_that_agree_with_the_table(city: Organ) -> None:
    add_requests(city, 4, received=date(2020, 5, 1), decided=date(2020, 5, 9))
    add_requests(city, 5)
    add_requests(city, 1, kind="enterprise", outcome="PARTIAL")
    add_requests(city, 2, kind="legal", decided=None)
    add_remedies(city, 2, result="corrected")
    text = words(city, 2021, "own")["s1"]
    assert (
        "本年新收政府信息公开申请8件，其中自然人5件、法人或其他组织3件。"
        "新收数量比上年（4件）增加4件（100.0%）。上年结转0件。"
        "本年度办结6件，其中予以公开5件、部分公开1件。结转下年度继续办理2件。"
    ) in text
    assert "被申请行政复议2件（结果纠正2件），被提起行政诉讼0件。" in text
    # The reader of published reports finds the same figures in the sentence again.
    stated = read_figures({"s1": text, "s6": None})
    assert stated["requests_received"] == 8
    assert stated["reviews"] == 2


def test_the_draft_itself_raises_no_question_about_its_sums(city: Organ) -> None:
    """A clerk must not have to answer for sentences that the system wrote."""
    for kind, number in (("natural", 7), ("enterprise", 3)):
        add_requests(city, number, kind=kind)
    add_requests(city, 4, received=date(2020, 5, 1), decided=date(2020, 5, 9))
    add_remedies(city, 2, result="corrected")
    add_remedies(city, 1, kind="direct")
    built = build(city, 2021, "own")
    sections = narrative.draft(built, narrative.Contact.of(city))
    asked = review.questions(review.with_text(built, sections), sections)
    assert not [one for one in asked if one.id in ("parts_not_total", "points_announced")]
    assert not [one for one in asked if one.id.startswith("N.")]


def test_a_year_without_requests_says_so(city: Organ) -> None:
    text = words(city, 2021, "own")["s1"]
    assert "本年新收政府信息公开申请0件" in text
    assert "没有因政府信息公开工作被申请行政复议或者提起行政诉讼" in text


def test_table_two_is_told_in_both_formats(city: Organ) -> None:
    add_items(city, 3)
    add_items(city, 1, valid_until=date(2020, 6, 30))
    add_decisions(city, 7, on=date(2020, 5, 1))
    add_decisions(city, 9, on=date(2021, 5, 1))
    assert "行政许可上一年项目4项，本年减少1项，作出处理决定7件" in words(city, 2020)["s1"]
    assert "作出行政许可处理决定9件。" in words(city, 2021)["s1"]


def test_the_processing_fee_is_reported_from_2021_on_even_when_nothing_was_charged(
    city: Organ,
) -> None:
    """国办函〔2020〕109号: section six; before 2021 the form does not ask for it."""
    assert "信息处理费" not in words(city, 2020)["s6"]
    built = build(city, 2021)
    built.measures = {"m.fee.amount": 0, "m.fee.requests": 0}
    assert "本年度未收取政府信息公开信息处理费（0元）" in narrative.draft(built)["s6"]
    built.measures = {"m.fee.amount": 340, "m.fee.requests": 2}
    assert "对2件申请收取政府信息公开信息处理费340元" in narrative.draft(built)["s6"]
    built.measures = {}
    assert content.gaps(narrative.draft(built)["s6"])[0].startswith("本年收取信息处理费")
    assert "m.fee.amount" in registry.measures(built.format) or "【待填" in words(city, 2021)["s6"]


def test_last_years_promises_are_asked_for_one_by_one(city: Organ) -> None:
    """The improvement part answers last year's problems; the answer is left to people."""
    report = make_report(city, 2020, scope="own")
    services.save_section(
        CONSOLE,
        report,
        "s5",
        "<p>主要有以下两个方面：一是专栏更新不及时；二是培训不足。</p><p>（一）加强专栏维护。</p>",
    )
    services.submit(CONSOLE, complete_text(report))
    text = words(city, 2021, "own")["s5"]
    assert "一是专栏更新不及时。落实情况：【待填：" in text
    assert "二是培训不足。落实情况：【待填：" in text
    assert "（一）加强专栏维护。落实情况：【待填：" in text
    assert "主要有以下两个方面" not in text
    # The year after, that answer is not taken for a promise of its own.
    make_report(city, 2021, scope="own", state=State.SUBMITTED)
    assert "上年报告所列问题" not in words(city, 2022, "own")["s5"]


def test_what_the_system_does_not_know_is_a_gap_and_stops_the_submission(city: Organ) -> None:
    report = make_report(city, 2021, scope="own")
    built = build(city, 2021, "own")
    found = {one.id: one.message for one in review.blockers(built, report.sections)}
    assert "本年在政府网站、政务新媒体等渠道主动公开信息的条数" in found["T.gap.s1"]
    assert {"T.gap.s1", "T.gap.s5", "T.gap.s6"} <= found.keys()


def test_markup_in_names_stays_text(city: Organ) -> None:
    odd = make_organ(parent=city, office_name="<b>办</b>&", address="x", phone="y")
    text = narrative.draft(build(odd, 2021), narrative.Contact.of(odd))["s1"]
    assert "&lt;b&gt;办&lt;/b&gt;&amp;" in text
    assert content.clean(text) == text


def test_a_text_that_contradicts_the_table_is_asked_about(city: Organ) -> None:
    """N.requests."""
    add_requests(city, 3)
    bureau = make_organ(parent=city)
    report = make_report(bureau, 2021, state=State.DRAFT)
    services.save_section(CONSOLE, report, "s1", "<p>本年新收政府信息公开申请5件。</p>")
    report.refresh_from_db()
    built = review.with_text(build(bureau, 2021), report.sections)
    asked = {one.id: one.message for one in review.questions(built, report.sections)}
    assert "第一部分写收到申请 5 件，表三为 0 件" in asked["N.requests"]
