"""What must be published without being asked (Arts. 20, 21), and why something is not (13–16)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.statute import exemptions, proactive
from gongkai.statute.assessment import next_assessment
from gongkai.statute.outcomes import OUTCOMES

COUNTY = "county"


def codes(kind: str, level: str, **options: bool) -> set[str]:
    return {item.code for item in proactive.items_for(kind, level, **options)}


def test_article_20_has_fifteen_items() -> None:
    twenty = [item for item in proactive.ITEMS.values() if item.group == "20"]
    assert [item.code for item in twenty] == [f"20-{n:02d}" for n in range(1, 16)]
    assert {item.article for item in twenty} == {"条例第二十条"}


def test_article_21_adds_seven_items_for_counties_and_eight_for_townships() -> None:
    assert len(codes("government", COUNTY) - codes("department", "province")) == 7
    township = codes("township", "township")
    assert {code for code in township if code.startswith("21")} == {
        f"21B-{n:02d}" for n in range(1, 9)
    }


def test_departments_of_a_county_owe_what_their_government_owes() -> None:
    assert codes("department", COUNTY) == codes("government", COUNTY)


def test_a_province_owes_article_20_alone() -> None:
    assert codes("government", "province") == {f"20-{n:02d}" for n in range(1, 16)}


def test_a_sub_district_owes_township_items_only_where_the_city_says_so() -> None:
    """Art. 21 names 乡（镇）人民政府; a 街道办事处 is none [reading, a setting]."""
    assert not any(code.startswith("21B") for code in codes("subdistrict", COUNTY))
    both = codes("subdistrict", COUNTY, subdistricts_as_townships=True)
    assert {"21A-01", "21B-01"} <= both


def test_public_utilities_follow_rules_of_their_own() -> None:
    """Art. 55."""
    assert codes("public_utility", COUNTY) == set()


def test_a_code_that_the_list_has_not_is_its_own_label() -> None:
    assert proactive.label("20-07") == "财政预算、决算信息"
    assert proactive.label("99-01") == "99-01"


def test_a_proactive_item_needs_no_ground() -> None:
    assert exemptions.missing("", "proactive", ()) == []
    assert exemptions.limbs_for("proactive") == ()


def test_whatever_is_not_published_needs_a_limb_of_the_law() -> None:
    """Art. 5: openness is the rule."""
    assert "法定情形" in exemptions.missing("", "withheld", ("reason",))[0]
    assert "法定情形" in exemptions.missing("敏感", "withheld", ("reason",))[0]


@pytest.mark.parametrize("code", ["14-1", "14-2", "14-3"])
def test_article_14_needs_evidence_and_never_leads_to_disclosure_on_request(code: str) -> None:
    assert len(exemptions.missing(code, "withheld", ("reason",))) == 1
    assert exemptions.missing(code, "withheld", ("reason", "evidence")) == []
    assert "不能作为" in exemptions.missing(code, "on_request", ("reason", "evidence"))[0]


@pytest.mark.parametrize("code", ["15-1", "15-2"])
def test_article_15_needs_the_consultation_or_why_there_is_none(code: str) -> None:
    assert "征求第三方意见" in exemptions.missing(code, "withheld", ("reason",))[0]
    assert exemptions.missing(code, "withheld", ("reason", "consultation")) == []


def test_article_16_needs_the_reason_for_using_the_discretion() -> None:
    assert "裁量" in exemptions.missing("16-1", "withheld", ())[0]
    assert exemptions.missing("16-1", "withheld", ("reason",)) == []
    assert "没有法律、法规、规章" in exemptions.missing("16-2", "withheld", ("reason",))[0]


def test_every_limb_of_14_to_16_is_the_ground_of_one_outcome_upon_request() -> None:
    for limb in exemptions.LIMBS.values():
        assert (limb.outcome == "") is (limb.code == "13")
        if limb.outcome:
            assert limb.article in OUTCOMES[limb.outcome].articles


@given(
    st.sampled_from(sorted(exemptions.LIMBS)),
    st.sampled_from(["withheld", "on_request"]),
    st.sets(st.sampled_from(sorted(exemptions.NEEDS))),
)
def test_stating_more_never_leaves_more_missing(
    code: str, attribute: str, stated: set[str]
) -> None:
    everything = exemptions.missing(code, attribute, exemptions.NEEDS)
    assert len(everything) <= len(exemptions.missing(code, attribute, stated))
    assert (everything == []) is (attribute in exemptions.LIMBS[code].attributes)


def test_what_is_withheld_is_assessed_after_a_year() -> None:
    """Art. 18; the interval is a reading."""
    assert next_assessment(date(2020, 3, 5)) == date(2021, 3, 5)
    assert next_assessment(date(2020, 2, 29)) == date(2021, 2, 28)


@given(st.dates(date(2008, 5, 1), date(2090, 1, 1)))
def test_the_next_assessment_lies_a_year_ahead(day: date) -> None:
    assert 364 <= (next_assessment(day) - day).days <= 366
