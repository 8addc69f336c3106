"""Published items and reports are found, and nothing that is not public."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongkai.catalogue.models import Topic
from gongkai.catalogue.signals import column_changed
from gongkai.disclosure import services
from gongkai.disclosure.documents import Items
from gongkai.disclosure.models import (
    MAX_FILE_TEXT,
    Attachment,
    DisclosedItem,
    FileText,
    ItemIssuer,
    Step,
    StoredFile,
)
from gongkai.disclosure.signals import items_published
from gongkai.ledger.actor import Actor
from gongkai.search import registry
from gongkai.search.following import Follower
from gongkai.search.models import KnownWord, PendingChange, SearchText
from gongkai.search.packing import words_of
from tests.factories.disclosure import Office, make_column, published
from tests.factories.organs import make_organ
from tests.search.records import answer, follow, found

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office()


def document(item: DisclosedItem):  # type: ignore[no-untyped-def]
    (one,) = Items().documents([item.pk])
    return one


# -- from draft to found --------------------------------------------------------------------------


def test_every_room_that_has_something_public_contributes() -> None:
    assert {"item", "report"} <= set(registry.sources())


def test_an_item_is_found_when_it_is_published_and_not_before(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        draft = office.draft(title="关于调整水价的通知", body="<p>自来水价格调整。</p>")
    assert found("水价") == []
    with django_capture_on_commit_callbacks(execute=True):
        item = office.publish(draft)
    assert found("水价") == [item.pk]
    assert found(item.index_number) == [item.pk]
    (hit,) = answer("自来水").hits
    assert hit.source == "item"
    assert "<mark>自来水</mark>" in hit.excerpt


def test_a_withdrawn_item_is_not_found_by_any_of_its_words_and_a_restored_one_is(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        stored = office.file("耕地地力保护补贴名单")
        item = office.publish(
            title="低保对象公示",
            body="<p>春风社区人员情况</p>",
            document_number="义政〔2020〕12号",
            attachments=[(stored, "名单.txt")],
        )
    words = ("低保", "春风社区", "地力保护", "义政〔2020〕12号", item.index_number)
    for word in words:
        assert found(word) == [item.pk], word
    with django_capture_on_commit_callbacks(execute=True):
        services.withdraw(office.actor(Step.APPROVAL), item, "信息有误")
    for word in words:
        assert found(word) == [], word
    assert answer().total == 0
    assert not SearchText.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        services.restore(office.actor(Step.APPROVAL), item, "核实无误")
    assert found("低保") == [item.pk]


def test_words_taken_out_by_a_correction_are_not_found_any_more(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    """Given a published text in which a name was left standing, when the corrected version is
    public, then the name is neither found nor kept in the index; before that it still is."""
    with django_capture_on_commit_callbacks(execute=True):
        item = office.publish(title="救助公示", body="<p>救助对象张某某。</p>")
    KnownWord.objects.create(kind="title", text="救助公示", key=f"item:{item.pk}", weight=1)
    with django_capture_on_commit_callbacks(execute=True):
        services.update_item(
            office.actor(),
            item,
            {"title": "补助公示", "body": "<p>对象略。</p>", "correction_note": "隐去姓名。"},
        )
    assert found("张某某") == [item.pk]
    with django_capture_on_commit_callbacks(execute=True):
        office.publish(item)
    assert found("张某某", verbatim=True) == []
    assert found("救助", verbatim=True) == []
    assert found("补助") == [item.pk]
    words = words_of(SearchText.objects.get().tokens)
    assert "张" not in " ".join((words.title, words.body, words.attachments)).split()
    assert not KnownWord.objects.filter(kind="title").exists()


def test_an_item_that_comes_down_at_its_hour_is_not_found(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        item = office.publish(title="征集公告", expire_at=timezone.now() + timedelta(days=1))
    assert found("征集") == [item.pk]
    with django_capture_on_commit_callbacks(execute=True):
        services.publish_due(Actor.system("定时发布"), timezone.now() + timedelta(days=2))
    assert found("征集") == []


def test_what_comes_by_the_thousand_is_followed(office: Office) -> None:
    items = [published(title="历史公告", organ=office.organ) for _ in range(60)]
    follow()
    DisclosedItem.objects.filter(pk=items[0].pk).update(title="改名公告")
    items_published.send(sender=DisclosedItem, keys=[item.pk for item in items])
    follow()
    assert answer("历史公告").total == 59
    assert found("改名公告") == [items[0].pk]


def test_drafts_and_withheld_items_are_never_handed_over(office: Office) -> None:
    draft = office.draft(title="草稿标题")
    withheld = office.publish(
        title="内部材料", disclosure_attribute="withheld", exemption="14-1",
        attribute_reason="属于内部事务信息", attribute_basis="会议纪要",
    )  # fmt: skip
    live = published(organ=office.organ)
    assert withheld.status == "decided"
    keys = [draft.pk, withheld.pk, live.pk]
    assert [one.key for one in Items().documents(keys)] == [live.pk]
    assert list(Items().keys()) == [live.pk]


# -- what is handed over --------------------------------------------------------------------------


def test_the_facets_of_an_item() -> None:
    """Issuers and the responsible body; topic and column with those above them; where it is
    mounted; the year in this country's time; the series of its number."""
    government = make_organ("G1", name="某市人民政府")
    bureau = make_organ("G1-01", name="某市住建局", parent=government)
    above = make_column("above", owner=government)
    column = make_column("below", owner=government, parent=above)
    mounted = make_column("mounted", owner=government)
    top = Topic.objects.create(code="88", name="综合")
    topic = Topic.objects.create(code="88-01", name="公开", parent=top)
    item = published(
        organ=bureau, column=column, topic=topic, document_kind="normative", genre="notice",
        document_number="某政办〔2019〕3号", effective_from=date(2019, 1, 1),
    )  # fmt: skip
    # Half past midnight on New Year's Day here.
    DisclosedItem.objects.filter(pk=item.pk).update(
        published_at=timezone.make_aware(timezone.datetime(2020, 1, 1, 0, 30))
    )
    ItemIssuer.objects.create(item=item, organ=government, name=government.name)
    ItemIssuer.objects.create(item=item, organ=None, name="某省厅", order=1)
    item.mounts.add(mounted)
    item.mounts.commit()
    one = document(item)
    assert one.facets == {
        "organ": ("G1", "G1-01"),
        "topic": ("88-01", "88"),
        "year": ("2020",),
        "genre": ("notice",),
        "kind": ("normative",),
        "series": ("某政办",),
        "validity": ("in_force",),
        "column": ("below", "above", "mounted"),
        "field": (),
    }
    assert "某省厅" in one.keywords
    assert set(one.numbers) == {"某政办〔2019〕3号", item.index_number}


