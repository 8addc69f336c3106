"""The events of a case: immutable, typed, dated; and how they are read from JSON.

An event says what happened and on which day, never what follows from it: the consequences are
the clock's. `on` is the day that counts by law, a date of China: the day of receipt in the sense
of 条例第三十一条 (for ordinary letters the day it was confirmed with the applicant, for online
requests and faxes the day both sides confirmed), the day a notice was sent, for answers sent by
post the day of posting (国办公开办函〔2016〕235号).

In JSON an event is `{"type": …, "on": "YYYY-MM-DD", …}` with the fields of its class. Fields an
event does not have are ignored, so that records may carry notes of their own.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Final

CHANNELS: Final[Mapping[str, str]] = {
    "counter": "当面提交",
    "registered_mail": "邮寄签收",
    "ordinary_mail": "平常信函，经与申请人确认",
    "online": "互联网渠道，经双方确认",
    "email": "电子邮件，经双方确认",
    "fax": "传真，经双方确认",
}

#: Years outside are slips of the pen; the limit also keeps every count finite. A day to read
#: the clock on ends earlier, so that dates computed from it are still dates of events.
_YEARS: Final = range(2000, 2300)
_YEARS_OF_TODAY: Final = range(2000, 2200)
_LONGEST_PERIOD: Final = 366


class EventError(ValueError):
    """An event that cannot be read: an unknown type, a bad date, a missing field.

    The message is Chinese and says which item it is and what was expected.
    """


@dataclass(frozen=True)
class Event:
    """Something that happened to a request on the day `on`."""

    type: ClassVar[str]
    label: ClassVar[str]

    on: date

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if isinstance(value, datetime):
                raise EventError(f"{field.name} 应为日期，不应带时刻：先换成中国的日期")
            if isinstance(value, date) and value.year not in _YEARS:
                raise EventError(f"{field.name} 的年份 {value.year} 不合理，请核对日期")
        self._check()

    def _check(self) -> None:
        """Raise `EventError` when the fields contradict each other."""

    def _not_before_on(self, name: str, value: date | None) -> None:
        if value is not None and value < self.on:
            raise EventError(f"{name}（{value}）不应早于 on（{self.on}）")


@dataclass(frozen=True)
class Received(Event):
    """收到申请 (C1). `arrived_on`: the day a letter or online request arrived unconfirmed."""

    type: ClassVar[str] = "received"
    label: ClassVar[str] = "收到申请"

    channel: str
    arrived_on: date | None = None

    def _check(self) -> None:
        if self.channel not in CHANNELS:
            raise EventError(f"channel “{self.channel}”不认识，应为 {'、'.join(CHANNELS)} 之一")
        if self.arrived_on is not None and self.arrived_on > self.on:
            raise EventError(f"arrived_on（{self.arrived_on}）不应晚于 on（{self.on}）")


@dataclass(frozen=True)
class CorrectionRequested(Event):
    """补正告知 (C2), with the period it states: its last day `until`, or `days` working days."""

    type: ClassVar[str] = "correction_requested"
    label: ClassVar[str] = "补正告知"

    until: date | None = None
    days: int | None = None

    def _check(self) -> None:
        if self.until is not None and self.days is not None:
            raise EventError("until 与 days 只能填一个：补正期限要么写截止日，要么写工作日数")
        if self.until is not None and self.until <= self.on:
            raise EventError(f"until（{self.until}）应晚于 on（{self.on}）：补正期限须合理")
        if self.days is not None and not 1 <= self.days <= _LONGEST_PERIOD:
            raise EventError(f"days 应为 1 至 {_LONGEST_PERIOD} 的整数，现为 {self.days}")


@dataclass(frozen=True)
class CorrectionReceived(Event):
    """收到补正 (C3). `justified`: late for a 正当理由, which reopens a lapsed case."""

    type: ClassVar[str] = "correction_received"
    label: ClassVar[str] = "收到补正"

    justified: bool = False


@dataclass(frozen=True)
class CorrectionLapsed(Event):
    """逾期不补正，视为放弃 (C4)."""

    type: ClassVar[str] = "correction_lapsed"
    label: ClassVar[str] = "逾期不补正"


@dataclass(frozen=True)
class _Consulted(Event):
    ref: str = ""
    received_on: date | None = None

    def _check(self) -> None:
        self._not_before_on("received_on", self.received_on)


@dataclass(frozen=True)
class _Answered(Event):
    ref: str = ""


@dataclass(frozen=True)
class ThirdPartyConsulted(_Consulted):
    """征求第三方意见书 sent (C6); `ref` tells several apart, `received_on` when it arrived."""

    type: ClassVar[str] = "third_party_consulted"
    label: ClassVar[str] = "征求第三方意见"


@dataclass(frozen=True)
class ThirdPartyAnswered(_Answered):
    """The third party's reply was received."""

    type: ClassVar[str] = "third_party_answered"
    label: ClassVar[str] = "第三方答复意见"


