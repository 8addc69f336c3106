"""What the tables themselves refuse, and the sets that the tree answers."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from gongkai.organs import queries
from gongkai.organs.credit_code import check_character, validate_credit_code
from gongkai.organs.models import Membership, Organ, validate_organ_code
from tests.factories.organs import add_role, make_organ, make_user


@pytest.mark.parametrize(
    "code",
    ["91350100M000100Y43", "91110000802100433B"],
)
def test_a_valid_unified_social_credit_code_passes(code) -> None:
    validate_credit_code(code)


def test_the_check_character_follows_gb_32100() -> None:
    # The standard's own worked example.
    assert check_character("91350100M000100Y4") == "3"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("91350100M000100Y4", "现为17位"),
        ("91350100M000100Y44", "末位应为“3”，现为“4”"),
        ("19350100M000100Y43", "末位应为"),
        ("91350100I000100Y43", "不用 I、O、S、V、Z"),
        ("9135010AM000100Y43", "行政区划数字"),
        ("91350100m000100y43", "大写字母"),
    ],
)
def test_a_wrong_unified_social_credit_code_says_what_is_wrong(code, words) -> None:
    with pytest.raises(ValidationError, match=words):
        validate_credit_code(code)


@pytest.mark.parametrize("code", ["411281", "411281-003", "A", "4" * 32])
def test_organ_codes_that_pass(code) -> None:
    validate_organ_code(code)


@pytest.mark.parametrize("code", ["", "site", "a", "41/28", "41_28", "41%", "-1", "4" * 33, "4\n"])
def test_organ_codes_that_would_break_paths_or_chains_are_refused(code) -> None:
    with pytest.raises(ValidationError):
        validate_organ_code(code)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"kind": "club"},
        {"level": "moon"},
        {"depth": 0},
        {"path": "/411281/X/"},
        {"path": "/411281/"},
        {"established_on": date(2020, 1, 2), "abolished_on": date(2020, 1, 1)},
    ],
)
def test_the_database_refuses_a_body_that_breaks_the_tree(change) -> None:
    top = make_organ("411281")
    below = make_organ("411281-001", parent=top)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organ.objects.filter(pk=below.pk).update(**change)


@pytest.mark.django_db
def test_the_database_refuses_rings_and_heirs_of_the_living() -> None:
    top = make_organ("411281")
    below = make_organ("411281-001", parent=top)
    for change in (
        {"parent": below},
        {"parent": None},
        {"successor": top},
        {"successor": below, "abolished_on": date(2020, 1, 1)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Organ.objects.filter(pk=below.pk).update(**change)


@pytest.mark.django_db
def test_a_credit_code_belongs_to_one_body_and_blank_to_many() -> None:
    make_organ(credit_code="")
    make_organ(credit_code="")
    make_organ(credit_code="91350100M000100Y43")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_organ(credit_code="91350100M000100Y43")


@pytest.mark.django_db
def test_a_person_holds_a_role_in_a_body_once_at_a_time(county) -> None:
    user = make_user("reviewer", county.top)
    with pytest.raises(IntegrityError), transaction.atomic():
        add_role(user, "reviewer", county.top)
    Membership.objects.update(ended_on=date(2020, 1, 1))
    add_role(user, "reviewer", county.top)
    for change in ({"role": "king"}, {"ended_on": date(2000, 1, 1)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.update(**change)


@pytest.mark.django_db
def test_bodies_of_a_year_existed_on_at_least_one_of_its_days() -> None:
    always = make_organ("A")
    new = make_organ("B", established_on=date(2020, 12, 31))
    gone_first = make_organ("C", abolished_on=date(2020, 1, 1))
    gone_second = make_organ("D", abolished_on=date(2020, 1, 2))
    later = make_organ("E", established_on=date(2021, 1, 1))

    assert set(Organ.objects.active_in(2020)) == {always, new, gone_second}
    assert set(Organ.objects.active_in(2021)) == {always, new, later}
    assert set(Organ.objects.active_on(date(2019, 6, 1))) == {always, gone_first, gone_second}
    assert [o.is_active(date(2020, 1, 1)) for o in (always, new, gone_first, gone_second)] == [
        True, False, False, True,
    ]  # fmt: skip


def test_the_tree_is_read_parents_before_children_and_branches_whole(county) -> None:
    assert [o.code for o in queries.tree()] == [
        "411281", "411281-003", "411281-003-01", "411281-0031", "411282", "411282-003",
    ]  # fmt: skip
    assert [o.code for o in queries.tree(county.middle)] == ["411281-003", "411281-003-01"]
    assert list(queries.ancestors(county.low)) == [county.top, county.middle]
    assert queries.supervising_government(county.low) == county.top
    assert queries.supervising_government(county.top) == county.top
    assert queries.supervising_government(make_organ(kind="department")) is None


def test_who_holds_which_role_and_where_nobody_does(county) -> None:
    person = make_user("responsible_person", county.middle)
    gone = make_user("reviewer", county.middle)
    Membership.objects.filter(user=gone).update(ended_on=date(2020, 1, 1))
    today = date(2021, 6, 1)

    assert [m.user for m in queries.members_of(county.middle, today)] == [person]
    flagged = queries.with_role_flag(Organ.objects.all(), "responsible_person", today)
    assert [o.code for o in flagged if o.has_role] == ["411281-003"]


@pytest.mark.django_db
def test_people_are_called_by_their_name() -> None:
    user = make_user(display_name="张三")
    assert (str(user), user.get_full_name(), user.get_short_name(), user.first_name) == (
        "张三", "张三", "张三", "张三",
    )  # fmt: skip


@pytest.mark.django_db
def test_the_first_administrator_is_made_at_the_console_with_a_name() -> None:
    from io import StringIO

    from django.core.management import CommandError, call_command

    from gongkai.organs.models import User

    with pytest.raises(CommandError, match="display_name"):
        call_command("createsuperuser", "--noinput", username="root", stdout=StringIO())
    call_command(
        "createsuperuser", "--noinput", username="root", display_name="管理员", stdout=StringIO()
    )
    assert User.objects.get(username="root").display_name == "管理员"
