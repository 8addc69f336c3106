"""The staff screens: scope, constant SQL, what they say and what they let people do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongkai.organs.models import Organ, Role, User
from gongkai.reports import content, queries, services
from gongkai.reports.models import AnnualReport, State
from gongkai.reports.staff import sections
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ, make_user
from tests.factories.reports import (
    CONSOLE,
    add_decisions,
    add_documents,
    add_requests,
    complete_text,
    make_report,
)

pytestmark = pytest.mark.django_db
YEAR = 2021


@pytest.fixture
def city() -> Organ:
    return make_organ(name="测试市人民政府")


@pytest.fixture
def bureau(city: Organ) -> Organ:
    return make_organ(parent=city, name="市教育局")


@pytest.fixture
def head(bureau: Organ) -> User:
    return make_user(Role.RESPONSIBLE_PERSON, bureau)


@pytest.fixture
def office(city: Organ) -> User:
    return make_user(Role.DISCLOSURE_OFFICE, city)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def text_of(response: Any) -> str:
    return response.content.decode()


def test_every_screen_of_another_bodys_report_is_not_found(city: Organ, bureau: Organ) -> None:
    """One body's people see nothing of another's, not even that it exists."""
    report = make_report(bureau, YEAR)
    stranger = browser(make_user(Role.RESPONSIBLE_PERSON, make_organ(parent=city)))
    arguments = {
        "pk": report.pk,
        "code": bureau.code,
        "year": YEAR,
        "scope": "own",
        "cell": "t2.permit.decisions",
        "section": "s1",
        "extension": "json",
    }
    walked = 0
    for pattern in sections[0].urls:
        names = set(pattern.pattern.converters)
        if not names:
            continue
        address = reverse(f"reports:{pattern.name}", kwargs={n: arguments[n] for n in names})
        answers = {stranger.get(address).status_code, stranger.post(address).status_code}
        # 405 belongs to views that take no such request at all; 302 leads away from reviewing,
        # which the stranger may do nowhere.
        assert answers <= {404, 405, 302}, (pattern.name, answers)
        assert 404 in answers or answers == {302}, (pattern.name, answers)
        walked += 1
    assert walked >= 15
    report.refresh_from_db()
    assert report.state == State.DRAFT


def test_every_screen_asks_for_a_login(bureau: Organ) -> None:
    report = make_report(bureau, YEAR)
    for address in (
        reverse("reports:index"),
        reverse("reports:detail", args=[report.pk]),
        reverse("reports:figure", args=[bureau.code, YEAR, "own", "t3.new.total"]),
        reverse("reports:download", args=[report.pk, "json"]),
    ):
        response = Client().get(address)
        assert response.status_code == 302
        assert "login" in response["Location"]


def test_the_overview_costs_the_same_for_one_body_and_for_fifty(
    city: Organ, bureau: Organ, office: User
) -> None:
    client = browser(office)
    address = f"{reverse('reports:index')}?year={YEAR}"
    make_report(bureau, YEAR)
    client.get(address)
    few = statements(client, address)
    for _ in range(48):
        organ = make_organ(parent=city)
        add_requests(organ, 2)
        add_decisions(organ, 1)
    for organ in Organ.objects.filter(parent=city)[:10]:
        if not AnnualReport.objects.filter(organ=organ, year=YEAR).exists():
            services.create_draft(CONSOLE, organ, YEAR)
    many = statements(client, address)
    assert many <= few


def test_the_overview_shows_who_is_missing_and_who_has_sent(
    city: Organ, bureau: Organ, office: User
) -> None:
    make_report(bureau, YEAR, state=State.SUBMITTED)
    late = make_organ(parent=city, name="市水利局")
    client = browser(office)
    page = text_of(client.get(reverse("reports:index"), {"year": YEAR, "state": "missing"}))
    assert late.name in page
    assert f">{bureau.name}<" not in page
    everything = text_of(client.get(reverse("reports:index"), {"year": YEAR}))
    assert "已提交" in everything
    assert "2022年1月31日" in everything
    assert "✕ 已逾期" in everything


def test_the_workbench_costs_the_same_whatever_the_records(
    city: Organ, bureau: Organ, office: User
) -> None:
    report = make_report(city, YEAR)
    client = browser(office)
    address = reverse("reports:detail", args=[report.pk])
    client.get(address)
    few = statements(client, address)
    for _ in range(20):
        organ = make_organ(parent=city)
        add_requests(organ, 5)
        add_documents(organ, 1)
    assert statements(client, address) == few


def test_the_workbench_shows_figures_last_year_large_changes_and_declarations(
    bureau: Organ, head: User
) -> None:
    add_decisions(bureau, 30, kind="penalty", on=date(2020, 3, 1))
    make_report(bureau, 2020, state=State.PUBLISHED)
    add_decisions(bureau, 95, kind="penalty")
    report = make_report(bureau, YEAR)
    services.declare_figure(CONSOLE, report, "t2.permit.decisions", 7, "省系统办理。")
    page = text_of(browser(head).get(reverse("reports:detail", args=[report.pk])))
    assert "上年30" in page
    assert "▲大幅增加（217%）" in page
    assert "填报，统计0，相差+7" in page
    assert "【待填：" in page
    assert reverse("reports:submit", args=[report.pk]) in page
    assert reverse("reports:accept", args=[report.pk]) not in page


def test_only_lawful_buttons_are_shown(bureau: Organ, head: User, office: User) -> None:
    report = make_report(bureau, YEAR, state=State.SUBMITTED)
    address = reverse("reports:detail", args=[report.pk])
    mine, above = text_of(browser(head).get(address)), text_of(browser(office).get(address))
    for name in ("accept", "return"):
        link = reverse(f"reports:{name}", args=[report.pk])
        assert link in above
        assert link not in mine
    assert reverse("reports:section", args=[report.pk, "s1"]) not in mine


def test_a_section_is_edited_and_a_clash_loses_no_text(bureau: Organ, head: User) -> None:
    report = make_report(bureau, YEAR)
    client = browser(head)
    address = reverse("reports:section", args=[report.pk, "s6"])
    assert client.get(address).status_code == 200
    base = content.fingerprint(report.sections["s6"])
    services.save_section(CONSOLE, report, "s6", "<p>同事先写的。</p>", base)

    clash = client.post(address, {"text": draftail("我写的很长一段。"), "base": base})

    assert clash.status_code == 422
    page = text_of(clash)
    assert "您的文字没有丢失" in page
    assert "同事先写的。" in page
    assert "我写的很长一段。" in clash.context["form"]["text"].value()
    again = clash.context["form"]["base"].value()
    saved = client.post(address, {"text": draftail("合并后的文字。"), "base": again})
    assert saved.status_code == 302
    report.refresh_from_db()
    assert report.sections["s6"] == "<p>合并后的文字。</p>"


def draftail(text: str) -> str:
    """What the rich text editor posts for one paragraph."""
    import json

    block = {
        "key": "a",
        "type": "unstyled",
        "depth": 0,
        "text": text,
        "inlineStyleRanges": [],
        "entityRanges": [],
    }
    return json.dumps({"blocks": [block], "entityMap": {}})


def test_a_figure_is_declared_and_taken_back_on_screen(bureau: Organ, head: User) -> None:
    report = make_report(bureau, YEAR)
    client = browser(head)
    address = reverse("reports:declare", args=[report.pk, "t2.permit.decisions"])
    empty = client.post(address, {"value": "", "note": "依据台账。"})
    assert "请勾选“这一格不填报”" in text_of(empty)
    wrong = client.post(address, {"value": "十二", "note": "依据台账。"})
    assert "不是数字" in text_of(wrong)
    assert "依据台账。" in text_of(wrong)
    assert client.post(address, {"value": "１２", "note": "依据台账。"}).status_code == 302
    assert report.declared.get().value == 12
    assert client.post(address, {"withdraw": "1"}).status_code == 302
    assert not report.declared.exists()
    blank = client.post(address, {"value": "", "blank": "on", "note": "没有此职能。"})
    assert blank.status_code == 302
    assert report.declared.get().value is None
    total = reverse("reports:declare", args=[report.pk, "t3.new.total"])
    assert client.get(total).status_code == 404


def test_the_records_behind_a_figure_are_as_many_as_the_figure(
    city: Organ, bureau: Organ, office: User
) -> None:
    """第36条用户故事: every number is traced to its records."""
    add_requests(bureau, 3)
    add_requests(city, 2, kind="enterprise", decided=None)
    other = make_organ(parent=city, vertical=True)
    add_requests(other, 4)
    client = browser(office)
    page = client.get(
        reverse("reports:figure", args=[city.code, YEAR, "aggregate", "t3.new.total"])
    )
    assert page.context["total"] == 5
    assert [(body.code, number) for body, number in page.context["bodies"]] == [
        (bureau.code, "3"),
        (city.code, "2"),
    ]
    one = client.get(
        reverse("reports:figure", args=[city.code, YEAR, "aggregate", "t3.new.total"]),
        {"body": bureau.code},
    )
    assert one.context["total"] == 3
    every = reverse("reports:figure", args=[city.code, YEAR, "aggregate", "t3.new.total"])
    export = b"".join(client.get(every, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    assert len(export.splitlines()) == 6
    open_cell = reverse(
        "reports:figure", args=[city.code, YEAR, "own", "t3.carried_out.enterprise"]
    )
    assert client.get(open_cell).context["total"] == 2


def test_records_without_permission_are_counted_but_not_shown(bureau: Organ) -> None:
    add_requests(bureau, 2)
    clerk = browser(make_user(Role.INFORMATION_OFFICER, bureau))
    page = clerk.get(reverse("reports:figure", args=[bureau.code, YEAR, "own", "t3.new.natural"]))
    assert page.context["behind"].hidden == 1
    assert page.context["total"] == 0
    assert page.context["value"] == "2"


@pytest.mark.parametrize(
    ("year", "scope", "cell"),
    [
        (2018, "own", "t3.new.total"),
        (2021, "all", "t3.new.total"),
        (2021, "own", "t9.x"),
        (2021, "own", "m.items.x"),
        (2019, "own", "m.fee.amount"),
    ],
)
def test_a_figure_that_does_not_exist_is_not_found(
    bureau: Organ, head: User, year: int, scope: str, cell: str
) -> None:
    address = reverse("reports:figure", args=[bureau.code, year, scope, cell])
    assert browser(head).get(address).status_code == 404


def test_a_figure_of_the_text_leads_to_its_records(city: Organ, bureau: Organ) -> None:
    """The items told in the draft of part one are in no table, and can be looked up all the same."""
    column = make_column(owner=bureau, kind="news")
    for day in (3, 4):
        published(date(YEAR, 3, day), organ=bureau, column=column)
    published(date(YEAR, 3, 5), organ=city)
    officer = browser(make_user(Role.DISCLOSURE_OFFICE, city))
    address = reverse("reports:figure", args=[city.code, YEAR, "aggregate", "m.items.published"])
    page = officer.get(address)
    assert (page.context["value"], page.context["total"]) == ("3", 3)
    assert "本年主动公开的政府信息" in text_of(page)
    assert [(body.code, number) for body, number in page.context["bodies"]] == [
        (bureau.code, "2"),
        (city.code, "1"),
    ]
    news = officer.get(address.replace("m.items.published", "m.items.news"))
    assert (news.context["value"], news.context["total"]) == ("2", 2)
    assert news.context["declare_url"] == ""
    user = news.wsgi_request.user
    behind = queries.behind(user, bureau, YEAR, "own", "m.items.published")
    assert behind is not None
    assert behind.records is not None
    assert behind.records.count() == 2


def test_the_fees_of_the_text_lead_to_their_payments(bureau: Organ, head: User) -> None:
    client = browser(head)
    for cell in ("m.fee.requests", "m.fee.amount"):
        page = client.get(reverse("reports:figure", args=[bureau.code, YEAR, "own", cell]))
        assert (page.status_code, page.context["value"]) == (200, "0")


def test_the_editor_leads_to_what_its_draft_quotes(bureau: Organ, head: User) -> None:
    published(date(YEAR, 3, 3), organ=bureau)
    report = make_report(bureau, YEAR)
    page = browser(head).get(reverse("reports:section", args=[report.pk, "s1"]))
    address = reverse("reports:figure", args=[bureau.code, YEAR, "own", "m.items.published"])
    assert f'href="{address}"' in page.content.decode()
    assert "本年主动公开的政府信息 1条" in text_of(page)


def test_submission_on_screen_lists_what_is_wrong_and_then_goes_through(
    bureau: Organ, head: User
) -> None:
    report = make_report(bureau, YEAR)
    client = browser(head)
    address = reverse("reports:submit", args=[report.pk])
    assert "现在还不能提交" in text_of(client.get(address))
    refused = client.post(address, {"lock": report.lock})
    assert refused.status_code == 422
    complete_text(report)
    stale = client.post(address, {"lock": 0})
    assert "请刷新页面核对后再办理" in text_of(stale)
    report.refresh_from_db()
    done = client.post(address, {"lock": report.lock, "comment": "请审。"})
    assert done.status_code == 302
    report.refresh_from_db()
    assert report.state == State.SUBMITTED


def test_the_superior_returns_with_a_comment_and_accepts_in_batch(
    city: Organ, bureau: Organ, office: User, head: User
) -> None:
    report = make_report(bureau, YEAR, state=State.SUBMITTED)
    other = make_report(make_organ(parent=city), YEAR, state=State.SUBMITTED)
    client = browser(office)
    back = reverse("reports:return", args=[report.pk])
    assert client.post(back, {"lock": report.lock, "comment": " "}).status_code == 422
    assert client.post(back, {"lock": report.lock, "comment": "写明培训。"}).status_code == 302
    page = text_of(browser(head).get(reverse("reports:detail", args=[report.pk])))
    assert "写明培训。" in page
    batch = reverse("reports:accept_many")
    answer = client.post(batch, {"report": [report.pk, other.pk], "year": YEAR}, follow=True)
    shown = text_of(answer)
    assert "已审核通过1份报告" in shown
    assert "市教育局未办理" in shown
    other.refresh_from_db()
    assert other.state == State.ACCEPTED
    assert "没有勾选" in text_of(client.post(batch, {}, follow=True))


def test_a_correction_shows_the_versions_side_by_side(bureau: Organ, head: User) -> None:
    add_requests(bureau, 1)
    report = make_report(bureau, YEAR, state=State.PUBLISHED)
    add_requests(bureau, 1)
    client = browser(head)
    before = text_of(client.get(reverse("reports:detail", args=[report.pk])))
    assert "记录有变动" in before
    assert "✓ 与现在的内容相符" in before
    made = client.post(reverse("reports:correct", args=[report.pk]), {"note": "补登一件。"})
    newer = AnnualReport.objects.get(supersedes=report)
    assert made["Location"] == reverse("reports:detail", args=[newer.pk])
    changes = text_of(client.get(reverse("reports:changes", args=[newer.pk])))
    assert "补登一件。" in changes
    assert "本年新收" in changes


def test_a_question_is_answered_on_screen(bureau: Organ, head: User) -> None:
    make_organ(parent=bureau, name="教研所")
    report = make_report(bureau, YEAR, scope="aggregate")
    client = browser(head)
    page = client.get(reverse("reports:detail", args=[report.pk]))
    question = next(one for one in page.context["open_questions"] if one.id == "A.missing")
    data = {"flag": question.id, "message": question.message, "reason": "无业务。"}
    client.post(reverse("reports:answer", args=[report.pk]), data)
    after = client.get(reverse("reports:detail", args=[report.pk]))
    assert all(one.id != "A.missing" for one in after.context["open_questions"])
    assert "无业务。" in text_of(after)


def test_a_body_without_a_report_is_previewed_and_its_draft_set_up(
    bureau: Organ, head: User, office: User
) -> None:
    add_requests(bureau, 2)
    preview = reverse("reports:preview", args=[bureau.code, YEAR])
    assert "还没有建立2021年的报告" in text_of(browser(office).get(preview))
    create = reverse("reports:create", args=[bureau.code, YEAR])
    assert browser(office).post(create).status_code == 404
    client = browser(head)
    made = client.post(create)
    report = AnnualReport.objects.get(organ=bureau)
    assert made["Location"] == reverse("reports:detail", args=[report.pk])
    again = client.post(create, follow=True)
    assert "已经建立" in text_of(again)
    assert client.get(preview)["Location"] == reverse("reports:detail", args=[report.pk])


def test_a_published_file_is_read_and_compared_with_the_records(
    bureau: Organ, office: User
) -> None:
    add_requests(bureau, 2)
    report = make_report(bureau, YEAR, state=State.PUBLISHED)
    client = browser(office)
    data = client.get(reverse("reports:download", args=[report.pk, "json"])).content
    add_requests(bureau, 1)
    address = reverse("reports:compare")
    answer = client.post(address, {"file": SimpleUploadedFile("report.json", data)})
    comparison = answer.context["comparison"]
    assert comparison.organ == bureau
    assert {pair.spec.id: pair.difference for pair in comparison.different}[
        "t3.new.natural"
    ] == "-1"
    bad = client.post(address, {"file": SimpleUploadedFile("x.txt", "一份通知".encode())})
    assert bad.status_code == 422
    assert "读不出年度报告" in text_of(bad)


def test_reports_are_downloaded_under_the_same_permission(bureau: Organ, head: User) -> None:
    report = make_report(bureau, YEAR)
    client = browser(head)
    answer = client.get(reverse("reports:download", args=[report.pk, "json"]))
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert client.get(reverse("reports:download", args=[report.pk, "exe"])).status_code == 404
