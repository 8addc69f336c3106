"""Importing items: all or nothing, once, as drafts or as history, with their files."""

import io
import zipfile
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from gongkai.catalogue.models import Publication
from gongkai.disclosure import queries, services
from gongkai.disclosure.bulk.importing import import_items
from gongkai.disclosure.content import content_hash
from gongkai.disclosure.models import DisclosedItem, GuardRun, ImportBatch, Status, StoredFile
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.imports import ImportFailed
from gongkai.organs.models import Role
from tests.factories.catalogue import make_adopted_entry, make_topic
from tests.factories.disclosure import Office, make_column
from tests.factories.organs import make_organ, make_user
from tests.guard.people import identity_number

pytestmark = pytest.mark.django_db

CONSOLE = Actor.command("测试")
HEAD = "标题,索引号,发文字号,栏目,成文日期,发布日期,正文"


def table(*lines):
    return io.BytesIO("\n".join(lines).encode())


def run(*lines, actor=CONSOLE, **options):
    return import_items(actor, table(*lines), "表.csv", **options)


def problems_of(caught):
    return [(p.row, p.column, p.message) for p in caught.value.problems]


def archive(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, data in files.items():
            made.writestr(name, data)
    packed.seek(0)
    return packed


@pytest.fixture
def organ():
    return make_organ("411281-001", name="示例市财政局")


@pytest.fixture
def column(organ):
    return make_column("tongzhi", owner=organ, title="通知公告")


@pytest.fixture
def history(organ, column):
    """Three items of two years, not in the order of their publication."""

    def bring(**options):
        return run(
            HEAD,
            "关于乙的通知,OLD/2,示财〔2020〕2号,通知公告,2020-03-01,2020-03-05 09:30,第一段",
            "关于甲的通知,OLD/1,示财〔2020〕1号,tongzhi,2020-01-02,2020-01-05,第一段",
            "关于丙的公告,null02D,,通知公告,2019-06-01,2019年6月3日,<p>正文</p><script>x</script>",
            organ=organ,
            as_published=True,
            **options,
        )

    return bring


def test_history_keeps_its_days_and_gets_index_numbers_in_the_order_of_publication(organ, history):
    """Given items published elsewhere, then each keeps its day and its old number, and the new
    numbers run by year in the order of publication (Art. 12)."""
    report = history()
    assert (report.created, report.unchanged, report.total) == (3, 0, 3)
    items = {item.title: item for item in DisclosedItem.objects.all()}
    numbers = {title: item.index_number for title, item in items.items()}
    assert numbers == {
        "关于丙的公告": "411281-001/2019-00001",
        "关于甲的通知": "411281-001/2020-00001",
        "关于乙的通知": "411281-001/2020-00002",
    }
    second = items["关于乙的通知"]
    assert second.status == Status.PUBLISHED
    assert second.live
    assert timezone.localtime(second.published_at).isoformat() == "2020-03-05T09:30:00+08:00"
    assert second.legacy_index_number == "OLD/2"
    assert second.formed_on == date(2020, 3, 1)
    assert items["关于丙的公告"].legacy_index_number == "null02D"
    assert items["关于丙的公告"].body == "<p>正文</p>"
    assert [issuer.organ for issuer in second.issuers.all()] == [organ]


def test_the_same_file_twice_changes_nothing(history):
    history()
    again = history()
    assert (again.created, again.unchanged) == (0, 3)
    assert DisclosedItem.objects.count() == 3


def test_parts_of_a_series_published_on_one_day_are_items_of_their_own(organ, column):
    """Given two titles that differ in brackets alone, then neither is taken for the other."""
    report = run(
        HEAD,
        "许可办理结果（第一批）,,,tongzhi,2020-03-01,2020-03-05,甲",
        "许可办理结果（第二批）,,,tongzhi,2020-03-01,2020-03-05,乙",
        organ=organ,
        as_published=True,
    )
    assert report.created == 2
    with pytest.raises(ImportFailed, match="第3行"):
        run(
            HEAD,
            "拟聘公示（1）,,,tongzhi,2020-03-01,2020-03-05,甲",
            "拟聘 公示(1),,,tongzhi,2020-03-01,2020-03-05,乙",
            organ=organ,
            as_published=True,
        )


def test_an_imported_version_is_what_the_framework_would_have_written(organ, column):
    """The revision and the fingerprint of an imported item are those of a single save."""
    mount = make_column(owner=organ, title="财政")
    topic = make_topic("04", name="财政、金融、审计")
    entry = make_adopted_entry(organ)
    run(
        HEAD + ",同时显示在,主题分类,关键词,事项编码,发文机关,附件",
        f"关于甲的通知,A1,示财〔2020〕1号,通知公告,2020-01-02,2020-01-05,一段,财政,{topic.code},"
        f"预算、决算,{entry.code},示例市财政局、外地某局,说明.txt",
        organ=organ,
        files=archive(**{"附件/说明.txt": "说明文字"}),
        as_published=True,
    )
    item = DisclosedItem.objects.get()
    assert list(item.mounts.all()) == [mount]
    assert [i.name for i in item.issuers.all()] == ["示例市财政局", "外地某局"]
    assert item.keywords == ["预算", "决算"]
    assert item.topic == topic
    assert [a.name for a in item.attachments.all()] == ["说明.txt"]
    assert item.latest_revision == item.live_revision
    written = item.latest_revision.content
    # What belongs to the item as a whole never comes back from a revision.
    expected = item.serializable_data()
    later = {"latest_revision", "live_revision", "index_number", "updated_at"}
    assert {k: v for k, v in written.items() if k not in later} == {
        k: v for k, v in plain(expected).items() if k not in later
    }
    checked = GuardRun.objects.get()
    assert checked.content_hash == content_hash(item)
    assert services.check_item(CONSOLE, item) == checked
    told = Publication.objects.get(source="disclosure", source_id=str(item.pk))
    assert told.published_on == date(2020, 1, 5)
    assert told.links.count() == 1


def plain(data):
    """As it lies in a JSON column."""
    import json

    from django.core.serializers.json import DjangoJSONEncoder

    return json.loads(json.dumps(data, cls=DjangoJSONEncoder))


def test_drafts_go_through_the_review_like_any_other():
    """Given an import as drafts, then an item goes through the whole chain afterwards."""
    office = Office()
    run(
        HEAD,
        f"关于甲的通知,,,{office.column.slug},2020-01-02,,第一段",
        actor=office.actor(),
        organ=office.organ,
    )
    item = DisclosedItem.objects.get()
    assert (item.status, item.live, item.index_number) == (Status.DRAFT, False, None)
    assert item.drafted_by == office.officer
    assert queries.latest_version(item).title == "关于甲的通知"
    item = office.publish(item)
    assert item.status == Status.PUBLISHED


def test_one_bad_row_and_nothing_is_kept(organ, column):
    """Given bad rows, then each is named by row and column and nothing at all is imported."""
    with pytest.raises(ImportFailed) as caught:
        run(
            HEAD + ",有效性,公开属性,主题分类",
            "关于甲的通知,A1,,通知公告,2020-01-02,2020-01-05,正文,,,",
            "关于乙的通知,A2,,没有的栏目,2020-01-02,2020-01-05,正文,,,",
            "关于丙的通知,A3,,通知公告,2020-13-02,2020-01-05,正文,,,",
            "关于丁的通知,A4,,通知公告,2020-01-02,2999-01-05,正文,,,",
            "关于戊的通知,A5,,通知公告,2020-01-02,,正文,,,",
            "关于己的通知,A6,,通知公告,2020-01-02,2020-01-05,正文,废止,,",
            "关于庚的通知,A7,,通知公告,2020-01-02,2020-01-05,正文,,不予公开,",
            "关于辛的通知,A8,,通知公告,2020-01-02,2020-01-05,正文,,,没有的主题",
            "关于甲的通知,A1,,通知公告,2020-01-02,2020-01-05,正文,,,",
            organ=organ,
            as_published=True,
        )
    found = {(row, column) for row, column, _ in problems_of(caught)}
    assert found == {
        (3, "栏目"),
        (4, "成文日期"),
        (5, "发布日期"),
        (6, "发布日期"),
        (7, "有效性"),
        (8, "公开属性"),
        (9, "主题分类"),
        (10, "标题"),
    }
    assert "与第2行重复" in problems_of(caught)[-1][2]
    assert not DisclosedItem.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not LedgerEntry.objects.filter(action="disclosure.import").exists()


def test_history_with_an_identity_number_is_refused_and_a_draft_is_blocked(organ, column):
    """Given a serious finding, then history is refused by row; a draft keeps it and cannot be
    sent into review (Art. 15)."""
    line = f"关于甲的通知,,,通知公告,2020-01-02,2020-01-05,张三（{identity_number()}）"
    with pytest.raises(ImportFailed) as caught:
        run(HEAD, line, organ=organ, as_published=True)
    ((row, _, message),) = problems_of(caught)
    assert row == 2
    assert "身份证号码" in message
    assert identity_number() not in message
    report = run(HEAD, line, organ=organ)
    assert report.with_findings == 1
    item = DisclosedItem.objects.get()
    assert item.blocking == 1
    assert item.guard_runs.get().findings[0]["check"] == "pii_id"
    with pytest.raises(ValidationError):
        services.submit(CONSOLE, item)


def test_a_dry_run_keeps_nothing(history, organ):
    from django.conf import settings

    report = history(dry_run=True)
    assert report.created == 3
    assert report.batch is None
    assert not DisclosedItem.objects.exists()
    assert not LedgerEntry.objects.exists()
    run(
        HEAD + ",附件",
        "关于甲的通知,,,通知公告,2020-01-02,,正文,甲.txt",
        organ=organ,
        files=archive(**{"甲.txt": "内容"}),
        dry_run=True,
    )
    assert not StoredFile.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*.txt"))


def test_the_same_old_number_twice_is_told_and_not_mended(organ, column):
    report = run(
        HEAD,
        "关于甲的通知,OLD/1,,通知公告,2020-01-02,,正文",
        "关于乙的通知,OLD/1,,通知公告,2020-01-02,,正文",
        organ=organ,
    )
    assert report.created == 2
    assert report.notes == ((3, "原索引号“OLD/1”与第2行相同，已原样保留，请核对。"),)


def test_an_item_drafted_by_hand_is_recognised_by_its_document_number():
    office = Office()
    office.draft(title="关于甲的通知", document_number="示财〔2020〕1号")
    report = run(
        HEAD,
        f"关于甲的通知,,示财[2020]第01号,{office.column.slug},2020-01-02,,正文",
        organ=office.organ,
    )
    assert (report.created, report.unchanged) == (0, 1)


def test_each_body_finds_the_import_in_its_own_chain(organ, column):
    """Given rows of two bodies, then the ledger of each tells how many items it got."""
    other = make_organ("411281-002")
    run(
        "机关代码," + HEAD,
        f"{organ.code},关于甲的通知,,,通知公告,2020-01-02,2020-01-05,正文",
        f"{other.code},关于甲的通知,,,通知公告,2020-01-02,2020-01-05,正文",
        f"{other.code},关于乙的通知,,,通知公告,2020-01-02,2020-01-06,正文",
        as_published=True,
    )
    entries = LedgerEntry.objects.filter(action="disclosure.import").select_related("chain")
    assert {e.chain.name: e.changes["created"] for e in entries} == {
        organ.code: 1,
        other.code: 2,
    }


def test_only_those_with_the_right_import_and_only_for_their_bodies(organ, column):
    office = make_user(Role.INFORMATION_OFFICER, organ)
    stranger = make_organ("411281-003")
    with pytest.raises(PermissionDenied):
        run(HEAD, "甲事通知,,,通知公告,2020-01-02,,正文", actor=Actor.for_user(office),
            organ=stranger)  # fmt: skip
    with pytest.raises(PermissionDenied):
        run(HEAD, "甲事通知,,,通知公告,2020-01-02,,正文",
            actor=Actor.for_user(make_user(Role.REVIEWER, organ)), organ=organ)  # fmt: skip
    with pytest.raises(ImportFailed) as caught:
        run(
            "机关代码," + HEAD,
            f"{stranger.code},甲事通知,,,通知公告,2020-01-02,,正文",
            actor=Actor.for_user(office),
        )
    assert problems_of(caught)[0][:2] == (2, "公开责任机关代码")


def test_a_decision_not_to_publish_keeps_its_reason(organ, column):
    """Art. 5: an item that is not proactive names its ground, and is a draft."""
    head = HEAD + ",公开属性,不公开情形,不公开理由"
    with pytest.raises(ImportFailed) as caught:
        run(head, "关于甲的通知,,,通知公告,2020-01-02,,正文,不予公开,,", organ=organ)
    assert problems_of(caught)[0][1] == "不主动公开的理由"
    run(head, "关于甲的通知,,,通知公告,2020-01-02,,正文,不予公开,,内部管理", organ=organ)
    assert DisclosedItem.objects.get().attribute_reason == "内部管理"


def test_the_number_of_statements_does_not_grow_with_the_rows(
    organ, column, django_assert_max_num_queries
):
    def lines(first, number):
        return [
            f"关于第{n}号事项的通知,,示财〔2020〕{n}号,通知公告,2020-01-02,2020-01-05,正文{n}"
            for n in range(first, first + number)
        ]

    run(HEAD, *lines(1, 2), organ=organ, as_published=True)
    with django_assert_max_num_queries(80) as few:
        run(HEAD, *lines(1000, 10), organ=organ, as_published=True)
    with django_assert_max_num_queries(80) as many:
        run(HEAD, *lines(2000, 400), organ=organ, as_published=True)
    # SQLite takes some sixteen rows of this width in one statement; no row has one of its own.
    assert len(many) - len(few) < 390 / 8


def test_an_abolished_body_keeps_its_history_and_drafts_nothing(organ, column):
    """Given a body that was abolished, then its old items come as history, and drafts do not."""
    organ.abolished_on = date(2020, 6, 1)
    organ.save()
    line = "关于甲的通知,,,通知公告,2020-01-02,2020-01-05,正文"
    with pytest.raises(ImportFailed) as caught:
        run(HEAD, line, organ=organ)
    assert "撤销" in problems_of(caught)[0][2]
    assert run(HEAD, line, organ=organ, as_published=True).created == 1
