"""Leaders: what one person drafts another approves, and that alone the public reads."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from gongkai.disclosure import leaders, services
from gongkai.disclosure.models import Leader, LeaderVersion, StoredFile
from gongkai.disclosure.services.leaders import hash_of
from gongkai.disclosure.services.tidying import KEPT_DAYS
from gongkai.disclosure.signals import leaders_changed
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.disclosure import Office
from tests.factories.organs import add_role, make_organ, make_user

pytestmark = pytest.mark.django_db
SAID = {"name": "演示甲一", "position": "局长", "duties": "主持全面工作。"}
ID_NUMBER = "110101199003070011"


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def heard():
    told = []

    def listen(sender, organ, **kwargs):
        told.append(organ)

    leaders_changed.connect(listen, weak=False)
    yield told
    leaders_changed.disconnect(listen)


def approver(office):
    return office.actor("approval")


def drafted(office, **values):
    return services.draft_leader(office.actor(), office.organ, **{**SAID, **values})


def public(office, **values):
    leader = drafted(office, **values)
    version = leader.versions.get()
    return services.approve_leader(approver(office), version, version.content_hash)


def picture(colour="white"):
    out = BytesIO()
    Image.new("RGB", (30, 40), colour).save(out, format="PNG")
    out.seek(0)
    return out


def test_nobody_is_public_until_another_person_approves(office, heard):
    leader = drafted(office)
    assert list(leaders.in_office()) == []
    assert heard == []
    version = leader.versions.get()
    services.approve_leader(approver(office), version, version.content_hash)
    (shown,) = leaders.in_office()
    assert shown.current.name == "演示甲一"
    assert shown.current.decided_by == office.people["approval"]
    assert heard == [office.organ]


def test_whoever_drafted_it_does_not_approve_it(office):
    add_role(office.officer, Role.APPROVING_LEADER, office.organ)
    version = drafted(office).versions.get()
    with pytest.raises(ValidationError, match="起草人不能审批"):
        services.approve_leader(office.actor(), version, version.content_hash)
    with pytest.raises(ValidationError, match="起草人不能审批"):
        services.return_leader(office.actor(), version, version.content_hash, "重写")
    # The table itself does not hold it either.
    with pytest.raises(IntegrityError), transaction.atomic():
        LeaderVersion.objects.update(decided_by=office.officer)


def test_the_console_approves_nothing(office):
    version = drafted(office).versions.get()
    with pytest.raises(ValidationError, match="本人登录"):
        services.approve_leader(Actor.command("test"), version, version.content_hash)


def test_what_was_approved_is_exactly_what_was_seen(office):
    """Given a version that was rewritten after the leader opened it, then his yes is no yes to it."""
    leader = drafted(office)
    first = leader.versions.get()
    services.change_leader(office.actor(), leader, **{**SAID, "duties": "分管财务。"})
    with pytest.raises(ValidationError, match="已被改写"):
        services.approve_leader(approver(office), first, first.content_hash)
    second = leader.versions.first()
    with pytest.raises(ValidationError, match="已被改写"):
        services.approve_leader(approver(office), second, first.content_hash)
    # Nor to a row that somebody changed in the database.
    LeaderVersion.objects.filter(pk=second.pk).update(duties="领导一切。")
    with pytest.raises(ValidationError, match="已被改写"):
        services.approve_leader(approver(office), second, second.content_hash)
    assert list(leaders.in_office()) == []


def test_while_a_change_waits_the_public_reads_what_it_read_before(office):
    leader = public(office)
    services.change_leader(office.actor(), leader, **{**SAID, "position": "党组书记、局长"})
    (shown,) = leaders.in_office()
    assert shown.current.position == "局长"
    pending = leader.versions.first()
    services.approve_leader(approver(office), pending, pending.content_hash)
    (shown,) = leaders.in_office()
    assert shown.current.position == "党组书记、局长"
    assert [one.position for one in leader.versions.all()] == ["党组书记、局长", "局长"]


def test_a_returned_version_says_why_and_comes_back_to_its_writer(office):
    leader = drafted(office)
    version = leader.versions.get()
    with pytest.raises(ValidationError, match="写明要改什么"):
        services.return_leader(approver(office), version, version.content_hash, " ")
    services.return_leader(approver(office), version, version.content_hash, "补写简历")
    (back,) = leaders.returned_to(office.officer)
    assert back.opinion == "补写简历"
    services.change_leader(office.actor(), leader, seen=version.pk, **{**SAID, "biography": "略"})
    assert list(leaders.returned_to(office.officer)) == []
    (waiting,) = leaders.awaiting(office.people["approval"])
    assert waiting.biography == "略"
    assert list(leaders.awaiting(office.officer)) == []


def test_a_form_drawn_before_somebody_elses_change_is_refused(office):
    leader = drafted(office)
    seen = leader.versions.get().pk
    services.change_leader(office.actor(), leader, **SAID)
    with pytest.raises(ValidationError, match="已被改写"):
        services.change_leader(office.actor(), leader, seen=seen, **SAID)


@pytest.mark.parametrize(
    "values",
    [
        {"biography": f"身份证号码{ID_NUMBER}"},
        {"biography": "联系手机13812345678"},
        {"duties": "电话13812345678"},
    ],
)
def test_persons_numbers_are_refused_and_not_repeated(office, values):
    with pytest.raises(ValidationError) as caught:
        drafted(office, **values)
    assert not Leader.objects.exists()
    told = str(caught.value)
    assert ID_NUMBER not in told
    assert "13812345678" not in told


@pytest.mark.parametrize("phone", ["13812345678", "请打总机", "12345"])
def test_only_the_telephone_of_the_office_is_shown(office, phone):
    with pytest.raises(ValidationError):
        drafted(office, office_phone=phone)
    assert drafted(office, office_phone="0398-0000011").versions.get().office_phone


def test_a_picture_is_stored_by_its_content_and_part_of_what_is_approved(office):
    stored = services.store_file(office.actor(), office.organ, picture(), "证件照.png")
    leader = drafted(office, portrait=stored)
    version = leader.versions.get()
    other = services.store_file(office.actor(), office.organ, picture("black"), "另一张.png")
    LeaderVersion.objects.filter(pk=version.pk).update(portrait=other)
    with pytest.raises(ValidationError, match="已被改写"):
        services.approve_leader(approver(office), version, version.content_hash)


def test_what_is_no_picture_is_no_portrait(office):
    stored = services.store_file(
        office.actor(), office.organ, BytesIO(b"%s" % b"a text\n"), "a.txt"
    )
    with pytest.raises(ValidationError) as caught:
        drafted(office, portrait=stored)
    assert "portrait" in caught.value.message_dict


def test_a_picture_in_use_is_not_tidied_away(office):
    kept = services.store_file(office.actor(), office.organ, picture(), "a.png")
    gone = services.store_file(office.actor(), office.organ, picture("black"), "b.png")
    drafted(office, portrait=kept)
    later = timezone.now() + timedelta(days=KEPT_DAYS + 1)
    services.tidy_files(Actor.system("test"), later)
    assert set(StoredFile.objects.values_list("pk", flat=True)) == {kept.pk}
    assert not StoredFile.objects.filter(pk=gone.pk).exists()


def test_the_end_of_the_office_takes_the_person_off_the_page_and_keeps_the_record(office, heard):
    leader = public(office, in_office_from=date(2020, 3, 1))
    heard.clear()
    with pytest.raises(ValidationError, match="早于任职日期"):
        services.end_office(approver(office), leader, on=date(2020, 2, 1))
    with pytest.raises(ValidationError, match="晚于今天"):
        services.end_office(approver(office), leader, on=timezone.localdate() + timedelta(days=1))
    services.end_office(approver(office), leader, on=date(2020, 9, 1))
    assert list(leaders.in_office()) == []
    assert heard == [office.organ]
    leader.refresh_from_db()
    assert (leader.left_on, leader.current.name) == (date(2020, 9, 1), "演示甲一")
    with pytest.raises(ValidationError, match="登记离任"):
        services.end_office(approver(office), leader, on=date(2020, 9, 2))
    with pytest.raises(ValidationError, match="登记离任"):
        services.change_leader(office.actor(), leader, **SAID)


def test_what_waits_when_the_office_ends_is_dropped(office):
    leader = public(office)
    services.change_leader(office.actor(), leader, **SAID)
    services.end_office(approver(office), leader, on=timezone.localdate())
    assert list(leaders.awaiting(office.people["approval"])) == []
    assert not leader.versions.filter(state="pending").exists()


def test_leaders_change_places_among_those_in_office(office):
    first, second, third = (public(office, name=f"演示{n}") for n in "甲乙丙")
    services.end_office(approver(office), second, on=timezone.localdate())
    services.move_leader(office.actor(), third, up=True)
    assert [one.pk for one in leaders.of_organ(office.organ)] == [third.pk, first.pk]
    services.move_leader(office.actor(), third, up=True)  # the first already
    assert [one.pk for one in leaders.of_organ(office.organ)] == [third.pk, first.pk]


def test_governments_come_first(office):
    government = make_organ(kind="government", code="999999")
    public(office)
    public(Office(government))
    assert next(one.organ.kind for one in leaders.in_office()) == "government"


def test_every_act_stands_in_the_ledger_of_the_body(office):
    leader = public(office)
    version = services.change_leader(office.actor(), leader, **SAID)
    services.return_leader(approver(office), version, version.content_hash, "补写简历")
    services.end_office(approver(office), leader, on=timezone.localdate())
    entries = LedgerEntry.objects.filter(action__startswith="disclosure.leader.").order_by("pk")
    assert [one.action.rpartition(".")[2] for one in entries] == [
        "draft", "approve", "draft", "return", "end",
    ]  # fmt: skip
    assert {one.chain.name for one in entries} == {office.organ.code}


def test_the_picture_stands_in_the_hash_by_content_not_by_number(office):
    stored = services.store_file(office.actor(), office.organ, picture(), "a.png")
    with_picture = LeaderVersion(**SAID, portrait=stored)
    assert hash_of(with_picture) != hash_of(LeaderVersion(**SAID))
    assert stored.sha256 not in hash_of(with_picture)


ACTS = {
    "draft": lambda actor, office: services.draft_leader(actor, office.organ, **SAID),
    "change": lambda actor, office: services.change_leader(actor, public(office), **SAID),
    "move": lambda actor, office: services.move_leader(actor, public(office), up=True),
    "approve": lambda actor, office: _decide(actor, office, services.approve_leader),
    "return": lambda actor, office: _decide(actor, office, services.return_leader, "补写"),
    "end": lambda actor, office: services.end_office(
        actor, public(office), on=timezone.localdate()
    ),
    "bring": lambda actor, office: services.bring_leader(actor, office.organ, **SAID),
}
DRAFTERS = {Role.INFORMATION_OFFICER, Role.RESPONSIBLE_PERSON, Role.DISCLOSURE_OFFICE}
ENDERS = {Role.APPROVING_LEADER, Role.RESPONSIBLE_PERSON, Role.DISCLOSURE_OFFICE}
MAY = {
    "draft": DRAFTERS,
    "change": DRAFTERS,
    "move": DRAFTERS,
    "approve": {Role.APPROVING_LEADER},
    "return": {Role.APPROVING_LEADER},
    "end": ENDERS,
    "bring": DRAFTERS,
}


def _decide(actor, office, service, *more):
    version = drafted(office).versions.get()
    return service(actor, version, version.content_hash, *more)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", Role.values)
def test_who_may_do_what_in_the_own_body(office, act, role):
    actor = Actor.for_user(make_user(role, office.organ))
    if role in MAY[act]:
        ACTS[act](actor, office)
    else:
        with pytest.raises(PermissionDenied):
            ACTS[act](actor, office)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", Role.values)
def test_nobody_does_anything_in_another_body(office, act, role):
    actor = Actor.for_user(make_user(role, make_organ()))
    with pytest.raises(PermissionDenied):
        ACTS[act](actor, office)