@dataclass(frozen=True)
class OrganConsulted(_Consulted):
    """征求其他行政机关意见函 sent (C8)."""

    type: ClassVar[str] = "organ_consulted"
    label: ClassVar[str] = "征求其他机关意见"


@dataclass(frozen=True)
class OrganAnswered(_Answered):
    """The other organ's reply was received."""

    type: ClassVar[str] = "organ_answered"
    label: ClassVar[str] = "其他机关答复意见"


@dataclass(frozen=True)
class Extended(Event):
    """延期 by `days` working days, approved and notified to the applicant on `on` (C5)."""

    type: ClassVar[str] = "extended"
    label: ClassVar[str] = "延长答复期限"

    days: int

    def _check(self) -> None:
        if self.days < 1:
            raise EventError(f"days 应为正整数，现为 {self.days}")


@dataclass(frozen=True)
class DelayStated(Event):
    """延迟答复 to the day `until`, the reasons having been accepted (C11)."""

    type: ClassVar[str] = "delay_stated"
    label: ClassVar[str] = "告知延迟答复"

    until: date

    def _check(self) -> None:
        self._not_before_on("until", self.until)


@dataclass(frozen=True)
class FeeNoticed(Event):
    """收费通知 over `amount` yuan (C12), sent on `on`, received on `received_on`.

    Without `received_on` the notice is taken as received on the day it was sent. When its
    receipt is not proven yet, set `receipt_unknown` (in JSON: `"received_on": null`): the case
    then cannot lapse.
    """

    type: ClassVar[str] = "fee_noticed"
    label: ClassVar[str] = "收费通知"

    amount: int
    received_on: date | None = None
    receipt_unknown: bool = False

    def _check(self) -> None:
        self._not_before_on("received_on", self.received_on)
        if self.amount < 1:
            raise EventError(f"amount 应为正整数（元），现为 {self.amount}")
        if self.receipt_unknown and self.received_on is not None:
            raise EventError("已填 received_on，就不应再标明送达日期未知")


@dataclass(frozen=True)
class FeePaid(Event):
    """缴费 (C13): in full, or `amount` yuan, which is no payment until the notice is met."""

    type: ClassVar[str] = "fee_paid"
    label: ClassVar[str] = "缴纳信息处理费"

    amount: int | None = None

    def _check(self) -> None:
        if self.amount is not None and self.amount < 1:
            raise EventError(f"amount 应为正整数（元），现为 {self.amount}")


@dataclass(frozen=True)
class FeeLapsed(Event):
    """逾期未缴费，视为放弃 (C14)."""

    type: ClassVar[str] = "fee_lapsed"
    label: ClassVar[str] = "逾期未缴费"


@dataclass(frozen=True)
class Decided(Event):
    """The answer was made; `outcome` is a code of `gongkai.statute.outcomes`."""

    type: ClassVar[str] = "decided"
    label: ClassVar[str] = "作出答复"

    outcome: str

    def _check(self) -> None:
        if not self.outcome.strip():
            raise EventError("outcome 不能为空：应填办理结果代码，如 GRANT")


@dataclass(frozen=True)
class Delivered(Event):
    """送达 (C15): handed over and signed for, or posted (交邮之日)."""

    type: ClassVar[str] = "delivered"
    label: ClassVar[str] = "送达"


@dataclass(frozen=True)
class Withdrawn(Event):
    """撤回 by the applicant (C16)."""

    type: ClassVar[str] = "withdrawn"
    label: ClassVar[str] = "撤回申请"


