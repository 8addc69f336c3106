"""The public pages of leaders: who is in office, as approved; nobody else, no other file."""

from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from gongkai.disclosure.models import Leader, LeaderVersion, StoredFile
from tests.factories.organs import make_organ

pytestmark = pytest.mark.django_db


@pytest.fixture
def top():
    return make_organ("411281", name="义马市人民政府", short_name="市政府", kind="government")


@pytest.fixture
def bureau(top):
    return make_organ("411281-003", name="义马市教育体育局", parent=top)


def make_leader(organ, name, *, approved=True, **fields):
    """A leader whose version was approved, or waits."""
    leader = Leader.objects.create(organ=organ, left_on=fields.pop("left_on", None))
    version = LeaderVersion.objects.create(
        leader=leader, name=name, content_hash="0" * 64,
        **{"position": "局长", "duties": "主持全面工作。", **fields},
        **({"state": "approved", "decided_at": timezone.now()} if approved else {}),
    )  # fmt: skip
    if approved:
        leader.current = version
        leader.save()
    return leader


def picture():
    kept = StoredFile(sha256="a" * 64, original_sha256="a" * 64, size=4, extension=".png",
                      media_type="image/png", text_state="none")  # fmt: skip
    kept.file.save("a.png", ContentFile(b"\x89PNG"), save=True)
    return kept


def test_the_government_stands_before_the_bodies(top, bureau, read):
    make_leader(bureau, "甲某")
    make_leader(top, "乙某", position="市长")
    page = read("/leaders/")
    assert [one.text() for one in page.css("h2")] == ["义马市人民政府", "义马市教育体育局"]
    assert [one.text() for one in page.css(".leader h3")] == ["乙某", "甲某"]


def test_of_many_bodies_only_the_first_stands_open_and_each_names_its_head(top, read):
    make_leader(top, "乙某", position="市长")
    for number in range(3):
        body = make_organ(f"411281-01{number}", name=f"义马市第{number}局", parent=top)
        make_leader(body, f"局长{number}某")
    groups = read("/leaders/").css("details.folded")
    assert ["open" in one.attributes for one in groups] == [True, False, False, False]
    assert "局长 局长1某" in groups[2].css_first("summary").text()
    assert groups[2].css_first(".leader a").text() == "局长1某"


def test_only_who_is_approved_and_in_office_is_shown(bureau, read, client):
    waiting = make_leader(bureau, "待批某", approved=False)
    left = make_leader(bureau, "离任某", left_on=date(2024, 1, 1))
    shown = make_leader(bureau, "在任某")
    text = read("/leaders/").body.text() + read(f"/organs/{bureau.code}/").body.text()
    assert "在任某" in text
    assert "待批某" not in text
    assert "离任某" not in text
    for one in (waiting, left):
        assert client.get(f"/leaders/{one.pk}/").status_code == 404
    assert client.get(f"/leaders/{shown.pk}/").status_code == 200


def test_a_leaders_page_has_what_the_norm_asks_for(bureau, read):
    leader = make_leader(bureau, "甲某", duties="分管义务教育。", biography="1990年参加工作。",
                         office_phone="0398-5555555", in_office_from=date(2021, 5, 1))  # fmt: skip
    other = make_leader(bureau, "丙某", position="副局长")
    page = read(f"/leaders/{leader.pk}/")
    text = page.css_first("article").text()
    for words in (
        "甲某",
        "局长",
        "分管义务教育。",
        "1990年参加工作。",
        "0398-5555555",
        "2021年5月1日",
    ):
        assert words in text
    assert page.css_first(".leaders a").attributes["href"] == f"/leaders/{other.pk}/"


def test_the_picture_is_that_of_the_public_version_and_no_other_file(bureau, client):
    kept, other = picture(), StoredFile.objects.create(
        sha256="b" * 64, original_sha256="b" * 64, size=1, extension=".png",
        media_type="image/png", text_state="none",
    )  # fmt: skip
    leader = make_leader(bureau, "甲某", portrait=kept)
    response = client.get(f"/leaders/{leader.pk}/picture/{kept.pk}/")
    assert b"".join(response.streaming_content) == b"\x89PNG"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert client.get(f"/leaders/{leader.pk}/picture/{other.pk}/").status_code == 404
    leader.left_on = date(2024, 1, 1)
    leader.save()
    assert client.get(f"/leaders/{leader.pk}/picture/{kept.pk}/").status_code == 404


def test_the_list_costs_the_same_with_one_leader_and_with_many(
    top, bureau, client, django_assert_max_num_queries, django_assert_num_queries
):
    leader = make_leader(bureau, "甲某")
    costs = []
    for address in ("/leaders/", f"/leaders/{leader.pk}/"):
        with django_assert_max_num_queries(5) as captured:
            client.get(address, {"round": "1"})
        costs.append(len(captured))
    for number in range(9):
        make_leader(make_organ(parent=top), f"{number}某")
        make_leader(bureau, f"{number}某")
    for address, cost in zip(("/leaders/", f"/leaders/{leader.pk}/"), costs, strict=True):
        with django_assert_num_queries(cost):
            client.get(address, {"round": "2"})
