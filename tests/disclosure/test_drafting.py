"""Drafting: what a draft may hold, two editors at one item, bad input (Arts. 5, 10, 12)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from gongkai.disclosure import queries, services
from gongkai.disclosure.models import DisclosedItem, ItemIssuer, Status
from gongkai.ledger.models import LedgerEntry
from tests.factories.disclosure import Office, make_column, make_disclosed_item, published
from tests.factories.organs import make_organ
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def complaints(office: Office, **values: object) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        office.draft(**values)
    return caught.value.message_dict


def test_a_draft_needs_a_title_and_a_column_and_no_more(office: Office) -> None:
    item = services.create_item(
        office.actor(), office.organ, {"title": "通知", "column": office.column.pk}
    )
    assert item.status == Status.DRAFT
    assert item.drafted_by == office.officer
    assert [issuer.organ for issuer in item.issuers.all()] == [office.organ]


def test_a_draft_without_title_or_column_says_so(office: Office) -> None:
    with pytest.raises(ValidationError) as caught:
        services.create_item(office.actor(), office.organ, {"title": " "})
    assert set(caught.value.message_dict) == {"title", "column"}


def test_values_are_put_into_their_one_form(office: Office) -> None:
    other = make_organ(name="另一局")
    item = office.draft(
        title="  关于测试的通知 ",
        document_number="义政[2020]第005号",
        keywords="预算，公开、预算",
        body="<p onclick='x()'>正文</p><script>alert(1)</script>",
        go_live_at="2030-01-02T09:00",
        issuers=[office.organ, other, "驻市某单位"],
    )
    item.refresh_from_db()
    assert item.title == "关于测试的通知"
    assert item.document_number == "义政〔2020〕5号"
    assert item.keywords == ["预算", "公开"]
    assert item.body == "<p>正文</p>"
    assert timezone.localtime(item.go_live_at).hour == 9
    assert [(i.order, i.name, i.organ) for i in item.issuers.all()] == [
        (0, office.organ.name, office.organ),
        (1, "另一局", other),
        (2, "驻市某单位", None),
    ]


def test_a_file_name_with_path_parts_is_a_name(office: Office) -> None:
    stored = office.file()
    item = office.draft(
        attachments=[(stored, "..\\..\\etc/通知.txt"), (stored, "/var/www/附件二.txt")]
    )
    assert [each.name for each in item.attachments.all()] == ["通知.txt", "附件二.txt"]


def test_the_same_content_is_stored_once(office: Office) -> None:
    assert office.file("同样的内容", "一.txt") == office.file("同样的内容", "二.txt")


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"title": "第一行\n第二行"}, "title", "不能换行"),
        ({"title": "长" * 201}, "title", "200"),
        ({"formed_on": date(2999, 1, 1)}, "formed_on", "不能晚于今天"),
        ({"changed_on": date(2020, 3, 1)}, "changed_on", "不能早于成文"),
        ({"keywords": list("一二三四五六")}, "keywords", "最多5个"),
        ({"statutory_item": "20-16"}, "statutory_item", "没有编号"),
        ({"document_kind": "poem"}, "document_kind", "poem"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "URL"),
        ({"disclosure_attribute": "withheld"}, "__all__", "写明理由"),
        (
            {
                "disclosure_attribute": "on_request",
                "exemption": "14-1",
                "attribute_reason": "理由",
            },
            "exemption",
            "不能作为",
        ),
        (
            {"effective_from": date(2020, 5, 1), "valid_until": date(2020, 4, 1)},
            "__all__",
            "有效期至不能早于施行日期",
        ),
        ({"go_live_at": "2030-01-02T09:00", "expire_at": "2030-01-02T09:00"}, "expire_at", "晚于"),
        ({"issuers": ["长" * 121]}, "issuers", "120"),
    ],
)
def test_bad_values_are_refused_at_their_field(
    office: Office, values: dict[str, object], field: str, word: str
) -> None:
    found = complaints(office, **values)
    assert word in "".join(found[field]), found
    assert not DisclosedItem.objects.exists()


def test_two_attachments_of_one_name_are_refused(office: Office) -> None:
    stored = office.file()
    found = complaints(office, attachments=[(stored, "a.txt"), (stored, "b/a.txt")])
    assert "重名" in found["attachments"][0]


def test_a_closed_column_takes_no_new_items(office: Office) -> None:
    closed = make_column(owner=office.organ, closed_on=date(2020, 1, 1))
    assert "停用" in complaints(office, column=closed)["column"][0]


def test_an_unknown_entry_is_named(office: Office) -> None:
    assert "不存在" in complaints(office, entries=[987654])["entries"][0]


def test_a_field_that_an_item_has_not_is_a_mistake_of_the_program(office: Office) -> None:
    with pytest.raises(TypeError, match="status"):
        office.draft(status="published")


# -- two editors ---------------------------------------------------------------------------------


def test_the_second_editor_overwrites_nothing(office: Office) -> None:
    item = office.draft()
    seen = queries.seen_of(item)
    services.update_item(office.actor(), item, {"title": "甲改的标题"}, seen=seen)
    with pytest.raises(ValidationError, match="已被他人修改") as caught:
        services.update_item(office.actor(), item, {"title": "乙改的标题"}, seen=seen)
    assert caught.value.code == "changed"
    assert DisclosedItem.objects.get().title == "甲改的标题"


def test_an_old_page_does_not_submit_another_version(office: Office) -> None:
    item = office.draft()
    seen = queries.seen_of(item)
    services.update_item(office.actor(), item, {"title": "改过"})
    with pytest.raises(ValidationError, match="已被他人修改"):
        services.submit(office.actor(), item, seen=seen)
    assert DisclosedItem.objects.get().status == Status.DRAFT


def test_saving_without_a_change_makes_no_version(office: Office) -> None:
    item = office.draft()
    services.update_item(office.actor(), item, {"title": item.title})
    assert len(queries.versions(DisclosedItem.objects.get())) == 1


def test_nobody_edits_what_is_under_review(office: Office) -> None:
    item = office.submit()
    with pytest.raises(ValidationError, match="内容已锁定"):
        services.update_item(office.actor(), item, {"title": "改"})


# -- new versions of what is public ------------------------------------------------------------


def test_a_correction_needs_a_note_for_the_public(office: Office) -> None:
    item = office.publish()
    services.update_item(office.actor(), item, {"title": "更正后的标题"})
    with pytest.raises(ValidationError) as caught:
        services.submit(office.actor(), item)
    assert "更正（更新）说明" in caught.value.message_dict["correction_note"][0]


def test_a_draft_of_a_published_item_can_be_dropped(office: Office) -> None:
    item = office.publish(title="原标题")
    services.update_item(office.actor(), item, {"title": "改了又不要"})
    services.discard_version(office.actor(), item)
    item.refresh_from_db()
    assert (item.title, item.has_unpublished_changes) == ("原标题", False)
    assert queries.latest_version(item).title == "原标题"
    with pytest.raises(ValidationError, match="没有未发布的修改"):
        services.discard_version(office.actor(), item)


def test_attachments_and_issuers_belong_to_the_version(office: Office) -> None:
    first, second = office.file("一"), office.file("二")
    item = office.publish(attachments=[(first, "一.txt")])
    services.update_item(
        office.actor(),
        item,
        {"correction_note": "更换附件。"},
        attachments=[(second, "二.txt")],
        issuers=["另一单位"],
    )
    item = DisclosedItem.objects.get()
    assert [each.name for each in item.attachments.all()] == ["一.txt"]
    version = queries.latest_version(item)
    assert [each.name for each in version.attachments.all()] == ["二.txt"]
    item = office.publish(version)
    item = DisclosedItem.objects.get()
    assert [each.stored for each in item.attachments.all()] == [second]
    assert [each.name for each in item.issuers.all()] == ["另一单位"]


def test_repeal_is_not_written_by_hand_into_a_published_item(office: Office) -> None:
    item = office.publish()
    with pytest.raises(ValidationError, match="请用“废止”"):
        services.update_item(office.actor(), item, {"repealed_on": date(2020, 5, 1)})


def test_an_item_that_came_by_the_thousand_has_its_first_version_kept(office: Office) -> None:
    """Imported rows have no revision; the first edit keeps what they said."""
    item = published(organ=office.organ, column=office.column, title="原网站的标题")
    services.update_item(office.actor(), item, {"title": "新标题", "correction_note": "更正。"})
    newest, first = queries.versions(DisclosedItem.objects.get())
    assert (first.is_public, newest.is_latest) == (True, True)
    (change,) = [
        d for d in queries.compare(item, first.revision, newest.revision) if d.name == "title"
    ]
    assert (change.old, change.new) == ("原网站的标题", "新标题")
    item = DisclosedItem.objects.get()
    assert item.title == "原网站的标题"
    services.update_item(office.actor(), item, {}, issuers=[office.organ])
    assert office.publish(item).title == "新标题"


def test_an_imported_draft_goes_into_review_as_it_is(office: Office) -> None:
    item = make_disclosed_item(office.organ, column=office.column)
    ItemIssuer.objects.create(item=item, organ=office.organ, name=office.organ.name)
    item = services.submit(office.actor(), item)
    assert office.approve(item).status == Status.PUBLISHED


# -- deleting -----------------------------------------------------------------------------------


def test_a_draft_can_be_deleted_with_a_reason(office: Office) -> None:
    item = office.draft()
    with pytest.raises(ValidationError, match="删除原因"):
        services.delete_draft(office.actor(), item, " ")
    services.delete_draft(office.actor(), item, "重复起草")
    assert not DisclosedItem.objects.exists()
    assert LedgerEntry.objects.filter(action="disclosure.delete").count() == 1


def test_what_somebody_decided_upon_or_what_was_public_stays(office: Office) -> None:
    item = office.submit()
    item = office.decide(item, "returned", opinion="请修改。")
    with pytest.raises(ValidationError, match="留存备查"):
        services.delete_draft(office.actor(), item, "不要了")
    item = office.publish(item)
    with pytest.raises(ValidationError, match="请用“撤回”"):
        services.delete_draft(office.actor(), item, "不要了")


# -- abolished bodies ------------------------------------------------------------------------------


def test_an_abolished_body_drafts_nothing_and_its_successor_is_named() -> None:
    successor = make_organ(name="市测试新局")
    gone = Office(make_organ(name="市测试老局", abolished_on=date(2020, 6, 1), successor=successor))
    with pytest.raises(ValidationError) as caught:
        gone.draft()
    assert caught.value.messages == [
        "市测试老局已于2020-06-01撤销，不能再起草信息。请由承继机构市测试新局起草。"
    ]


def test_a_body_that_does_not_exist_yet_drafts_nothing() -> None:
    day = timezone.localdate() + timedelta(days=30)
    with pytest.raises(ValidationError, match="成立后才能发布"):
        Office(make_organ(established_on=day)).draft()


# -- the ledger -------------------------------------------------------------------------------------


def test_the_ledger_keeps_what_changed_and_no_words_of_the_text(office: Office) -> None:
    """A draft may hold a person's number; the ledger never does, and nothing breaks."""
    number = identity_number()
    item = office.draft(title=f"张某{number}", body=f"<p>{number}</p>", keywords=[number])
    services.update_item(office.actor(), item, {"formed_on": date(2020, 3, 3), "summary": number})
    entries = list(LedgerEntry.objects.filter(action__startswith="disclosure.").order_by("pk"))
    assert [entry.action for entry in entries] == ["disclosure.create", "disclosure.update"]
    assert entries[1].changes["formed_on"] == ["2020-03-02", "2020-03-03"]
    assert entries[1].changes["fields"] == ["formed_on", "summary"]
    for entry in entries:
        assert number not in f"{entry.changes}{entry.object_label}"