def test_validity_is_a_facet_of_documents_that_can_lapse_only() -> None:
    notice = published(valid_until=date(2100, 1, 1), document_kind="information")
    assert document(notice).facets["validity"] == ()
    assert document(notice).changes_on is None


def test_a_document_that_lapses_is_looked_at_on_the_day(
    django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    until = today + timedelta(days=3)
    with django_capture_on_commit_callbacks(execute=True):
        item = published(today - timedelta(days=9), document_kind="normative", valid_until=until)
    in_force = {"validity": ("in_force",)}
    assert found(facets=in_force) == [item.pk]
    assert document(item).changes_on == until
    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: until)
    follower = Follower()
    follower.turn()
    follower.turn()
    assert found(facets=in_force) == []
    assert found(facets={"validity": ("expired",)}) == [item.pk]


def test_a_repealed_document_changes_its_facet_at_once(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        item = office.publish(
            title="管理办法", document_kind="normative", document_number="某政〔2020〕1号",
            effective_from=date(2020, 4, 1), genre="notice",
            topic=Topic.objects.create(code="87", name="综合"),
        )  # fmt: skip
    assert found(facets={"validity": ("in_force",)}) == [item.pk]
    with django_capture_on_commit_callbacks(execute=True):
        services.repeal(
            office.actor(Step.APPROVAL), item, timezone.localdate(), note="根据清理结果"
        )
    assert found(facets={"validity": ("repealed",)}) == [item.pk]


def test_the_documents_of_many_items_take_a_constant_number_of_statements(office: Office) -> None:
    def statements(number: int) -> int:
        keys = []
        for _ in range(number):
            item = published(organ=office.organ, column=office.column)
            ItemIssuer.objects.create(item=item, organ=office.organ, name=office.organ.name)
            keys.append(item.pk)
        with CaptureQueriesContext(connection) as captured:
            list(Items().documents(keys))
        return len(captured)

    assert statements(2) == statements(12) <= 10


# -- the text of files ----------------------------------------------------------------------------


def test_the_text_of_a_file_is_kept_as_the_guard_read_it(office: Office) -> None:
    stored = office.file("第一行。\n第二行。", "说明.txt")
    kept = FileText.objects.get(stored=stored)
    assert "第一行" in kept.text
    assert "第二行" in kept.text
    assert not kept.cut
    long = office.file("长" * (MAX_FILE_TEXT + 500), "长文.txt")
    kept = FileText.objects.get(stored=long)
    assert (len(kept.text), kept.cut) == (MAX_FILE_TEXT, True)


def test_files_that_came_before_are_read_by_the_loop_and_then_found(
    office: Office, django_capture_on_commit_callbacks
) -> None:
    """Given a file stored before texts were kept, and one that is gone from the storage."""
    item = published(title="采购公告", organ=office.organ)
    stored = office.file("离心泵技术参数", "参数.txt")
    gone = StoredFile.objects.create(
        sha256="0" * 64, original_sha256="0" * 64, extension=".pdf", media_type="x", size=1,
        text_state="read", file=ContentFile(b"x", "gone.pdf"),
    )  # fmt: skip
    gone.file.storage.delete(gone.file.name)
    FileText.objects.all().delete()
    for one in (stored, gone):
        Attachment.objects.create(item=item, stored=one, name=f"{one.pk}.txt")
    follow()
    assert found("离心泵") == []
    follower = Follower()
    with django_capture_on_commit_callbacks(execute=True):
        follower.turn()
    follower.turn()
    assert found("离心泵") == [item.pk]
    assert answer("离心泵").hits[0].in_attachment
    assert FileText.objects.get(stored=gone).text == ""
    assert Items().prepare(10) == 0


def test_a_file_of_a_draft_is_not_found_though_its_text_is_kept(office: Office) -> None:
    stored = services.store_file(
        office.actor(), office.organ, BytesIO("未公开的方案".encode()), "方案.txt"
    )
    office.draft(attachments=[(stored, "方案.txt")])
    published(organ=office.organ)
    follow()
    assert "未公开的方案" in FileText.objects.get(stored=stored).text
    assert found("未公开的方案", verbatim=True) == []


# -- renamed around it ----------------------------------------------------------------------------


def test_a_column_that_moves_takes_its_items_along(office: Office) -> None:
    government = make_organ("G9")
    column = make_column("moving", owner=government)
    above = make_column("new-above", owner=government)
    item = published(column=column, organ=government)
    follow()
    assert found(facets={"column": ("new-above",)}) == []
    column.parent = above
    column.save()
    column_changed.send(sender=type(column), column=column, old_slug=column.slug)
    follow()
    assert found(facets={"column": ("new-above",)}) == [item.pk]
    # A change that is none of the items' leaves them alone.
    column_changed.send(sender=type(column), column=column, old_slug=column.slug)
    assert not PendingChange.objects.exists()
