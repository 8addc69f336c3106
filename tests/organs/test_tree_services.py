"""Creating, changing, moving and abolishing bodies: who may, what is kept, what is recorded."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs import services
from gongkai.organs.models import Organ
from tests.factories.organs import make_organ, make_user

OPERATOR = Actor.command("gongkai test")
DEPARTMENT = {"kind": "department", "level": "county"}


def admin(organ: Organ) -> Actor:
    return Actor.for_user(make_user("system_admin", organ))


def refused(field: str, words: str, call, *args, **kwargs) -> None:
    """`call` raises a ValidationError of `field` that says `words`, and records nothing."""
    before = LedgerEntry.objects.count()
    with pytest.raises(ValidationError) as caught:
        call(*args, **kwargs)
    if field:
        assert words in " ".join(caught.value.message_dict[field])
    else:
        assert words in " ".join(caught.value.messages)
    assert LedgerEntry.objects.count() == before


def test_a_new_body_stands_below_its_superior_and_is_recorded(county) -> None:
    actor = admin(county.top)
    organ = services.create_organ(
        actor, code="411281-005", name="义马市司法局", parent=county.top,
        credit_code="91350100M000100Y43", phone="0398-1234567", **DEPARTMENT,
    )  # fmt: skip

    assert (organ.path, organ.depth, organ.parent) == ("/411281/411281-005/", 1, county.top)
    entry = LedgerEntry.objects.get(chain__name="411281-005")
    assert (entry.action, entry.actor_id, entry.object_label) == (
        "organs.create", actor.user.pk, "411281-005 义马市司法局",
    )  # fmt: skip
    assert entry.changes["parent"] == [None, "411281"]
    assert entry.changes["phone"] == [None, "0398-1234567"]


def test_only_the_platform_makes_a_root(county) -> None:
    with pytest.raises(PermissionDenied, match="平台管理员"):
        services.create_organ(admin(county.top), code="NEW", name="新", **DEPARTMENT)
    for actor in (OPERATOR, Actor.for_user(make_user(is_superuser=True))):
        code = f"NEW-{actor.channel.upper()}"
        made = services.create_organ(actor, code=code, name="新", **DEPARTMENT)
        assert (made.path, made.depth) == (f"/{code}/", 0)


@pytest.mark.parametrize(
    ("details", "field", "words"),
    [
        ({"code": "411281-003"}, "code", "已存在"),
        ({"code": "lower"}, "code", "大写字母"),
        ({"name": ""}, "name", "不能为空"),
        ({"kind": "club"}, "kind", "club"),
        ({"level": "prefecture"}, "level", "不能高于上级机构（县级）"),
        ({"credit_code": "91350100M000100Y44"}, "credit_code", "校验位不符"),
        ({"email": "nobody"}, "email", "Email"),
    ],
)
def test_a_body_that_cannot_be_is_refused_at_the_field(county, details, field, words) -> None:
    good = {"code": "411281-009", "name": "新局", "parent": county.top, **DEPARTMENT}
    refused(field, words, services.create_organ, OPERATOR, **{**good, **details})
    assert not Organ.objects.filter(code="411281-009").exists()
    services.create_organ(OPERATOR, **good)


def test_two_bodies_cannot_share_a_credit_code(county) -> None:
    services.update_organ(OPERATOR, county.low, credit_code="91350100M000100Y43")
    with pytest.raises(ValidationError, match="已属于另一机构"):
        services.update_organ(OPERATOR, county.middle, credit_code="91350100M000100Y43")


def test_nothing_new_stands_below_an_abolished_body(county) -> None:
    services.abolish_organ(OPERATOR, county.lookalike, on=date(2021, 1, 1))
    refused(
        "parent", "已撤销", services.create_organ, OPERATOR,
        code="X", name="x", parent=county.lookalike, **DEPARTMENT,
    )  # fmt: skip


def test_a_path_that_grows_too_long_is_refused(db) -> None:
    parent = None
    for n in range(7):
        parent = make_organ("A" * 31 + str(n), parent=parent)
    assert len(parent.path) == 7 * 33 + 1
    refused(
        "parent", "层级过深", services.create_organ, OPERATOR,
        code="B" * 32, name="x", parent=parent, **DEPARTMENT,
    )  # fmt: skip


def test_details_change_with_old_and_new_on_record(county) -> None:
    actor = admin(county.top)
    services.update_organ(
        actor, county.middle, name="义马市公安局", phone="110", responsible_person="王五"
    )
    entry = LedgerEntry.objects.get(chain__name="411281-003")
    assert entry.changes == {"phone": ["", "110"], "responsible_person": ["", "王五"]}

    services.update_organ(actor, county.middle, phone="110")
    assert LedgerEntry.objects.count() == 1, "no difference, no entry"
    with pytest.raises(TypeError):
        services.update_organ(actor, county.middle, code="X")


def test_two_people_changing_different_details_both_keep_theirs(county) -> None:
    first, second = Organ.objects.get(pk=county.low.pk), Organ.objects.get(pk=county.low.pk)
    services.update_organ(OPERATOR, first, phone="1")
    services.update_organ(OPERATOR, second, address="2")
    county.low.refresh_from_db()
    assert (county.low.phone, county.low.address) == ("1", "2")


def test_a_body_moves_with_everything_below_it_in_one_statement(county) -> None:
    with CaptureQueriesContext(connection) as alone:
        services.move_organ(OPERATOR, county.low, county.lookalike)
    services.move_organ(OPERATOR, Organ.objects.get(pk=county.low.pk), county.middle)
    for _ in range(20):
        make_organ(parent=Organ.objects.get(pk=county.low.pk))
    with CaptureQueriesContext(connection) as with_many:
        services.move_organ(OPERATOR, county.middle, county.lookalike)
    assert len(with_many) <= len(alone)

    tree = dict(Organ.objects.in_subtree(county.lookalike).values_list("code", "path"))
    assert len(tree) == 23
    assert tree["411281-003-01"] == "/411281/411281-0031/411281-003/411281-003-01/"
    low = Organ.objects.get(pk=county.low.pk)
    assert (low.depth, low.parent) == (3, county.middle)
    entry = LedgerEntry.objects.get(action="organs.move", chain__name="411281-003")
    assert entry.changes == {"parent": ["411281", "411281-0031"], "moved_with_it": 21}

    services.move_organ(OPERATOR, Organ.objects.get(pk=county.middle.pk), county.top)
    services.move_organ(OPERATOR, Organ.objects.get(pk=county.low.pk), None)
    assert Organ.objects.get(pk=county.low.pk).path == "/411281-003-01/"
    assert Organ.objects.get(pk=county.low.pk).depth == 0


def test_moving_to_where_it_stands_changes_nothing(county) -> None:
    services.move_organ(OPERATOR, county.middle, county.top)
    assert not LedgerEntry.objects.exists()


def test_a_body_cannot_move_below_itself(county) -> None:
    for target in (county.middle, county.low):
        refused("parent", "不能作为上级", services.move_organ, OPERATOR, county.middle, target)


def test_moving_too_deep_is_refused_for_the_sake_of_those_below(db) -> None:
    deep = None
    for n in range(6):
        deep = make_organ("A" * 31 + str(n), parent=deep)
    mover = make_organ("B")
    make_organ("C" * 32, parent=make_organ("D" * 32, parent=mover))
    refused("parent", "层级过深", services.move_organ, OPERATOR, mover, deep)


def test_moving_asks_for_the_right_at_both_ends(county) -> None:
    actor = admin(county.top)
    with pytest.raises(PermissionDenied, match="灵宝市人民政府"):
        services.move_organ(actor, county.middle, county.other)
    with pytest.raises(PermissionDenied, match="灵宝市公安局"):
        services.move_organ(actor, county.other_low, county.top)
    with pytest.raises(PermissionDenied, match="义马市人民政府"):
        services.move_organ(admin(county.middle), county.middle, county.low)
    with pytest.raises(PermissionDenied, match="平台管理员"):
        services.move_organ(actor, county.middle, None)
    services.move_organ(actor, county.middle, county.lookalike)


def test_an_abolished_body_keeps_its_records_and_names_its_heir(county) -> None:
    services.abolish_organ(OPERATOR, county.low, on=date(2021, 7, 1), successor=county.middle)
    low = Organ.objects.get(pk=county.low.pk)
    assert (low.abolished_on, low.successor) == (date(2021, 7, 1), county.middle)
    assert LedgerEntry.objects.get().changes == {
        "abolished_on": [None, "2021-07-01"], "successor": [None, "411281-003"],
    }  # fmt: skip
    refused("", "已于2021-07-01撤销", services.abolish_organ, OPERATOR, low, on=date(2022, 1, 1))


def test_abolishing_is_refused_while_it_would_break_the_tree(county) -> None:
    abolish = services.abolish_organ
    refused("", "下还有义马市公安局交警大队", abolish, OPERATOR, county.middle, on=date(2021, 1, 1))
    refused(
        "successor", "另一机构", abolish, OPERATOR, county.low,
        on=date(2021, 1, 1), successor=county.low,
    )  # fmt: skip
    services.update_organ(OPERATOR, county.low, established_on=date(2020, 1, 1))
    refused("on", "早于成立日期", abolish, OPERATOR, county.low, on=date(2019, 1, 1))
    services.abolish_organ(OPERATOR, county.other_low, on=date(2020, 1, 1))
    refused(
        "successor", "仍存在", abolish, OPERATOR, county.low,
        on=date(2021, 1, 1), successor=county.other_low,
    )  # fmt: skip


@pytest.mark.parametrize("role", ["information_officer", "disclosure_office", "security_officer"])
def test_others_change_no_body(county, role) -> None:
    actor = Actor.for_user(make_user(role, county.top))
    for call, arguments in (
        (services.create_organ, {"code": "X", "name": "x", "parent": county.top, **DEPARTMENT}),
        (services.update_organ, {"organ": county.middle, "phone": "1"}),
        (services.move_organ, {"organ": county.low, "parent": county.top}),
        (services.abolish_organ, {"organ": county.low, "on": date(2021, 1, 1)}),
    ):
        with pytest.raises(PermissionDenied, match="管理机构"):
            call(actor, **arguments)
    assert not LedgerEntry.objects.exists()
