"""依申请公开 in plain words: who, how, how long, what it costs, what can be done against a decision.

Every number is a dated parameter of the statute, chosen by the day on which the page is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

from gongkai.organs.models import Organ
from gongkai.statute import remedies
from gongkai.statute.parameters import Parameter, number, parameter


@dataclass(frozen=True)
class Step:
    """One thing the law says, with its article."""

    title: str
    text: str
    article: str


@dataclass(frozen=True)
class Way:
    """A way in which a request can be filed today."""

    name: str
    text: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Bracket:
    """A row of the schedule of fees."""

    span: str
    rate: str


@dataclass(frozen=True)
class Schedule:
    """One of the two ways of charging."""

    title: str
    brackets: tuple[Bracket, ...]
    article: str


@dataclass(frozen=True)
class Guide:
    """All that the page says besides the body's own addresses."""

    on: date
    clock: tuple[Step, ...]
    schedules: tuple[Schedule, ...]
    payment: Step
    remedies: tuple[Step, ...]


def guide(on: date) -> Guide:
    """What holds on that day."""
    return Guide(on, _clock(on), _schedules(on), _payment(on), _remedies(on))


def ways(body: Organ) -> tuple[Way, ...]:
    """How the body itself can be reached; a way that is not known is left out."""
    office = body.office_name or body.name
    found = []
    if body.address:
        found.append(
            Way(
                _("邮寄"),
                _("把申请书寄到下面的地址，信封左下角写明“政府信息公开申请”。"),
                (_("收件人：%(office)s") % {"office": office}, body.address),
            )
        )
        hours = (body.office_hours,) if body.office_hours else ()
        found.append(
            Way(
                _("当面提交"),
                _("在办公时间到下面的地址提交；书写有困难的，可以口头提出，由工作人员代为填写。"),
                (office, body.address, *hours),
            )
        )
    if body.email:
        found.append(
            Way(_("电子邮件"), _("把填写好的申请书发到下面的邮箱，并留下联系电话。"), (body.email,))
        )
    return tuple(found)


def _clock(on: date) -> tuple[Step, ...]:
    correction = parameter("foi.correction_notice_days", on)
    answer = parameter("foi.answer_days", on)
    longer = parameter("foi.extension_days_max", on)
    third = parameter("foi.third_party_days", on)
    other = parameter("foi.organ_consult_days", on)
    return (
        Step(
            _("收到"),
            _(
                "当面提交的，提交之日为收到之日；邮寄的，签收之日为收到之日；以电子邮件提交的，双方确认之日为收到之日。"
            ),
            _("条例第三十一条"),
        ),
        Step(
            _("内容不明确时"),
            _("机关在收到之日起%(days)s个工作日内一次性告知您补正。补正前的时间不算在答复期限内。")
            % {"days": correction.value},
            correction.article,
        ),
        Step(
            _("答复"),
            _("能够当场答复的当场答复；不能的，自收到之日起%(days)s个工作日内答复。")
            % {"days": answer.value},
            answer.article,
        ),
        Step(
            _("延长"),
            _("需要更多时间的，经机关负责人同意并告知您，最多再延长%(days)s个工作日。")
            % {"days": longer.value},
            longer.article,
        ),
        Step(
            _("征求意见"),
            _(
                "涉及他人商业秘密或者个人隐私的，要征求第三方意见，第三方在%(third)s个工作日内答复；由几个机关共同制作的，征求其他机关意见，其他机关在%(other)s个工作日内答复。征求意见的时间不算在答复期限内。"
            )
            % {"third": third.value, "other": other.value},
            f"{third.article}、{other.article}",
        ),
    )


def _schedules(on: date) -> tuple[Schedule, ...]:
    return (
        _schedule(parameter("fee.by_item", on), _("按件计收（同一人一个月内的申请）"), _("件")),
        _schedule(parameter("fee.by_page", on), _("按量计收（每件申请的页数）"), _("页")),
    )


def _schedule(rule: Parameter, title: str, unit: str) -> Schedule:
    rows = list(rule.value)
    brackets = [
        _bracket(row["from"], following["from"] - 1, row["rate"], unit)
        for row, following in pairwise(rows)
    ]
    last = rows[-1]
    if "step" in last:
        brackets.append(_bracket(last["from"], last["from"] + last["step"] - 1, last["rate"], unit))
        brackets.append(
            Bracket(
                _("第%(first)s%(unit)s起") % {"first": last["from"] + last["step"], "unit": unit},
                _("每增加%(step)s%(unit)s，每%(unit)s再加%(more)s元")
                % {"step": last["step"], "more": last["increase"], "unit": unit},
            )
        )
    else:
        brackets.append(
            Bracket(
                _("第%(first)s%(unit)s起") % {"first": last["from"], "unit": unit},
                _rate(last["rate"], unit),
            )
        )
    return Schedule(title, tuple(brackets), rule.article)


def _bracket(first: int, last: int, rate: int, unit: str) -> Bracket:
    return Bracket(
        _("第%(first)s至%(last)s%(unit)s") % {"first": first, "last": last, "unit": unit},
        _rate(rate, unit),
    )


def _rate(rate: int, unit: str) -> str:
    return _("每%(unit)s%(rate)s元") % {"rate": rate, "unit": unit} if rate else _("不收费")


def _payment(on: date) -> Step:
    rule = parameter("fee.payment_days", on)
    return Step(
        _("缴纳"),
        _("收到收费通知后%(days)s个工作日内缴纳；逾期不缴的，视为放弃申请。")
        % {"days": rule.value},
        rule.article,
    )


def _remedies(on: date) -> tuple[Step, ...]:
    terms = remedies.periods(on)
    review = parameter("review.days", on)
    first = parameter("review.mandatory_first", on)
    suit = parameter("suit.months", on)
    after = parameter("suit_after_review.days", on)
    found = [
        Step(
            _("行政复议"),
            _("不服答复的，可以自收到答复之日起%(days)s日内申请行政复议。")
            % {"days": terms.review_days},
            review.article,
        ),
        Step(
            _("行政诉讼"),
            _("也可以自收到答复之日起%(months)s个月内直接向人民法院起诉。")
            % {"months": terms.suit_months},
            suit.article,
        ),
    ]
    if first.value:
        found.append(
            Step(
                _("不予公开的，先申请复议"),
                _(
                    "对机关依照条例第十四条、第十五条、第十六条不予公开的决定不服的，应当先申请行政复议；对复议决定仍不服的，自收到之日起%(days)s日内起诉。"
                )
                % {"days": terms.suit_after_review_days},
                f"{first.article}、{after.article}",
            )
        )
    found.append(
        Step(
            _("投诉举报"),
            _(
                "认为机关不依法履行公开义务的，可以向上一级行政机关或者政府信息公开工作主管部门投诉、举报。"
            ),
            _("条例第五十一条"),
        )
    )
    return tuple(found)


def publication_days(on: date) -> int:
    """Within how many working days proactive information must be published (Art. 26)."""
    return number("publication.days", on)