@dataclass(frozen=True)
class Reopened(Event):
    """责令重新答复 by a review decision or a judgment that arrived on `on` (C17).

    `until` is the last day that it sets; without one the whole answer period runs anew.
    """

    type: ClassVar[str] = "reopened"
    label: ClassVar[str] = "责令重新答复"

    until: date | None = None

    def _check(self) -> None:
        self._not_before_on("until", self.until)


EVENT_TYPES: Final[Mapping[str, type[Event]]] = {
    kind.type: kind
    for kind in (
        Received,
        CorrectionRequested,
        CorrectionReceived,
        CorrectionLapsed,
        ThirdPartyConsulted,
        ThirdPartyAnswered,
        OrganConsulted,
        OrganAnswered,
        Extended,
        DelayStated,
        FeeNoticed,
        FeePaid,
        FeeLapsed,
        Decided,
        Delivered,
        Withdrawn,
        Reopened,
    )
}


def event_from_json(data: object, *, position: int | None = None) -> Event:
    """The event that `data` describes; `position` (from 1) is named in the error.

    Raises `EventError` for anything that is not a complete event.
    """
    where = "" if position is None else f"第 {position} 项事件"
    if not isinstance(data, Mapping):
        raise EventError(
            f"{where or '事件'}应为对象，如 {{'type': 'received', 'on': '2026-03-06'}}"
        )
    name = data.get("type")
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        known = "、".join(EVENT_TYPES)
        problem = "缺少 type" if name is None else f"类型“{name}”不认识"
        raise EventError(f"{where}{problem}，应为 {known} 之一")
    try:
        return kind(**_fields(kind, data))
    except EventError as error:
        raise EventError(f"{where}（{kind.label} {name}）：{error}") from error


def events_from_json(data: object) -> tuple[Event, ...]:
    """The events of a list; raises `EventError` that names the position of the first bad one."""
    if isinstance(data, str | bytes) or not isinstance(data, Sequence):
        raise EventError("events 应为事件的列表")
    return tuple(event_from_json(item, position=number) for number, item in enumerate(data, 1))


def case_from_json(data: object, *, today: date | None = None) -> tuple[tuple[Event, ...], date]:
    """The events and the day of `{"events": […], "today": "YYYY-MM-DD"}`.

    `today` stands in when the object names no day; without either, `EventError`.
    """
    if not isinstance(data, Mapping):
        raise EventError('每件申请应为对象，如 {"events": […], "today": "2026-03-20"}')
    if "events" not in data:
        raise EventError("缺少 events：应为事件的列表")
    events = events_from_json(data["events"])
    if data.get("today") is not None:
        today = _date("today", data["today"])
        if today.year not in _YEARS_OF_TODAY:
            raise EventError(f"today 的年份 {today.year} 不合理，请核对日期")
    if today is None:
        raise EventError("缺少 today：应为计算所依据的日期，如 2026-03-20")
    return events, today


def event_to_json(event: Event) -> dict[str, Any]:
    """What `event_from_json` reads back as the same event; fields left open are left out."""
    data: dict[str, Any] = {"type": event.type}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if field.name == "receipt_unknown":
            if value:
                data["received_on"] = None
        elif value != field.default:
            data[field.name] = value.isoformat() if isinstance(value, date) else value
    return data


def _fields(kind: type[Event], data: Mapping[Any, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        given = data.get(field.name)
        if field.name == "receipt_unknown":
            values[field.name] = "received_on" in data and data["received_on"] is None
        elif given is not None:
            values[field.name] = _READERS[field.name](field.name, given)
        elif field.default is dataclasses.MISSING:
            raise EventError(f"缺少 {field.name}")
    return values


def _date(name: str, value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise EventError(f"{name} “{value}”不是有效的日期，应写作 2026-03-06 的样子")


def _whole_number(name: str, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise EventError(f"{name} “{value}”不是整数")


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise EventError(f"{name} “{value}”应为文字")


def _truth(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise EventError(f"{name} “{value}”应为 true 或 false")


_READERS: Final[Mapping[str, Callable[[str, object], Any]]] = {
    "on": _date,
    "arrived_on": _date,
    "received_on": _date,
    "until": _date,
    "days": _whole_number,
    "amount": _whole_number,
    "channel": _text,
    "ref": _text,
    "outcome": _text,
    "justified": _truth,
}
