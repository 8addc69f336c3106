"""Public items: the list, the page of one, its files, and what is told once it is gone."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from gongkai.disclosure import services
from gongkai.disclosure.models import Attachment, DisclosedItem, DocumentKind, ItemIssuer
from gongkai.portal import items
from gongkai.statute.validity import Validity, validity_on
from tests.factories.catalogue import (
    make_adopted_entries,
    make_duty,
    make_publication,
    make_topic,
)
from tests.factories.disclosure import Office, make_column, make_disclosed_item, published
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db
TODAY = date(2024, 6, 30)


@pytest.fixture
def organ():
    return make_organ("411281-011", name="义马市住房和城乡建设局", short_name="市住建局")


@pytest.fixture
def column(organ):
    return make_column("tzgg", owner=organ, title="通知公告")


@pytest.fixture
def office(organ, column):
    return Office(organ, column)


def titles(page):
    return [link.text() for link in page.css(".list tbody th a")]


# -- the list ------------------------------------------------------------------------------------
def test_newest_first_and_only_what_is_public(organ, column, read):
    published(date(2023, 1, 5), organ=organ, column=column, title="旧的")
    published(date(2024, 1, 5), organ=organ, column=column, title="新的")
    make_disclosed_item(organ, column=column, title="草稿")
    published(organ=organ, column=column, title="撤回的", live=False, status="withdrawn",
              withdrawn_at=timezone.now(), withdraw_reason="有误")  # fmt: skip
    assert titles(read("/info/")) == ["新的", "旧的"]


def test_a_row_tells_number_body_column_and_day(organ, column, read):
    published(date(2024, 1, 5), organ=organ, column=column, document_number="义建〔2024〕1号")
    row = read("/info/").css_first(".list tbody tr").text()
    for words in ("义建〔2024〕1号", "市住建局", "通知公告", "2024-01-05"):
        assert words in row


def test_each_question_narrows_the_list_and_stays_in_the_address(organ, column, read):
    other = make_organ("411281-012", name="义马市交通运输局", short_name="市交通局")
    parent = make_column("zc", owner=organ, title="政策")
    child = make_column("gfxwj", owner=organ, title="规范性文件", parent=parent)
    topic = make_topic("10", name="城乡建设")
    below = make_topic("10-02", name="住房", parent=topic)
    published(date(2023, 3, 1), organ=organ, column=child, title="甲", topic=below)
    published(date(2024, 3, 1), organ=other, column=column, title="乙")
    assert titles(read("/info/", year="2023")) == ["甲"]
    assert titles(read("/info/", topic="10")) == ["甲"]
    assert titles(read("/info/", column="zc", year="2023")) == ["甲"]
    page = read("/info/", column="tzgg", year="2024", organ="411281-012")
    assert titles(page) == ["乙"]
    chosen = [chip.attributes["href"] for chip in page.css(".chips a")]
    assert "?organ=411281-012&year=2024" in chosen


def test_every_state_of_validity_is_that_of_the_law(organ, column):
    """Given documents of all dates, then the database says of each what the statute says."""
    days = [None, TODAY - timedelta(1), TODAY, TODAY + timedelta(1)]
    for place, (begins, ends) in enumerate((b, e) for b in days for e in days):
        if begins and ends and ends < begins:
            continue
        for repealed in days:
            for amended in days[:3]:
                published(
                    organ=organ, column=column, document_kind=DocumentKind.NORMATIVE,
                    effective_from=begins, valid_until=ends, repealed_on=repealed,
                    amended_on=amended, title=f"文件{place}",
                )  # fmt: skip
    published(organ=organ, column=column, title="不是文件")
    seen = 0
    for state in Validity:
        for item in items.with_validity(items.live(), state.value, TODAY):
            seen += 1
            assert state == validity_on(
                TODAY, effective_from=item.effective_from, valid_until=item.valid_until,
                repealed_on=item.repealed_on, amended_on=item.amended_on,
            )  # fmt: skip
    assert seen == DisclosedItem.objects.count() - 1


def test_a_repealed_document_is_marked_in_the_list(organ, column, read):
    published(organ=organ, column=column, document_kind=DocumentKind.POLICY,
              repealed_on=date(2021, 1, 1))  # fmt: skip
    assert read("/info/").css_first(".list .mark").text() == "废止"
    assert titles(read("/info/", validity="in_force")) == []


def test_what_no_facet_knows_is_left_out_and_told(organ, column, read):
    published(organ=organ, column=column, title="甲")
    page = read("/info/", validity="maybe", year="abc")
    assert "不认识的条件" in page.css_first(".notice").text()
    assert titles(page) == ["甲"]
    assert (
        "没有符合条件的信息" in read("/info/", topic="99", year="1999").css_first(".empty").text()
    )


def test_an_empty_site_says_what_will_be_here(read):
    assert "还没有公开信息" in read("/info/").css_first(".empty").text()


def test_twenty_a_page(organ, column, read, client):
    for number in range(25):
        published(date(2024, 1, 1 + number), organ=organ, column=column)
    first = read("/info/")
    assert len(titles(first)) == 20
    assert first.css_first("a[rel=next]").attributes["href"] == "/info/page/2/"
    assert len(titles(read("/info/page/2/"))) == 5
    assert client.get("/info/page/3/").status_code == 404
    last = read("/info/", page="2", year="2024")
    assert len(titles(last)) == 5
    assert last.css_first("a[rel=prev]").attributes["href"] == "?page=1&year=2024"


def test_a_page_costs_the_same_with_one_issuer_and_with_fifty(
    organ, column, client, django_assert_num_queries
):
    first = published(organ=organ, column=column, topic=make_topic("10"))
    client.get(f"/info/{first.pk}/")
    for _ in range(2):
        with django_assert_num_queries(6):
            client.get(f"/info/{first.pk}/")
        for number in range(50):
            item = published(organ=make_organ(), column=column, title=f"另一条{number}")
            ItemIssuer.objects.create(item=first, name=f"机关{number}")
            assert item.pk


# -- one item ------------------------------------------------------------------------------------
def test_the_metadata_stand_in_the_usual_order(organ, column, read):
    item = published(
        date(2024, 3, 5),
        organ=organ,
        column=column,
        title="关于供热的通知",
        document_kind=DocumentKind.NORMATIVE,
        document_number="义建规〔2024〕1号",
        topic=make_topic("10", name="城乡建设"),
        keywords=["供热"],
        effective_from=date(2024, 3, 1),
        formed_on=date(2024, 3, 1),
    )
    page = read(f"/info/{item.pk}/")
    labels = [label.text() for label in page.css(".gd-public__metadata dt")]
    assert labels[:9] == [
        "索引号", "主题分类", "发布机构", "成文日期", "标题", "发文字号", "发布日期", "有效性", "关键词",
    ]  # fmt: skip
    assert page.css_first("h1").text() == "关于供热的通知"
    trail = [step.text(strip=True) for step in page.css(".trail li")]
    assert trail == ["首页", "通知公告", "关于供热的通知"]


def test_the_norms_tags_name_site_column_and_content(organ, column, read):
    """国办发〔2017〕47号, annex: title, time to the minute, source; as the page shows them."""
    at = datetime(2024, 3, 5, 1, 30, tzinfo=UTC)
    item = make_disclosed_item(organ, published_at=at, column=column, title="通知", source="新华网")
    page = read(f"/info/{item.pk}/")
    said = {tag.attributes["name"]: tag.attributes["content"] for tag in page.css("meta[name]")}
    assert said["ArticleTitle"] == "通知"
    assert said["PubDate"] == "2024-03-05 09:30"
    assert said["ContentSource"] == "新华网"
    assert said["ColumnName"] == "通知公告"
    assert said["ColumnType"] == "通知公告"
    line = page.css_first(".item-line").text()
    assert "2024-03-05 09:30" in line
    assert "新华网" in line


def test_a_repealed_document_leads_to_the_one_in_its_place(organ, column, read):
    new = published(organ=organ, column=column, title="新办法", document_kind=DocumentKind.POLICY)
    old = published(organ=organ, column=column, title="旧办法", document_kind=DocumentKind.POLICY,
                    repealed_on=date(2021, 1, 1), successor=new)  # fmt: skip
    banner = read(f"/info/{old.pk}/").css_first(".gd-public__banner")
    assert "废止" in banner.text()
    assert banner.css_first("a").attributes["href"] == f"/info/{new.pk}/"


def test_policy_and_interpretation_lead_to_each_other(organ, column, read):
    policy = published(organ=organ, column=column, title="办法", document_kind=DocumentKind.POLICY)
    told = published(organ=organ, column=column, title="办法解读", interprets=policy,
                     document_kind=DocumentKind.INTERPRETATION)  # fmt: skip
    links = [a.attributes["href"] for a in read(f"/info/{policy.pk}/").css(".gd-public a")]
    assert f"/info/{told.pk}/" in links
    links = [a.attributes["href"] for a in read(f"/info/{told.pk}/").css(".gd-public a")]
    assert f"/info/{policy.pk}/" in links


def test_nothing_in_a_text_runs(organ, column, read):
    """Given a text that came into the table past the editor, then the page draws it clean."""
    item = published(organ=organ, column=column, body="<p onclick='x()'>字</p><script>x()</script>")
    text = read(f"/info/{item.pk}/").css_first(".gd-public__text")
    assert text.css_first("script") is None
    assert "onclick" not in text.html


def test_what_was_never_published_does_not_exist(organ, column, client):
    draft = make_disclosed_item(organ, column=column)
    assert client.get(f"/info/{draft.pk}/").status_code == 404
    assert client.get("/info/999999/").status_code == 404


def test_an_item_is_seen_at_once_after_approval_and_gone_after_withdrawal(office, client):
    """Given nothing, when an item is approved, corrected and withdrawn, then no reader and no
    cache sees anything but what is public at that moment."""
    before = client.get("/info/")
    item = office.publish(title="关于供热的通知")
    address = f"/info/{item.pk}/"
    after = client.get("/info/", headers={"if-none-match": before["ETag"]})
    assert after.status_code == 200
    assert "关于供热的通知" in after.content.decode()
    first = client.get(address)
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304

    version = services.update_item(
        office.actor(), item, {"body": "<p>改过的正文。</p>", "correction_note": "更正时间。"}
    )
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    office.publish(version)
    corrected = client.get(address, headers={"if-none-match": first["ETag"]})
    assert "改过的正文" in corrected.content.decode()
    assert "更正：更正时间。" in corrected.content.decode()

    item.refresh_from_db()
    services.withdraw(office.actor("approval"), item, "信息有误，更正后重新发布。")
    gone = client.get(address, headers={"if-none-match": corrected["ETag"]})
    assert gone.status_code == 410
    assert gone["Cache-Control"] == "no-store"
    text = gone.content.decode()
    assert "信息有误，更正后重新发布。" in text
    assert "关于供热的通知" not in text
    assert "改过的正文" not in text
    assert "关于供热的通知" not in client.get("/info/").content.decode()


# -- files ---------------------------------------------------------------------------------------
def test_a_file_is_sent_under_its_name_and_can_do_nothing(office, client):
    stored = office.file("测试附件。", "附件一.txt")
    item = office.publish(attachments=[(stored, "附件一.txt")])
    address = f"/info/{item.pk}/files/{stored.pk}/"
    assert address in client.get(f"/info/{item.pk}/").content.decode()
    response = client.get(address)
    assert b"".join(response.streaming_content) == "测试附件。".encode()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "attachment" in response["Content-Disposition"]
    assert "%E9%99%84%E4%BB%B6%E4%B8%80.txt" in response["Content-Disposition"]
    again = client.get(address, headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304


def test_files_of_what_is_not_public_do_not_exist(office, client):
    stored = office.file()
    draft = office.draft(attachments=[(stored, "附件.txt")])
    assert client.get(f"/info/{draft.pk}/files/{stored.pk}/").status_code == 404
    item = office.publish(draft)
    assert client.get(f"/info/{item.pk}/files/{stored.pk}/").status_code == 200
    other = services.store_file(office.actor(), office.organ, BytesIO(b"else"), "b.txt")
    assert client.get(f"/info/{item.pk}/files/{other.pk}/").status_code == 404
    services.withdraw(office.actor("approval"), item, "有误。")
    gone = client.get(f"/info/{item.pk}/files/{stored.pk}/")
    assert gone.status_code == 410
    assert "有误。" in gone.content.decode()
    assert Attachment.objects.filter(stored=stored).exists()


# -- the standard catalogue ----------------------------------------------------------------------
@pytest.fixture
def entries(organ):
    return make_adopted_entries(organ, 2)


def test_each_matter_leads_to_its_items(organ, column, entries, read):
    entry = entries[0]
    item = published(organ=organ, column=column, title="办理结果")
    DisclosedItem.entries.through.objects.create(discloseditem=item, catalogueentry=entry)
    make_publication(organ, entry, date(2024, 1, 5))
    page = read("/info/catalogue/")
    rows = page.css(".list tbody tr")
    assert len(rows) == 2
    assert "20个工作日" in rows[0].text()
    assert "1个机关认领" in rows[0].text()
    link = rows[0].css_first("a").attributes["href"]
    assert titles(read(link)) == ["办理结果"]
    assert entry.code in read(link).css_first(".eyebrow").text()
    assert "暂无" in rows[1].text()


def test_one_bodys_part_of_the_catalogue(organ, entries, read):
    other = make_organ(parent=organ, name="义马市供热管理所")
    make_duty(entries[1], other, state="not_applicable", reason="没有这项职能",
              stated_on=date(2024, 1, 1), valid_until=date(9999, 12, 1))  # fmt: skip
    rows = read(f"/info/catalogue/bodies/{other.code}/").css(".list tbody tr")
    assert len(rows) == 1
    assert "不涉及" in rows[0].text()


def test_without_a_catalogue_in_force_the_page_says_so(client, read):
    assert "还没有施行标准目录" in read("/info/catalogue/").css_first(".empty").text()
    assert client.get("/info/catalogue.csv").status_code == 404


def test_the_catalogue_can_be_taken_along(entries, client):
    response = client.get("/info/catalogue.csv")
    assert response["Content-Type"].startswith("text/csv")
    lines = response.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("item_code")


def test_the_catalogue_costs_the_same_with_one_body_and_with_many(
    organ, entries, client, django_assert_num_queries
):
    client.get("/info/catalogue/")
    with django_assert_num_queries(4):
        client.get("/info/catalogue/", {"round": "1"})
    for _ in range(20):
        make_duty(entries[0], make_organ(parent=organ))
    with django_assert_num_queries(4):
        client.get("/info/catalogue/", {"round": "2"})
