"""Reviewing on the screen: the exact version, the decision, many at once; acts upon what is public."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from docx import Document

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import DisclosedItem, ReviewChain, Status, Step
from gongkai.ledger.actor import Actor
from tests.factories.disclosure import Office
from tests.factories.organs import make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db
STEPS = (Step.REVIEW, Step.SECRECY, Step.APPROVAL)


def url(name: str, *args: object) -> str:
    return reverse(f"disclosure:{name}", args=args)


def text_of(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


@pytest.fixture
def office() -> Office:
    return Office(make_organ("411281-011", name="义马市测试局", short_name="市测试局"))


@pytest.fixture
def enter(client, office):
    """Log in as the officer, or as the person of a step."""

    def entered(step: str = ""):
        client.force_login(office.people[step] if step else office.officer)
        return client

    return entered


def docx(*paragraphs: str) -> io.BytesIO:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    stream = io.BytesIO()
    document.save(stream)
    stream.seek(0)
    return stream


# -- one item ------------------------------------------------------------------------------------


def test_three_people_decide_one_after_another_and_it_is_public(office, enter):
    """三审 (Art. 17): each sees what the others decided; the last one publishes."""
    item = office.submit(title="关于测试的通知")
    for step in STEPS:
        client = enter(step)
        page = text_of(client.get(url("review", item.pk)))
        assert "关于测试的通知" in page
        assert "待办理" in page
        answer = client.post(
            url("review", item.pk),
            {"decision": "approved", "opinion": f"{step}同意", "seen": queries.seen_of(item)},
            follow=True,
        )
        item.refresh_from_db()
    assert (item.status, item.live) == (Status.PUBLISHED, True)
    assert f"已发布，索引号{item.index_number}" in text_of(answer)
    page = text_of(enter().get(url("item_detail", item.pk)))
    assert "审核通过政府信息" in page


def test_after_a_decision_the_next_that_awaits_is_opened(office, enter):
    first, second = office.submit(), office.submit()
    client = enter(Step.REVIEW)
    answer = client.post(url("review", first.pk), {"decision": "approved"})
    assert answer.url == url("review", second.pk)
    answer = client.post(url("review", second.pk), {"decision": "approved"})
    assert answer.url == url("awaiting")


def test_returning_without_an_opinion_is_refused_and_with_one_reaches_the_drafter(office, enter):
    item = office.submit()
    client = enter(Step.REVIEW)
    answer = client.post(url("review", item.pk), {"decision": "returned"})
    assert answer.status_code == 422
    assert "退回须写明意见" in text_of(answer)
    client.post(url("review", item.pk), {"decision": "returned", "opinion": "请补充依据。"})
    item.refresh_from_db()
    assert item.status == Status.RETURNED
    page = text_of(enter().get(url("item_detail", item.pk)))
    assert "退回修改" in page
    assert "请补充依据。" in page


def test_the_reviewer_decides_upon_what_he_read_and_nothing_else(office, enter):
    """Any later change sends the item back to him: his form names the version he saw."""
    item = office.submit()
    seen = queries.seen_of(item)
    services.recall(office.actor(), item)
    services.update_item(office.actor(), item, {"body": "<p>偷换的内容。</p>"})
    office.submit(DisclosedItem.objects.get())
    answer = enter(Step.REVIEW).post(url("review", item.pk), {"decision": "approved", "seen": seen})
    assert answer.status_code == 422
    assert "送审的版本已经更换" in text_of(answer)


def test_a_version_of_a_public_item_is_shown_with_what_differs(office, enter):
    item = office.publish(title="物业收费办法", body="<p>每平方米1.2元。</p>")
    version = services.update_item(
        office.actor(), item,
        {"body": "<p>每平方米1.5元。</p>", "correction_note": "更正收费标准。"},
    )  # fmt: skip
    services.submit(office.actor(), version)
    page = text_of(enter(Step.REVIEW).get(url("review", item.pk)))
    assert "<del>1.2</del>" in page
    assert "<ins>1.5</ins>" in page


def test_secrecy_review_may_be_referred_and_waits_for_the_answer(office, enter):
    """提请确定 (Art. 17)."""
    item = office.approve(office.submit(), until=Step.SECRECY)
    client = enter(Step.SECRECY)
    answer = client.post(url("review", item.pk), {"decision": "referred", "opinion": "拿不准。"})
    assert answer.status_code == 422
    assert "请写明向哪个主管部门" in text_of(answer)
    due = timezone.localdate() + timedelta(days=10)
    client.post(
        url("review", item.pk),
        {
            "decision": "referred",
            "opinion": "拿不准。",
            "refer_to": "市保密局",
            "reply_due_on": due,
        },
    )
    assert "等待主管部门答复" in text_of(client.get(url("awaiting")))
    refused = client.post(url("review", item.pk), {"decision": "approved"})
    assert "尚未登记答复" in text_of(refused)
    client.post(
        url("reply", item.pk),
        {"conclusion": "may", "reply": "可以公开。", "replied_on": timezone.localdate()},
    )
    client.post(url("review", item.pk), {"decision": "approved"})
    item.refresh_from_db()
    assert item.step == Step.APPROVAL


def test_the_proofreading_of_the_step_must_be_ticked(office, enter):
    services.configure_chain(
        Actor.command("x"), office.organ,
        [{"step": "review", "label": "初审", "aspects": ["政治关", "文字关"]},
         {"step": "secrecy"}, {"step": "approval"}],
    )  # fmt: skip
    item = office.submit()
    client = enter(Step.REVIEW)
    assert "文字关" in text_of(client.get(url("review", item.pk)))
    answer = client.post(url("review", item.pk), {"decision": "approved", "proofread": ["政治关"]})
    assert answer.status_code == 422
    assert "还没有勾选：文字关" in text_of(answer)
    client.post(url("review", item.pk), {"decision": "approved", "proofread": ["政治关", "文字关"]})
    item.refresh_from_db()
    assert item.step == Step.SECRECY


def test_whoever_wrote_it_does_not_review_it(office, enter, client):
    item = office.submit()
    assert enter().get(url("awaiting")).status_code == 302, "an officer holds no step"
    answer = enter().get(url("review", item.pk), follow=True)
    assert "现在不由您审核" in text_of(answer)


# -- the guard -----------------------------------------------------------------------------------


def test_findings_are_shown_by_place_marked_in_the_text_and_masked_with_one_click(office, enter):
    number = identity_number()
    stored = services.store_file(office.actor(), office.organ, docx(f"张某 {number}"), "名单.docx")
    item = office.draft(body=f"<p>申请人张某，{number}。</p>", attachments=[(stored, "名单.docx")])
    client = enter()
    page = text_of(client.get(url("item_detail", item.pk)))
    assert f'id="found-1" tabindex="-1">{number}</mark>' in page
    assert "附件《名单.docx》（1）" in page
    in_text, in_file = page.split("附件《名单.docx》（1）")
    assert "可点“一键脱敏”" in in_text
    assert "替换这个附件" in in_file
    assert "点“一键脱敏”" not in in_file, "a file cannot be masked that way"
    refused = client.post(url("submit", item.pk), follow=True)
    assert "不能送审" in text_of(refused)

    told = text_of(client.post(url("mask", item.pk), follow=True))
    assert "已脱敏1处" in told
    assert "附件不能自动脱敏" in told
    assert number not in DisclosedItem.objects.get().body
    services.update_item(office.actor(), item, {}, attachments=[])
    client.post(url("submit", item.pk))
    item.refresh_from_db()
    assert item.step == Step.REVIEW


def test_a_serious_finding_is_let_through_by_name_and_with_a_reason(office, enter):
    item = office.draft(body=f"<p>张某，{identity_number()}。</p>")
    run = services.check_item(office.actor(), item)
    key = run.findings[0]["key"]
    assert "写明理由后放行" not in text_of(enter().get(url("item_detail", item.pk)))
    client = enter(Step.SECRECY)
    form = client.get(url("override", item.pk), {"finding": key})
    assert "放行只对这一处有效" in text_of(form)
    answer = client.post(url("override", item.pk), {"finding": key, "reason": ""})
    assert answer.status_code == 422
    client.post(url("override", item.pk), {"finding": key, "reason": "依法公示的编号。"})
    page = text_of(client.get(url("item_detail", item.pk)))
    assert "放行：依法公示的编号。" in page
    assert client.get(url("override", item.pk), {"finding": "0" * 64}).status_code == 404


def test_files_that_nobody_could_read_are_named(office, enter):
    stored = services.store_file(office.actor(), office.organ, io.BytesIO(PNG), "扫描件.png")
    item = office.draft(attachments=[(stored, "扫描件.png")])
    page = text_of(enter().get(url("item_detail", item.pk)))
    assert "没有检查的附件（1）" in page
    assert "《扫描件.png》" in page


# -- many at once --------------------------------------------------------------------------------


def test_many_are_approved_at_once_and_each_says_what_came_of_it(office, enter):
    items = [office.submit() for _ in range(3)]
    blocked = office.submit(title="有问题的通知")
    DisclosedItem.objects.filter(pk=blocked.pk).update(blocking=2)
    client = enter(Step.REVIEW)
    page = text_of(client.get(url("awaiting")))
    assert "2 处严重问题" in page
    keys = [item.pk for item in (*items, blocked)]
    asked = text_of(client.post(url("batch"), {"item": keys}))
    assert "将通过以下 <strong>3</strong> 件" in asked
    assert "有问题的通知" in asked
    assert "不在本次办理之内" in asked
    assert not DisclosedItem.objects.filter(step=Step.SECRECY).exists(), "a preview decides nothing"
    services.recall(office.actor(), items[0])
    done = text_of(
        client.post(
            url("batch"),
            {"item": keys, "confirm": "1", "opinion": "同意",
             **{f"seen-{item.pk}": queries.seen_of(item) for item in items}},
        )
    )  # fmt: skip
    assert "通过 2 件" in done
    assert set(DisclosedItem.objects.filter(step=Step.SECRECY)) == set(items[1:])
    blocked.refresh_from_db()
    assert blocked.step == Step.REVIEW


def test_a_batch_of_nothing_or_of_other_bodies_does_nothing(office, enter):
    other = Office().submit()
    client = enter(Step.REVIEW)
    assert "没有选中任何一件" in text_of(client.post(url("batch"), {}, follow=True))
    page = text_of(client.post(url("batch"), {"item": [other.pk, "x", "9" * 30]}))
    assert other.title not in page
    assert "不由您办理" in page


def test_what_awaits_asks_as_many_statements_for_thirty_as_for_one(office, enter):
    office.submit()
    client = enter(Step.REVIEW)
    client.get(url("awaiting"))
    with CaptureQueriesContext(connection) as one:
        client.get(url("awaiting"))
    for _ in range(30):
        office.submit()
    with CaptureQueriesContext(connection) as many:
        client.get(url("awaiting"))
    assert len(many) == len(one)


# -- acts ----------------------------------------------------------------------------------------


def test_only_what_is_lawful_now_is_offered(office, enter):
    item = office.draft()
    client = enter()
    page = text_of(client.get(url("item_detail", item.pk)))
    assert "删除草稿" in page
    assert ">撤回<" not in page
    office.publish(item)
    page = text_of(client.get(url("item_detail", item.pk)))
    assert "更正或更新" in page
    assert "删除草稿" not in page
    leader = text_of(enter(Step.APPROVAL).get(url("item_detail", item.pk)))
    assert ">撤回<" in leader
    assert "恢复发布" not in leader


def test_an_item_is_withdrawn_with_a_reason_and_restored(office, enter):
    item = office.publish()
    client = enter(Step.APPROVAL)
    answer = client.post(url("withdraw", item.pk), {"reason": ""})
    assert answer.status_code == 422
    client.post(url("withdraw", item.pk), {"reason": "信息有误。"})
    item.refresh_from_db()
    assert (item.live, item.status) == (False, Status.WITHDRAWN)
    assert "信息有误。" in text_of(client.get(url("item_detail", item.pk)))
    client.post(url("restore", item.pk), {"reason": "核实无误。"})
    item.refresh_from_db()
    assert item.live
    notes = [trace.note for trace in item.traces.all()]
    assert notes == ["核实无误。", "信息有误。"]
    again = client.get(url("restore", item.pk), follow=True)
    assert "才能恢复发布" in text_of(again)


def test_a_document_is_repealed_by_another_and_both_are_linked(office, enter):
    old = office.publish(document_kind="policy", title="旧办法", **PAPERS(office))
    new = office.publish(document_number="义测〔2020〕9号", title="新办法")
    client = enter(Step.APPROVAL)
    answer = client.post(
        url("repeal", old.pk),
        {
            "kind": "repealed",
            "on": "2020-06-01",
            "successor_text": "义测〔2020〕99号",
            "note": "依新办法。",
        },
    )
    assert answer.status_code == 422
    assert "没有找到这份文件" in text_of(answer)
    client.post(
        url("repeal", old.pk),
        {
            "kind": "repealed",
            "on": "2020-06-01",
            "successor_text": new.document_number,
            "note": "依新办法。",
        },
    )
    old.refresh_from_db()
    assert (old.repealed_on, old.successor_id, old.live) == (date(2020, 6, 1), new.pk, True)
    page = text_of(client.get(url("preview", old.pk)))
    assert "本文件已于2020年6月1日废止。" in page
    assert "新办法" in page


def test_a_draft_is_recalled_discarded_and_deleted(office, enter):
    item = office.submit()
    client = enter()
    client.post(url("recall", item.pk))
    item.refresh_from_db()
    assert item.step == ""
    client.post(url("delete", item.pk), {"reason": "重复起草。"})
    assert not DisclosedItem.objects.exists()

    public = office.publish(title="原标题")
    services.update_item(office.actor(), public, {"title": "新标题", "correction_note": "更正。"})
    assert "新标题" in text_of(client.get(url("item_detail", public.pk)))
    assert "原标题" in text_of(client.get(url("item_detail", public.pk) + "?public"))
    client.post(url("discard", public.pk))
    public.refresh_from_db()
    assert not public.has_unpublished_changes


def test_what_is_withheld_is_assessed_every_year(office, enter):
    """Art. 18."""
    item = office.publish(
        disclosure_attribute="withheld", exemption="16-1",
        attribute_reason="属于内部事务信息。", attribute_basis="已核对。",
    )  # fmt: skip
    item.refresh_from_db()
    assert item.status == Status.DECIDED
    DisclosedItem.objects.update(next_assessment_on=date(2020, 1, 1))
    client = enter()
    page = text_of(client.get(url("assessments")))
    assert item.title in page
    assert "已超过" in page
    client.post(url("reassess", item.pk), {"reason": "仍属内部事务。"})
    item.refresh_from_db()
    assert item.next_assessment_on > timezone.localdate()


def test_versions_are_listed_opened_and_compared(office, enter):
    item = office.draft(title="第一稿")
    services.update_item(office.actor(), item, {"title": "第二稿"})
    first, second = item.revisions.order_by("pk")
    client = enter()
    assert "第2版" in text_of(client.get(url("item_detail", item.pk)))
    assert "第一稿" in text_of(client.get(url("version", item.pk, first.pk)))
    page = text_of(client.get(url("compare", item.pk), {"a": first.pk, "b": second.pk}))
    assert "<del>" in page
    assert "<ins>" in page
    other = Office().draft()
    strange = other.latest_revision_id
    assert client.get(url("version", item.pk, strange)).status_code == 404
    assert client.get(url("compare", item.pk), {"a": strange, "b": strange}).status_code == 404
    assert client.get(url("compare", item.pk), {"a": "9" * 30, "b": "x"}).status_code == 200


def test_the_detail_asks_as_many_statements_for_many_files_and_versions_as_for_one(office, enter):
    stored = services.store_file(office.actor(), office.organ, docx("一"), "一.docx")
    item = office.draft(attachments=[(stored, "一.docx")])
    client = enter()
    client.get(url("item_detail", item.pk))
    with CaptureQueriesContext(connection) as one:
        client.get(url("item_detail", item.pk))
    for number in range(8):
        services.update_item(
            office.actor(), item, {"title": f"第{number}稿"},
            attachments=[(stored, f"{number}-{n}.docx") for n in range(5)],
        )  # fmt: skip
    services.check_item(office.actor(), item)
    with CaptureQueriesContext(connection) as many:
        client.get(url("item_detail", item.pk))
    assert len(many) <= len(one)


# -- files ---------------------------------------------------------------------------------------


def test_files_are_shown_without_running_anything_and_their_text_can_be_read(office, enter):
    document = services.store_file(office.actor(), office.organ, docx("名单内容"), "名单.docx")
    picture = services.store_file(office.actor(), office.organ, io.BytesIO(PNG), "图.png")
    item = office.draft(attachments=[(document, "名单.docx"), (picture, "图.png")])
    client = enter()
    answer = client.get(url("item_file", item.pk, document.pk))
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    shown = client.get(url("item_file", item.pk, picture.pk))
    assert shown["Content-Disposition"].startswith("inline")
    assert "sandbox" in shown["Content-Security-Policy"]
    assert "名单内容" in text_of(client.get(url("item_file", item.pk, document.pk) + "?text"))
    services.update_item(office.actor(), item, {}, attachments=[])
    assert client.get(url("item_file", item.pk, document.pk)).status_code == 404
    old = item.revisions.order_by("pk").first().pk
    assert client.get(url("item_file", item.pk, document.pk), {"version": old}).status_code == 200


# -- chains, gaps, abolished bodies --------------------------------------------------------------


def test_a_chain_is_configured_without_a_script_and_shows_where_it_comes_from(client):
    top = make_organ("411281", name="义马市人民政府")
    office = Office(make_organ("411281-011", name="测试局", parent=top))
    client.force_login(make_user("disclosure_office", top))
    assert "默认流程" in text_of(client.get(url("chains")))
    steps = {"step": ["review", "secrecy", "approval"], "label": ["审核", "保密审查", "审批发布"]}
    more = client.post(url("chain_edit", top.pk), {**steps, "op": "add"})
    assert [row["step"].step for row in more.context["rows"]] == [
        "review", "review", "secrecy", "approval",
    ]  # fmt: skip
    moved = client.post(url("chain_edit", top.pk), {**steps, "op": "down-1"})
    assert [row["step"].step for row in moved.context["rows"]] == ["review", "secrecy", "approval"]
    kept = client.post(url("chain_edit", top.pk), {**steps, "op": "remove-1"})
    assert len(kept.context["rows"]) == 3, "secrecy review stays (Art. 17)"
    wrong = client.post(
        url("chain_edit", top.pk), {"step": ["approval"], "label": ["审批"], "op": "save"}
    )
    assert wrong.status_code == 422
    assert "须有且只有一次保密审查" in text_of(wrong)
    client.post(
        url("chain_edit", top.pk),
        {**steps, "label": ["科室审核", "保密审查", "签发"], "aspects-0": ["文字关"], "op": "save"},
    )
    page = text_of(client.get(url("chains")))
    assert page.count("科室审核 → 保密审查 → 签发") == 2
    assert "沿用义马市人民政府" in page
    item = office.submit()
    assert queries.progress(item)[0].step.name == "科室审核"
    client.post(url("chain_edit", top.pk), {"op": "drop", **steps})
    assert not ReviewChain.objects.exists()


def test_missing_numbers_of_a_year_are_listed(office, enter):
    for serial in (1, 2, 5):
        office.publish(document_number=f"义测〔2020〕{serial}号")
    page = text_of(enter().get(url("gaps"), {"organ": office.organ.code, "year": "2020"}))
    assert "义测〔2020〕3号至4号" in page
    wrong = text_of(enter().get(url("gaps"), {"organ": office.organ.code, "year": "二〇二〇"}))
    assert "请填写四位年份" in wrong


def test_the_items_of_an_abolished_body_go_to_its_successor(client):
    top = make_organ("411281", name="义马市人民政府")
    new = Office(make_organ("411281-012", name="新局", parent=top))
    old = Office(make_organ("411281-011", name="旧局", parent=top))
    item = old.draft()
    old.organ.abolished_on, old.organ.successor = date(2020, 1, 1), new.organ
    old.organ.save()
    client.force_login(old.officer)
    assert "修改" not in [
        b.label for b in client.get(url("item_detail", item.pk)).context["buttons"]
    ]
    client.force_login(make_user("disclosure_office", top))
    assert "请移交承继机关" in text_of(client.get(url("awaiting")))
    told = text_of(client.post(url("hand_over", old.organ.pk), follow=True))
    assert "已把旧局在办的1条信息移交新局" in told
    item.refresh_from_db()
    assert item.organ == new.organ


def PAPERS(office: Office) -> dict[str, object]:
    """What a document needs before it may be sent."""
    from tests.factories.catalogue import make_topic

    return {"genre": "notice", "topic": make_topic().pk}


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8"
    "ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
