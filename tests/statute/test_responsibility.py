"""Who answers for the disclosure of a piece of information (Art. 10)."""

from __future__ import annotations

from gongkai.statute.responsibility import Party, propose

CITY = Party("1", "义马市人民政府")
BUREAU = Party("2", "测试局")
OTHER = Party("3", "另一局")
BRANCH = Party("4", "测试局某分局", own_name=False, principal=BUREAU)


def test_who_made_it_answers() -> None:
    found = propose("made", keeper=BUREAU)
    assert (found.key, found.rule) == ("2", "maker")
    assert found.explanation.startswith("依据条例第十条：")


def test_of_several_makers_the_lead_answers() -> None:
    found = propose("made", keeper=OTHER, makers=(BUREAU, OTHER))
    assert (found.name, found.rule) == ("测试局", "lead")
    assert "与另一局共同制作" in found.explanation
    assert "牵头制作" in found.explanation


def test_what_citizens_gave_is_the_keepers() -> None:
    found = propose("from_public", keeper=BUREAU, makers=(OTHER,))
    assert (found.key, found.rule) == ("2", "keeper")


def test_what_another_body_made_is_the_makers() -> None:
    found = propose("from_organ", keeper=BUREAU, makers=(CITY,))
    assert (found.key, found.rule) == ("1", "maker")
    assert "测试局只是保存复本" in found.explanation


def test_where_the_maker_is_unknown_the_first_obtainer_answers() -> None:
    found = propose("from_organ", keeper=BUREAU, first_obtainer=OTHER)
    assert (found.key, found.rule) == ("3", "first_obtainer")


def test_without_maker_and_obtainer_the_keeper_stands_in_and_is_told_what_lacks() -> None:
    found = propose("from_organ", keeper=BUREAU)
    assert (found.key, found.rule) == ("2", "unknown")
    assert "请补充制作机关" in found.explanation


def test_a_branch_answers_only_where_it_acts_in_its_own_name() -> None:
    found = propose("made", keeper=BRANCH)
    assert found.key == "2"
    assert "不以自己名义" in found.explanation
    own = Party("4", "测试局某分局", own_name=True, principal=BUREAU)
    assert propose("made", keeper=own).key == "4"


def test_a_branch_of_a_branch_leads_up_to_whoever_acts_in_its_own_name() -> None:
    office = Party("5", "某站", own_name=False, principal=BRANCH)
    assert propose("from_public", keeper=office).key == "2"
