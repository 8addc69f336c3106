"""Outcomes: the data is whole, agrees with the report formats, and guards its use."""

from datetime import date

import pytest

from gongkai.statute.formats import get_format
from gongkai.statute.outcomes import (
    NOTICES,
    OUTCOMES,
    UnknownOutcome,
    missing_proofs,
    outcome,
    row_for,
)

DECIDED = date(2026, 3, 6)
CODES = [
    "GRANT",
    "PARTIAL",
    "DENY_SECRET",
    "DENY_LAW",
    "DENY_SAFETY",
    "DENY_THIRD",
    "DENY_INTERNAL",
    "DENY_PROCESS",
    "DENY_CASEFILE",
    "DENY_QUERY",
    "UNABLE_NOT_HELD",
    "UNABLE_CREATE",
    "UNABLE_UNCLEAR",
    "REFUSE_PETITION",
    "REFUSE_REPEAT",
    "REFUSE_PUBLICATION",
    "REFUSE_EXCESSIVE",
    "REFUSE_CONFIRM",
    "OTHER_NO_SUPPLEMENT",
    "OTHER_NO_PAYMENT",
    "OTHER_MISC",
    "CARRIED",
]


def test_the_codes_stand_in_the_order_of_table_three() -> None:
    assert list(OUTCOMES) == CODES


@pytest.mark.parametrize("format_id", ["2019", "2021"])
def test_every_outcome_has_its_row_in_the_format_and_every_result_row_an_outcome(
    format_id: str,
) -> None:
    cells = get_format(format_id).cells
    for code in CODES:
        assert f"t3.{row_for(code, format_id)}.natural" in cells
    rows = list(dict.fromkeys(cell.row for cell in cells.values() if cell.table == "t3"))
    own = {"new", "carried_in", "result_total"}
    assert list(dict.fromkeys(row_for(code, format_id) for code in CODES)) == [
        row for row in rows if row not in own
    ]


def test_a_format_nobody_knows_and_an_unknown_code_are_explained() -> None:
    with pytest.raises(UnknownOutcome, match="没有对应的行；已知格式：2019、2021"):
        row_for("GRANT", "2030")
    with pytest.raises(UnknownOutcome, match="没有代码为“XYZ”的办理结果"):
        row_for("XYZ", "2021")
    with pytest.raises(UnknownOutcome, match="GRANT（予以公开）"):
        outcome("grant")


def test_every_decision_has_a_notice_a_remedy_and_something_to_prove() -> None:
    for code, found in OUTCOMES.items():
        if not found.is_decision:
            assert code == "CARRIED"
            continue
        assert found.notice is not None
        assert found.remedy(DECIDED) in ("A", "B")
        for subtype in found.subtypes or [""]:
            assert found.proofs_for(subtype), (code, subtype)
            assert found.articles_for(subtype) or code == "OTHER_MISC"


def test_the_notice_says_the_remedy_its_outcomes_have() -> None:
    for found in OUTCOMES.values():
        for subtype in found.subtypes or [""]:
            notice = found.notice_for(subtype)
            if notice is None:
                continue
            allowed = {"A": {"A"}, "B": {"B"}, "A/B": {"A", "B"}}[notice.remedy]
            assert found.remedy(DECIDED) in allowed
            assert notice.addressee == "申请人"


def test_only_refusals_and_partial_disclosure_must_go_to_review_first() -> None:
    """法释〔2025〕8号 Art. 1: refusals under Arts. 14, 15, 16; the query row by default too."""
    first = {c for c, o in OUTCOMES.items() if o.is_decision and o.remedy(DECIDED) == "B"}
    assert first == {code for code in CODES if code.startswith("DENY_")} | {"PARTIAL"}


def test_what_is_missing_is_named_before_an_outcome_may_be_used() -> None:
    assert [p.key for p in missing_proofs("DENY_PROCESS", ["process_kind"])] == ["no_rule_requires"]
    assert missing_proofs("DENY_PROCESS", {"process_kind", "no_rule_requires"}) == ()
    [proof] = missing_proofs("UNABLE_NOT_HELD", [], "not_exist")
    assert "查找记录" in proof.text
    assert missing_proofs("CARRIED", []) == ()


def test_the_catalogue_of_notices_is_complete() -> None:
    assert list(NOTICES) == [f"N{n:02d}" for n in range(1, 25)] + ["GENERAL"]
    assert NOTICES["N12"].name == "不予公开告知书"
    assert NOTICES["GENERAL"].number == ""


def test_the_data_cannot_be_changed_by_its_readers() -> None:
    with pytest.raises(TypeError):
        OUTCOMES["GRANT"].rows["2021"] = "x"  # type: ignore[index]


def test_an_unknown_code_is_answered_with_the_three_nearest_or_with_all() -> None:
    with pytest.raises(UnknownOutcome) as near:
        outcome("DENY_PRO")
    assert str(near.value).count("（") == 3
    assert "可用：DENY_PROCESS（" in str(near.value)
    with pytest.raises(UnknownOutcome) as far:
        outcome("zzz")
    assert str(far.value).count("（") >= len(OUTCOMES)
