"""One change of place for many items: looked at before, done at once, undone afterwards."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from gongkai.catalogue.models import Publication
from gongkai.disclosure import queries, services
from gongkai.disclosure.bulk import reclassify as bulk
from gongkai.disclosure.bulk.reclassify import named, plan, reclassify, undo
from gongkai.disclosure.models import DisclosedItem, ReclassifyBatch
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.catalogue import make_adopted_entry, make_topic
from tests.factories.disclosure import Office, make_column, make_disclosed_item
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def target(office):
    return make_column(owner=office.organ, title="政策文件")


def again(item):
    return DisclosedItem.objects.get(pk=item.pk)


def test_a_published_item_moves_and_keeps_its_address(office, target):
    """Given a published item, when it is reclassified, then number, day and version in public
    stay, and the next version starts from the new place."""
    topic = make_topic()
    item = office.publish()
    number, day = item.index_number, item.published_at
    done = reclassify(
        CONSOLE,
        [item],
        {"column": target, "topic": topic, "statutory_item": "20-01",
         "mounts_add": [office.column]},
        reason="栏目合并",
    )  # fmt: skip
    moved = again(item)
    assert (done.number, done.refused) == (1, [])
    assert (moved.column, moved.topic, moved.statutory_item) == (target, topic, "20-01")
    assert list(moved.mounts.all()) == [office.column]
    assert (moved.index_number, moved.published_at, moved.live) == (number, day, True)
    assert moved.live_revision == moved.latest_revision
    version = services.update_item(
        office.actor(), moved, {"title": "新标题", "correction_note": "更正。"}
    )
    assert version.column == target
    assert [c.pk for c in queries.latest_version(again(item)).mounts.all()] == [office.column.pk]


def test_a_draft_under_way_moves_with_its_item(office, target):
    """Given a published item with a draft, then the draft does not bring the old column back."""
    item = office.publish()
    services.update_item(office.actor(), item, {"title": "新标题", "correction_note": "更正。"})
    reclassify(CONSOLE, [item], {"column": target}, reason="栏目合并")
    moved = again(item)
    assert moved.column == target
    assert moved.title != "新标题"
    assert moved.has_unpublished_changes
    draft = queries.latest_version(moved)
    assert (draft.title, draft.column) == ("新标题", target)


def test_what_is_under_review_is_left_alone(office, target):
    """Art. 17: what was reviewed is what is published."""
    reviewing, draft = office.submit(), office.draft()
    done = reclassify(CONSOLE, [reviewing, draft], {"column": target}, reason="栏目合并")
    assert done.number == 1
    ((left, why),) = done.refused
    assert left == reviewing
    assert "审核" in why
    assert again(reviewing).column == office.column
    assert again(draft).column == target


def test_the_plan_says_what_would_change(office, target):
    moved = make_disclosed_item(office.organ, column=target)
    other = make_disclosed_item(office.organ, column=office.column)
    other.mounts.set([target])
    other.save()
    planned = {each.item.pk: each for each in plan([moved, other], {"column": target})}
    assert not planned[moved.pk].changes
    assert planned[other.pk].before == {"column": office.column.pk, "mounts": [target.pk]}
    # An item is not shown twice in one column.
    assert planned[other.pk].after == {"column": target.pk, "mounts": []}


def test_entries_of_published_items_are_told_to_the_catalogue(office):
    entry = make_adopted_entry(office.organ)
    item = office.publish()
    reclassify(CONSOLE, [item], {"entries_add": [entry]}, reason="补充对应事项")
    told = Publication.objects.get(source="disclosure", source_id=str(item.pk))
    assert [link.matter for link in told.links.all()] == [entry.matter]
    reclassify(CONSOLE, [item], {"entries_remove": [entry]}, reason="对应有误")
    assert not told.links.exists()


def test_a_batch_is_undone_but_not_what_was_changed_since(office, target):
    first, second = office.publish(), office.publish()
    batch = reclassify(CONSOLE, [first, second], {"column": target}, reason="栏目合并").batch
    third = make_column(owner=office.organ)
    reclassify(CONSOLE, [second], {"column": third}, reason="另有安排")
    done = undo(CONSOLE, batch, reason="合并方案取消")
    assert (done.number, [item for item, _ in done.refused]) == (1, [second])
    assert again(first).column == office.column
    assert again(second).column == third
    with pytest.raises(ValidationError, match="已经撤销过"):
        undo(CONSOLE, batch, reason="再来一次")


def test_every_item_has_it_in_the_ledger(office, target):
    item = office.draft()
    done = reclassify(office.actor(), [item], {"column": target}, reason="栏目合并")
    told = LedgerEntry.objects.get(action="disclosure.reclassify")
    assert told.object_id == str(item.pk)
    assert told.changes["column"] == [office.column.pk, target.pk]
    assert (told.changes["reason"], told.changes["batch"]) == ("栏目合并", done.batch.pk)
    undo(office.actor(), done.batch, reason="取消")
    assert LedgerEntry.objects.filter(action="disclosure.reclassify.undo").count() == 1


def test_what_was_confirmed_is_what_is_done(office, target):
    first, second = office.draft(), office.draft()
    with pytest.raises(ValidationError, match="确认时是1条，现在是2条"):
        reclassify(CONSOLE, [first, second], {"column": target}, reason="栏目合并", expected=1)
    assert again(first).column == office.column
    assert not ReclassifyBatch.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "至少选择一项"),
        ({"column": None, "mounts_add": []}, "至少选择一项"),
        ({"column": 999_999}, "栏目不存在"),
        ({"mounts_add": [999_999]}, "栏目不存在"),
        ({"topic": 999_999}, "没有这个主题"),
        ({"statutory_item": "99-99"}, "法定公开内容"),
        ({"entries_add": [999_999]}, "事项有的已不存在"),
    ],
)
def test_changes_that_name_what_there_is_not_are_refused(office, changes, words):
    with pytest.raises(ValidationError, match=words):
        reclassify(CONSOLE, [office.draft()], changes, reason="栏目合并")


def test_a_reason_is_needed_and_an_upper_limit_holds(office, target, monkeypatch):
    with pytest.raises(ValidationError, match="原因"):
        reclassify(CONSOLE, [office.draft()], {"column": target}, reason=" ")
    monkeypatch.setattr(bulk, "MAX_ITEMS", 1)
    with pytest.raises(ValidationError, match="一次最多调整1条"):
        reclassify(CONSOLE, [office.draft(), office.draft()], {"column": target}, reason="栏目合并")
    item = office.draft()
    reclassify(CONSOLE, [item], {"column": target}, reason="栏目合并")
    with pytest.raises(ValidationError, match="没有需要调整的信息"):
        reclassify(CONSOLE, [again(item)], {"column": target}, reason="栏目合并")


def test_another_bodys_items_are_out_of_reach(office, target):
    stranger = Actor.for_user(make_user(Role.INFORMATION_OFFICER, make_organ()))
    item = office.draft()
    batch = reclassify(CONSOLE, [item], {"column": target}, reason="栏目合并").batch
    for act in (
        lambda: reclassify(stranger, [item], {"column": office.column}, reason="x"),
        lambda: undo(stranger, batch, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert again(item).column == target


def test_pasted_numbers_of_any_kind_name_items(office):
    by_index = office.publish()
    by_old = make_disclosed_item(office.organ, legacy_index_number="OLD/1")
    by_number = make_disclosed_item(office.organ, document_number="示财〔2020〕1号")
    for _ in range(2):
        make_disclosed_item(office.organ, document_number="示财〔2020〕2号")
    items, unknown, ambiguous = named(
        DisclosedItem.objects.all(),
        f"{by_index.index_number}\nOLD/1，示财〔2020〕1号;示财〔2020〕2号 没有的号",
    )
    assert set(items) == {by_index, by_old, by_number}
    assert unknown == ["没有的号"]
    assert ambiguous == ["示财〔2020〕2号"]


def test_the_number_of_statements_does_not_grow_with_the_items(
    office, target, django_assert_max_num_queries
):
    few = [office.draft() for _ in range(2)]
    many = [office.draft() for _ in range(12)]
    with django_assert_max_num_queries(60) as first:
        reclassify(CONSOLE, few, {"column": target, "mounts_add": [office.column]}, reason="x")
    with django_assert_max_num_queries(60) as second:
        reclassify(CONSOLE, many, {"column": target, "mounts_add": [office.column]}, reason="x")
    assert len(second) == len(first)
