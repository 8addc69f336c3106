"""How scenarios of fees, outcomes, remedies and holiday notices are read.

A handler takes `given` and `expect` of one scenario and asserts. A key that a kind does not know
is an error: a misspelt expectation must not pass.
"""

from collections.abc import Callable
from typing import Any

import pytest

from gongkai.statute.fees import FeeError, fee_by_items, fee_by_pages
from gongkai.statute.notices import parse_holiday_notice
from gongkai.statute.outcomes import UnknownOutcome, outcome, row_for
from gongkai.statute.remedies import remedy_for, suit_after_review
from gongkai.statute.workdays import LayeredCalendar, WorkingDayResult

CALENDAR = LayeredCalendar()


def check_fee(given: dict[str, Any], expect: dict[str, Any]) -> None:
    """`items` of a month or `pages` of a request, received on `received_on`."""
    on = given["received_on"]
    fee, count = (fee_by_items, "items") if "items" in given else (fee_by_pages, "pages")
    if "error" in expect:
        with pytest.raises(FeeError, match=expect["error"]):
            fee(given[count], on)
        assert expect.keys() == {"error"}, "a refused fee has no figures"
        return
    reading = fee(given[count], on)
    figures = {
        "amount": reading.amount,
        "last_rate": reading.last_rate,
        "brackets": len(reading.brackets),
        "lines": reading.lines(),
    }
    assert {name: figures[name] for name in expect} == expect


def check_outcome(given: dict[str, Any], expect: dict[str, Any]) -> None:
    """`code` and `subtype`, decided on `decided_on`; an `error` may stand beside figures."""
    expected = dict(expect)
    code, subtype = given["code"], given.get("subtype", "")
    if "error" in expected:
        with pytest.raises((UnknownOutcome, ValueError), match=expected.pop("error")):
            _use(given)
        if not expected:
            return
    found = outcome(code)
    notice = found.notice_for(subtype)
    assert set(expected.pop("articles", ())) <= set(found.articles_for(subtype))
    assert expected.pop("never", "") in "；".join(found.never_for(subtype))
    figures = {
        "label": found.label,
        "notice": notice.number if notice else None,
        "proofs": [proof.key for proof in found.proofs_for(subtype)],
        "rows": {year: row_for(code, str(year)) for year in expected.get("rows", ())},
    }
    if "remedy" in expected:
        figures["remedy"] = _use(given)
    assert {name: figures[name] for name in expected} == expected


def _use(given: dict[str, Any]) -> str:
    found = outcome(given["code"])
    found.notice_for(given.get("subtype", ""))
    return found.remedy(given["decided_on"], query_remedy=given.get("query_remedy", "B"))


def check_remedy(given: dict[str, Any], expect: dict[str, Any]) -> None:
    """A decision by `code` and `decided_on`, received on `received_on`, with the options of
    `remedy_for`; or a review decision received on `review_decision_received_on`.
    """
    if "review_decision_received_on" in given:
        until = suit_after_review(given["review_decision_received_on"], CALENDAR)
        assert expect == {"suit_until": until.date}
        return
    expected = dict(expect)
    options = {key: value for key, value in given.items() if key != "code"}
    if "error" in expected:
        with pytest.raises(ValueError, match=expected["error"]):
            remedy_for(given["code"], calendar=CALENDAR, **options)
        assert expected.keys() == {"error"}, "a refused decision has no remedy"
        return
    reading = remedy_for(given["code"], calendar=CALENDAR, **options)
    assert all(words in reading.text for words in expected.pop("says", ())), reading.text
    assert not any(words in reading.text for words in expected.pop("lacks", ())), reading.text
    assert set(expected.pop("articles", ())) <= set(reading.articles)
    figures = {
        "paragraph": reading.paragraph,
        "review_until": _day(reading.review_until),
        "suit_until": _day(reading.suit_until),
        "suit_provisional": reading.suit_until and reading.suit_until.provisional,
        "suit_scope": reading.suit_scope,
    }
    assert {name: figures[name] for name in expected} == expected


def _day(result: WorkingDayResult | None) -> object:
    return result.date if result else None


def check_notice(given: dict[str, Any], expect: dict[str, Any]) -> None:
    """The `text` of a holiday notice, and the `year` where the text lacks it."""
    reading = parse_holiday_notice(given["text"], given.get("year"))
    figures = {
        "year": reading.year,
        "rest": sorted(reading.rest_days),
        "work": sorted(reading.make_up_days),
        "rest_count": len(reading.rest_days),
        "problems": sorted({problem.kind for problem in reading.blocking}),
    }
    assert {name: figures[name] for name in expect} == expect


HANDLERS: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "fee": check_fee,
    "outcome": check_outcome,
    "remedy": check_remedy,
    "notice": check_notice,
}
