"""A request in plain words: where it stands, what happened, the days, and what can be done after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gongkai.foi.models import FoiEvent, FoiRequest, Intake
from gongkai.foi.notices.kinds import kind_of
from gongkai.foi.queries import outcome_words
from gongkai.foi.services.following import Followed, SeenNotice
from gongkai.statute.clock import ClockReading, ClockState
from gongkai.statute.workdays import WorkingDayResult

CELLS: Final = 60
"""So many cells the bar has at most; beyond, each stands for several days."""

ACT_TITLES: Final[dict[str, str | Promise]] = {
    "correction": gettext_lazy("提交补正"),
    "slip": gettext_lazy("提交缴费凭证"),
    "supply": gettext_lazy("改变提供形式"),
    "complain": gettext_lazy("投诉"),
    "withdraw": gettext_lazy("撤回申请"),
}


@dataclass(frozen=True)
class Standing:
    """Where the request stands: a word, a sentence, and whether the applicant must do something."""

    title: str
    text: str
    yours: bool = False
    until: date | None = None


class Placed(Protocol):
    """What has to be known of a request to say where it stands."""

    @property
    def intake(self) -> Intake: ...
    @property
    def request(self) -> FoiRequest | None: ...
    @property
    def reading(self) -> ClockReading | None: ...
    @property
    def confirm_by(self) -> date | None: ...


@dataclass(frozen=True)
class Entry:
    """Something that happened, for the timeline."""

    on: date
    title: str
    text: str = ""


@dataclass(frozen=True)
class Stretch:
    """Days of one kind: "used", "left", "over" count; "pause" does not."""

    kind: str
    first: date
    last: date
    days: int
    why: str
    article: str
    counts: bool


@dataclass(frozen=True)
class Bar:
    """The clock as a row of cells, and the stretches that it is made of."""

    cells: tuple[str, ...]
    each: int
    stretches: tuple[Stretch, ...]
    kinds: frozenset[str]


@dataclass(frozen=True)
class Paper:
    """A notice in the list of papers."""

    seen: SeenNotice
    title: str


@dataclass(frozen=True)
class After:
    """What can be done against the result. `text` is the paragraph as the notice prints it."""

    text: str
    paragraph: str
    review_until: WorkingDayResult | None
    suit_until: WorkingDayResult | None
    suit_scope: str
    articles: tuple[str, ...]
    ended: bool


def standing(case: Placed) -> Standing:
    """Where it stands today."""
    if case.request is None:
        return _waiting(case)
    reading = case.reading
    if reading is None:
        return Standing(
            _("办理中"), _("期限正在由机关核对，请以机关的告知为准；也可以直接联系机关。")
        )
    match reading.state:
        case ClockState.RUNNING:
            if reading.overdue:
                return Standing(
                    _("已超过答复期限"),
                    _("机关应当立即答复。您可以在下面投诉，也可以依法寻求救济（条例第五十一条）。"),
                )
            return Standing(_("办理中"), _("机关正在办理，请等候答复。"))
        case ClockState.PAUSED:
            return Standing(
                _("正在征求意见"),
                _("机关正在征求第三方或者其他机关的意见，这段时间不计入答复期限。"),
            )
        case ClockState.AWAITING_CORRECTION:
            return Standing(
                _("需要您补正"),
                _(
                    "请按补正告知书补充内容。逾期不补正又没有正当理由的，视为放弃申请（条例第三十条）。"
                ),
                yours=True,
                until=reading.other_due.on if reading.other_due else None,
            )
        case ClockState.AWAITING_PAYMENT:
            return Standing(
                _("需要您缴费"),
                _("请按收费通知缴纳信息处理费。逾期不缴的，视为放弃申请。"),
                yours=True,
                until=reading.other_due.on if reading.other_due else None,
            )
        case ClockState.DECIDED:
            return Standing(_("已作出答复，正在送达"), _("文书送达以后会列在下面。"))
        case ClockState.DELIVERED:
            return Standing(_("已经答复"), _("答复文书和提供的文件列在下面。"))
        case ClockState.WITHDRAWN:
            return Standing(_("已撤回"), _("您撤回了申请，机关不再办理。需要时可以重新申请。"))
        case _:
            return Standing(
                _("已结束"), _("逾期没有补正或者缴费，机关不再处理。需要时可以重新申请。")
            )


def _waiting(case: Placed) -> Standing:
    intake = case.intake
    match intake.state:
        case Intake.State.WAITING:
            return Standing(
                _("等待机关确认"),
                _(
                    "机关会按您留的联系方式与您确认；双方确认之日为收到申请之日，答复期限从那天算起（条例第三十一条）。"
                ),
                until=case.confirm_by,
            )
        case Intake.State.WITHDRAWN:
            return Standing(_("已撤回"), _("您撤回了申请，机关不再办理。需要时可以重新申请。"))
        case _:
            return Standing(
                _("没有作为申请办理"), _("机关认为来件不是政府信息公开申请，理由写在下面。")
            )


_TOLD: Final[dict[str, tuple[str | Promise, str | Promise]]] = {
    "received": (
        gettext_lazy("机关收到申请"),
        gettext_lazy("答复期限从下一个工作日起计算。"),
    ),
    "correction_requested": (
        gettext_lazy("机关要求补正"),
        gettext_lazy("申请的内容不够明确，机关一次性告知补正；等待补正的时间不计入答复期限。"),
    ),
    "correction_received": (
        gettext_lazy("机关收到补正"),
        gettext_lazy("答复期限从下一个工作日起重新计算。"),
    ),
    "correction_lapsed": (gettext_lazy("逾期没有补正"), gettext_lazy("视为放弃申请。")),
    "third_party_consulted": (
        gettext_lazy("征求第三方意见"),
        gettext_lazy("申请的信息涉及第三方的合法权益；这段时间不计入答复期限。"),
    ),
    "third_party_answered": (gettext_lazy("第三方已答复意见"), gettext_lazy("答复期限继续计算。")),
    "organ_consulted": (
        gettext_lazy("征求其他机关意见"),
        gettext_lazy("信息由几个机关共同制作；这段时间不计入答复期限。"),
    ),
    "organ_answered": (gettext_lazy("其他机关已答复意见"), gettext_lazy("答复期限继续计算。")),
    "extended": (gettext_lazy("延长答复期限"), ""),
    "delay_stated": (gettext_lazy("告知延迟答复"), ""),
    "fee_noticed": (
        gettext_lazy("机关通知缴费"),
        gettext_lazy("缴纳之前的时间不计入答复期限。"),
    ),
    "fee_paid": (gettext_lazy("机关收到缴费"), ""),
    "fee_lapsed": (gettext_lazy("逾期没有缴费"), gettext_lazy("视为放弃申请。")),
    "decided": (gettext_lazy("机关作出答复"), ""),
    "delivered": (gettext_lazy("答复送达"), ""),
    "withdrawn": (gettext_lazy("申请撤回"), ""),
    "reopened": (
        gettext_lazy("责令重新答复"),
        gettext_lazy("复议机关或者人民法院要求机关重新答复。"),
    ),
}


def timeline(case: Followed) -> list[Entry]:
    """What happened, oldest first."""
    asked = case.asked
    came = _("您在网上提交了申请") if asked.channel == "online" else _("机关收件")
    entries = [Entry(asked.arrived_on, came)]
    if case.intake.pk != asked.pk:
        entries.append(
            Entry(
                case.intake.arrived_on,
                _("转到有权办理的机关"),
                _("现在由%(organ)s办理。") % {"organ": case.organ.name},
            )
        )
    entries += [_event(event) for event in sorted(case.events, key=lambda one: (one.on, one.seq))]
    return entries


def _event(event: FoiEvent) -> Entry:
    title, text = _TOLD.get(event.type, (_("办理事项"), ""))
    said = str(text)
    data = event.data
    if event.type == "extended":
        said = _("延长%(days)s个工作日（条例第三十三条）。") % {"days": data.get("days", "")}
    elif event.type == "delay_stated":
        said = _("将于%(day)s前答复（条例第三十五条）。") % {"day": data.get("until", "")}
    elif event.type == "fee_noticed":
        said = _("金额%(amount)s元。") % {"amount": data.get("amount", "")} + said
    return Entry(event.on, str(title), said)


def result(case: Followed) -> str:
    """The outcome in the words of table three; "" while there is none."""
    return outcome_words(case.outcome, case.outcome_subtype) if case.outcome else ""


def bar(reading: ClockReading) -> Bar:
    """The working days of the request, counted and not counted, up to the due date."""
    stretches = []
    for part in reading.segments:
        if part.working_days < 1:
            continue
        if not part.counts:
            kind = "pause"
        elif reading.deadline is not None and part.first > reading.deadline:
            kind = "over"
        else:
            kind = "left" if part.future else "used"
        stretches.append(
            Stretch(
                kind, part.first, part.last, part.working_days, part.why, part.article, part.counts
            )
        )
    total = sum(one.days for one in stretches)
    each = max(1, -(-total // CELLS))
    cells: list[str] = []
    for one in stretches:
        cells += [one.kind] * max(1, round(one.days / each))
    return Bar(tuple(cells), each, tuple(stretches), frozenset(cells))


def remedy(case: Followed) -> After | None:
    """The way to review and court, with the last days once the notice has come."""
    found = case.remedy
    if found is None:
        return None
    today = case.reading.today if case.reading else None
    last = max(
        (one.date for one in (found.review_until, found.suit_until) if one is not None),
        default=None,
    )
    return After(
        text=found.text.replace("本告知书", "告知书"),
        paragraph=found.paragraph,
        review_until=found.review_until,
        suit_until=found.suit_until,
        suit_scope=found.suit_scope,
        articles=found.articles,
        ended=bool(last and today and today > last),
    )


def notices(case: Followed) -> list[Paper]:
    """The papers that were sent, with their names."""
    return [Paper(one, kind_of(one.notice.kind).title) for one in case.notices]
