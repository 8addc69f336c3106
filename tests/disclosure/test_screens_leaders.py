"""The screens of leaders: what a person of the body does there, and what one of another sees."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from gongkai.desk.queries import work_lists
from gongkai.disclosure import leaders, services
from gongkai.disclosure.models import Leader
from gongkai.organs.models import Role
from tests.disclosure.test_leaders import SAID, drafted, public
from tests.factories.disclosure import Office
from tests.factories.organs import make_organ, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return Office()


def url(name, *args):
    return reverse(f"disclosure:{name}", args=args)


def typed(**values):
    return {**SAID, "biography": "", "office_phone": "", "in_office_from": "", **values}


def portrait():
    out = BytesIO()
    Image.new("RGB", (30, 40), "white").save(out, format="PNG")
    return SimpleUploadedFile("证件照.png", out.getvalue(), content_type="image/png")


def test_a_leader_is_drafted_returned_rewritten_and_approved(client, office):
    client.force_login(office.officer)
    client.post(
        url("leader_create"),
        typed(organ=office.organ.code, picture=portrait(), office_phone="0398-0000011"),
    )
    leader = Leader.objects.get()
    client.force_login(office.people["approval"])
    page = client.get(url("leader_decide", leader.pk))
    text = page.content.decode()
    assert "演示甲一" in text
    assert "主持全面工作。" in text
    picture = client.get(url("leader_picture", leader.pk, leader.versions.get().pk))
    assert picture["Content-Type"] == "image/png"
    seen = page.context["form"]["seen"].value()
    # Without a reason nothing goes back.
    answer = client.post(url("leader_decide", leader.pk), {"decision": "return", "seen": seen})
    assert answer.status_code == 422
    client.post(
        url("leader_decide", leader.pk),
        {"decision": "return", "seen": seen, "opinion": "补写简历"},
    )
    client.force_login(office.officer)
    form = client.get(url("leader_edit", leader.pk))
    assert "补写简历" in form.content.decode()
    client.post(
        url("leader_edit", leader.pk),
        typed(
            biography="1990年参加工作。\n\n2015年任现职。",
            seen=form.context["form"]["seen"].value(),
        ),
    )
    pending = leader.versions.first()
    assert pending.biography == "1990年参加工作。\n2015年任现职。"
    assert pending.portrait_id  # the picture stays without being sent again
    client.force_login(office.people["approval"])
    client.post(
        url("leader_decide", leader.pk), {"decision": "approve", "seen": pending.content_hash}
    )
    (shown,) = leaders.in_office()
    assert shown.current == pending


def test_the_writer_takes_back_what_waits_and_nobody_else_does(client, office):
    """Given a version that waits beside a public one, then its writer takes it back: the public reads
    what it read, nobody is asked to approve, and the next draft begins with what was written."""
    leader = public(office)
    version = services.change_leader(
        office.actor(), leader, **{**SAID, "duties": "主持全面工作，分管审计。"}
    )
    address = url("leader_take_back", leader.pk)
    other = make_user(Role.INFORMATION_OFFICER, office.organ)
    client.force_login(other)
    assert "撤回送审" not in client.get(url("leader_detail", leader.pk)).content.decode()
    refused = client.post(address, {"seen": version.content_hash})
    assert "只有起草人能撤回" in refused.content.decode()
    client.force_login(office.officer)
    assert "撤回送审" in client.get(url("leader_detail", leader.pk)).content.decode()
    seen = client.get(address).context["form"]["seen"].value()
    assert client.post(address, {"seen": seen}).status_code == 302
    version.refresh_from_db()
    assert version.state == "taken_back"
    leader.refresh_from_db()
    assert leader.current.duties == SAID["duties"]
    form = client.get(url("leader_edit", leader.pk)).context["form"]
    assert form["duties"].value() == "主持全面工作，分管审计。"
    again = client.post(address, {"seen": seen})
    assert "现在没有待审批的内容" in again.content.decode()


def test_what_is_refused_stands_at_its_field_and_what_was_typed_stays(client, office):
    client.force_login(office.officer)
    answer = client.post(
        url("leader_create"),
        typed(
            organ=office.organ.code,
            picture=SimpleUploadedFile("a.png", b"no picture", content_type="image/png"),
        ),
    )
    assert answer.status_code == 422
    assert "picture" in answer.context["form"].errors
    assert "主持全面工作。" in answer.content.decode()
    answer = client.post(
        url("leader_create"), typed(organ=office.organ.code, biography="手机13812345678")
    )
    assert answer.status_code == 422
    assert not Leader.objects.exists()


def test_the_list_names_everybody_with_where_they_stand(client, office):
    leader = public(office)
    services.change_leader(office.actor(), leader, **SAID)
    drafted(office, name="演示乙二")
    gone = public(office, name="演示丙三")
    services.end_office(office.actor("approval"), gone, on=timezone.localdate())
    client.force_login(office.officer)
    page = client.get(url("leaders")).content.decode()
    for words in ("演示甲一", "已公开，有内容待审批", "未公开，有内容待审批", "离任"):
        assert words in page
    found = client.get(url("leaders"), {"q": "演示乙二"}).content.decode()
    assert "演示乙二" in found


def test_the_list_asks_as_many_statements_for_thirty_as_for_one(
    client, office, django_assert_max_num_queries
):
    public(office)
    client.force_login(office.officer)
    client.get(url("leaders"))
    with django_assert_max_num_queries(60) as one:
        client.get(url("leaders"))
    for number in range(29):
        public(office, name=f"演示{number}")
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(url("leaders"))


def test_order_and_end_are_buttons_of_the_record(client, office):
    first, second = public(office), public(office, name="演示乙二")
    client.force_login(office.officer)
    client.post(url("leader_move", second.pk), {"move": "up"})
    assert [one.pk for one in leaders.of_organ(office.organ)] == [second.pk, first.pk]
    assert client.get(url("leader_move", second.pk)).status_code == 302
    page = client.get(url("leader_detail", first.pk)).content.decode()
    assert "登记离任" not in page  # the officer drafts; who withdraws ends
    client.force_login(office.people["approval"])
    client.post(url("leader_end", first.pk), {"on": timezone.localdate().isoformat()})
    assert [one.pk for one in leaders.of_organ(office.organ)] == [second.pk]
    assert "公众页面不再显示" in client.get(url("leader_detail", first.pk)).content.decode()


def test_the_writer_is_offered_no_approval_and_the_start_page_calls_the_others(office, client):
    leader = drafted(office)
    client.force_login(office.officer)
    assert (
        url("leader_decide", leader.pk)
        not in client.get(url("leader_detail", leader.pk)).content.decode()
    )
    today = timezone.localdate()
    lists = {one.title: one for one in work_lists(office.people["approval"], today)}
    assert lists["待审批的领导信息"].total == 1
    version = leader.versions.get()
    services.return_leader(office.actor("approval"), version, version.content_hash, "补写简历")
    lists = {one.title: one for one in work_lists(office.officer, today)}
    assert lists["退回待修改的领导信息"].total == 1


def test_nothing_awaits_a_second_decision(client, office):
    leader = public(office)
    client.force_login(office.people["approval"])
    assert client.get(url("leader_decide", leader.pk)).status_code == 302
    answer = client.post(url("leader_decide", leader.pk), {"decision": "approve", "seen": "x"})
    assert answer.status_code == 422


ADDRESSES = (
    "leader_detail", "leader_edit", "leader_decide", "leader_take_back", "leader_move", "leader_end",
)  # fmt: skip


@pytest.mark.parametrize("role", Role.values)
def test_to_somebody_of_another_body_every_address_is_as_if_it_were_not_there(client, office, role):
    leader = public(office)
    services.change_leader(office.actor(), leader, **SAID)
    version = leader.versions.first()
    client.force_login(make_user(role, make_organ()))
    addresses = [url(name, leader.pk) for name in ADDRESSES]
    addresses.append(url("leader_picture", leader.pk, version.pk))
    for address in addresses:
        for method in (client.get, client.post):
            answer = method(address, {"decision": "approve", "seen": version.content_hash})
            assert answer.status_code in (302, 404, 405), address
            assert "演示甲一" not in answer.content.decode(), address
    assert "演示甲一" not in client.get(url("leaders"), follow=True).content.decode()
    leader.refresh_from_db()
    assert leader.left_on is None
    assert leader.versions.first().state == "pending"


def test_a_body_of_somebody_else_is_no_choice_of_the_form(client, office):
    client.force_login(office.officer)
    other = make_organ()
    answer = client.post(url("leader_create"), typed(organ=other.code))
    assert answer.status_code == 422
    assert not Leader.objects.exists()
