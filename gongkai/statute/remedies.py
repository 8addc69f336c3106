"""What a person may do against a decision: the paragraph on the notice and its last days.

Paragraph A (review *or* suit), B (review must come first, 复议前置) or C (a step in the
procedure: no remedy of its own). Periods are calendar days and months; the day of receipt is not
counted, and a last day that is a rest day rolls to the first working day after it (民诉法第
八十五条, applied by 复议法第八十八条 and 行诉法第一百零一条).

Who decides the review and which court is competent is configuration of the body and comes in
as text; nothing here knows a court.
"""

from dataclasses import dataclass
from datetime import date

from .outcomes import NOTICES, Paragraph, QueryRemedy, UnknownOutcome, outcome
from .parameters import number, parameter
from .workdays import WorkCalendar, WorkingDayResult, add_calendar_days, add_months


@dataclass(frozen=True)
class Periods:
    """The periods in force on the day of a decision, as the notice prints them."""

    review_days: int
    suit_months: int
    suit_after_review_days: int


@dataclass(frozen=True)
class RemedyReading:
    """The remedy that goes with a decision.

    `review_until` and `suit_until` are None while the day of receipt is unknown. With paragraph
    B a direct suit is not open, so `suit_until` is None, except for a partial disclosure, where
    it concerns the released part alone (`suit_scope` says so).
    """

    paragraph: Paragraph
    text: str
    articles: tuple[str, ...]
    review_until: WorkingDayResult | None = None
    suit_until: WorkingDayResult | None = None
    suit_scope: str = ""


def periods(decided_on: date) -> Periods:
    """The remedy periods for a decision of that day, chosen by date."""
    return Periods(
        review_days=number("review.days", decided_on),
        suit_months=number("suit.months", decided_on),
        suit_after_review_days=number("suit_after_review.days", decided_on),
    )


def remedy_for(
    code: str,
    decided_on: date,
    *,
    received_on: date | None = None,
    calendar: WorkCalendar | None = None,
    query_remedy: QueryRemedy = "B",
    review_body: str = "行政复议机关",
    court: str = "有管辖权的人民法院",
    online_review: str = "",
) -> RemedyReading:
    """The remedy paragraph for an outcome, and its last days once the notice is received.

    `received_on` needs `calendar`. `query_remedy` is the body's reading for 行政查询事项
    (36(7)): "B" (default) mentions the review first, which is safe in both readings; "A" follows
    法释〔2025〕8号第一条. `online_review` is the address for applying online and is due when the
    notice is delivered online (复议法第二十二条第二款).

    Raises `UnknownOutcome` for an unknown code and `ValueError` for CARRIED, which decides
    nothing.
    """
    found = outcome(code)
    paragraph = found.remedy(decided_on, query_remedy=query_remedy)
    terms = periods(decided_on)
    ordinary = (
        f"可以自收到本告知书之日起{terms.review_days}日内向{review_body}申请行政复议，"
        f"或者自收到本告知书之日起{terms.suit_months}个月内向{court}提起行政诉讼。"
    )
    partial = code == "PARTIAL" and paragraph == "B"
    if paragraph == "A":
        text = f"如不服本决定，{ordinary}"
    else:
        part = "其中不予公开的部分" if partial else "本决定"
        text = (
            f"如不服{part}，应当自收到本告知书之日起{terms.review_days}日内先向{review_body}"
            "申请行政复议。对行政复议决定不服，或者行政复议机关逾期不作决定的，可以自收到复议决定"
            f"书之日或者复议期满之日起{terms.suit_after_review_days}日内向{court}提起行政诉讼。"
            "未经行政复议，不得直接提起行政诉讼。"
        )
        if partial:
            text += f"对已经公开的部分有异议的，{ordinary}"
    if online_review:
        text += f"可以通过互联网申请行政复议：{online_review}"
    review_until = suit_until = None
    if received_on is not None:
        if calendar is None:
            raise TypeError("received_on needs a calendar")
        review_until = add_calendar_days(received_on, terms.review_days, calendar)
        if paragraph == "A" or partial:
            suit_until = add_months(received_on, terms.suit_months, calendar)
    return RemedyReading(
        paragraph=paragraph,
        text=text,
        articles=_articles(paragraph, decided_on, partial=partial, online=bool(online_review)),
        review_until=review_until,
        suit_until=suit_until,
        suit_scope="已经公开的部分" if partial else "",
    )


def remedy_of_notice(number_: str) -> Paragraph | None:
    """The paragraph a notice outside a decision carries: C for a step in the procedure.

    None for papers that concern no right (receipt, file copy), and for decisions, whose
    paragraph depends on the outcome: use `remedy_for`. Raises `UnknownOutcome`.
    """
    try:
        rule = NOTICES[number_].remedy
    except KeyError:
        raise UnknownOutcome(f"没有编号为“{number_}”的文书；编号自 N01 至 N24。") from None
    if rule == "A":
        return "A"
    return "C" if rule == "C" else None


def suit_after_review(
    received_on: date, calendar: WorkCalendar, *, decided_on: date | None = None
) -> WorkingDayResult:
    """The last day for a suit after review (行诉法第四十五条).

    `received_on` is the day the review decision arrived or, when none was made, the day the time
    for making it ran out. The period in force is chosen by `decided_on`, by default that day.
    """
    days = number("suit_after_review.days", decided_on or received_on)
    return add_calendar_days(received_on, days, calendar)


def _articles(
    paragraph: Paragraph, decided_on: date, *, partial: bool, online: bool
) -> tuple[str, ...]:
    keys = ["review.days"]
    if paragraph == "B":
        keys += ["review.mandatory_first", "suit_after_review.days"]
    if paragraph == "A" or partial:
        keys.append("suit.months")
    articles = [parameter(key, decided_on).article for key in keys]
    if online:
        articles.append("复议法第二十二条第二款")
    return tuple(articles)
