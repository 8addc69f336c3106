"""条例第二十九条: what a request must say of who asks and for what; what of it is shown to whom."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongkai.foi import persons
from gongkai.foi.models import Applicant
from gongkai.foi.persons import Person, Wish, check_person, check_wish
from gongkai.foi.services import intake as intakes
from gongkai.ledger.actor import Actor
from gongkai.ledger.models import LedgerEntry
from gongkai.organs.models import Role
from tests.factories.organs import make_organ, make_user
from tests.foi.intake.people import PERSON, WISH, identity_number, person, wish

pytestmark = pytest.mark.django_db


def test_a_complete_applicant_has_nothing_missing():
    assert check_person(PERSON) == {}
    assert check_wish(WISH) == {}


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"name": " "}, "name", "请填写姓名"),
        ({"identity_number": ""}, "identity_number", "请填写证件号码"),
        ({"identity_kind": ""}, "identity_kind", "第二十九条"),
        ({"identity_number": identity_number()[:-1]}, "identity_number", "现为17位"),
        ({"identity_number": "110101190001010020"}, "identity_number", "校验不符"),
        ({"phone": "", "email": "", "address": ""}, "phone", "至少填写一种联系方式"),
        ({"email": "jia@"}, "email", "电子邮箱格式不对"),
        ({"postcode": "12"}, "postcode", "6位数字"),
        ({"agent_name": "测试乙"}, "agent_identity_number", "代理人的证件号码"),
        ({"identity_kind": "credit_code"}, "identity_kind", "商业企业"),
        ({"name": "甲" * 121}, "name", "最多120个字"),
    ],
)
def test_what_is_missing_or_wrong_is_said_at_its_field(changes, field, said):
    wrong = check_person(person(**changes))
    assert said in wrong[field]


def test_a_body_applies_with_its_credit_code():
    firm = person(
        name="示例有限公司", kind="enterprise", identity_kind="credit_code",
        identity_number="91110000000000000A",
    )  # fmt: skip
    assert "校验位不符" in check_person(firm)["identity_number"]


@pytest.mark.parametrize("name", ["买买提·示例", "བཀྲ་ཤིས", "ᠪᠠᠲᠤ", "𠮷野 测试", "测试🙂"])
def test_names_in_minority_scripts_rare_characters_and_emoji_are_kept_as_they_are(name):
    organ = make_organ()
    filed = intakes.file_request(Actor.applicant(), organ, person=person(name=name), wish=WISH)
    kept, _ = persons.opened(Applicant.objects.get(intake=filed.intake))
    assert kept.name == name


def test_full_width_digits_and_small_x_are_the_same_identity_document():
    number = next(n for n in map(identity_number, range(1, 60)) if n.endswith("X"))
    typed = number.lower().translate({ord("1"): "１"})
    one = persons.identity_index(Person(identity_kind="id_card", identity_number=typed))
    other = persons.identity_index(Person(identity_kind="id_card", identity_number=number))
    assert one == other


def test_nothing_of_the_applicant_stands_in_clear_in_the_row():
    organ = make_organ()
    filed = intakes.file_request(Actor.applicant(), organ, person=PERSON, wish=WISH)
    row = Applicant.objects.get(intake=filed.intake)
    sealed = bytes(row.sealed)
    for text in (PERSON.name, PERSON.identity_number, PERSON.phone, WISH.title):
        assert text.encode() not in sealed
        assert text not in row.identity_index


def test_each_look_at_an_applicant_is_in_the_ledger_and_names_nobody():
    organ = make_organ()
    filed = intakes.file_request(Actor.applicant(), organ, person=PERSON, wish=WISH)
    officer = Actor.for_user(make_user(Role.REQUEST_OFFICER, organ))
    before = LedgerEntry.objects.filter(action="foi.reveal").count()
    shown, asked = persons.reveal(officer, filed.intake.applicant)
    assert (shown.name, asked.title) == (PERSON.name, WISH.title)
    entry = LedgerEntry.objects.filter(action="foi.reveal").latest("pk")
    assert LedgerEntry.objects.filter(action="foi.reveal").count() == before + 1
    assert PERSON.name not in f"{entry.object_label}{entry.changes}"


def test_another_bodys_officer_may_not_look():
    filed = intakes.file_request(Actor.applicant(), make_organ(), person=PERSON, wish=WISH)
    stranger = Actor.for_user(make_user(Role.REQUEST_OFFICER, make_organ()))
    with pytest.raises(PermissionDenied):
        persons.reveal(stranger, filed.intake.applicant)


def test_masks_hide_what_identifies_or_reaches_somebody():
    shown = persons.masked(PERSON)
    assert shown.name == "测某某"
    assert shown.identity_number.endswith(PERSON.identity_number[-4:])
    for name in ("name", "identity_number", "phone", "email", "address"):
        assert getattr(shown, name) != getattr(PERSON, name)


def test_a_heading_made_of_the_wish_holds_no_persons_numbers():
    heading = persons.subject_of(Wish(title=f"关于{identity_number()}的拆迁补偿协议"))
    assert identity_number() not in heading
    assert "拆迁补偿协议" in heading


def test_texts_in_clear_refuse_a_persons_numbers():
    with pytest.raises(ValidationError, match="不能写个人信息"):
        persons.refuse_personal(note=f"身份证 {identity_number()}")


def test_a_wish_must_say_what_is_wanted():
    assert "第二十九条" in check_wish(wish(title="", description=""))["title"]


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["", "id_card", "passport"]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_typed_is_judged_sealed_and_comes_back_tidy(name, text, kind):
    typed = Person(name=name, identity_kind=kind, identity_number=text, phone=text, email=text)
    asked = Wish(title=name, description=text)
    assert isinstance(check_person(typed), dict)
    assert isinstance(check_wish(asked), dict)
    row = Applicant(intake_id=1)
    persons.seal_person(row, typed, asked)
    assert persons.opened(row) == (persons.clean_person(typed), persons.clean_wish(asked))
    assert persons.clean_person(persons.clean_person(typed)) == persons.clean_person(typed)
    assert len(persons.subject_of(asked)) <= 78
