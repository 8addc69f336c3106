"""The dashboard of disclosure requests: what came, what was decided and when, by month and by body.

The conditions are those of table three (`facts`), for any months of a year: the figures of a whole
year are its table, row by row. Beside every number stand the conditions under which the list of
requests shows exactly the cases that were counted (`Line.opens`), in the words of its filters.

A constant number of statements, whatever the number of months, bodies and requests; days are
folded into months here, because grouping by a computed month would read every row through a
function of the database.

Readings [reading], said beside the figures:
- in time or late: by the day on which the first answer was delivered or posted, against its
  deadline as extended and without the days that do not count (条例第三十三条、第三十五条); a request
  that ended without an answer, or was answered while no clock ran, is neither;
- days: working days from the day after receipt to the day of the result, none left out;
- overdue: today, by the body's own clock (`queries.overdue`).
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from django.db.models import Count, Min, Q, QuerySet, Sum

from gongkai.foi import facts, queries
from gongkai.foi.models import FoiEvent, FoiRequest
from gongkai.organs import policy
from gongkai.organs.models import Organ, OrganQuerySet
from gongkai.statute.outcomes import OUTCOMES

ACTION: Final = "foi.view"
ONE_DAY: Final = timedelta(days=1)
TENTH: Final = Decimal("0.1")


def _groups() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, outcome in OUTCOMES.items():
        if outcome.is_decision:
            found[outcome.group] = (*found.get(outcome.group, ()), code)
    return found


RESULT_GROUPS: Final[Mapping[str, tuple[str, ...]]] = _groups()
"""（一）to（六）of table three's results, in its order: the words, and the outcomes in each."""


# -- periods ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    @classmethod
    def of_months(cls, year: int, first: int, last: int) -> Period:
        """From the first day of one month to the last day of another of the same year."""
        return cls(date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    def months(self) -> list[Period]:
        """The months of the period, which lies within a year."""
        year = self.first.year
        return [
            Period.of_months(year, month, month)
            for month in range(self.first.month, self.last.month + 1)
        ]

    def until(self, today: date) -> Period:
        """Without the days that are still to come; at least its first day."""
        return Period(self.first, max(self.first, min(self.last, today)))

    def year_before(self) -> Period:
        """The same days of the year before (上年同期); the end of a month stays one."""
        return Period(_year_before(self.first), _year_before(self.last, ending=True))


def _year_before(day: date, *, ending: bool = False) -> date:
    length = monthrange(day.year - 1, day.month)[1]
    ends = ending and (day + ONE_DAY).day == 1
    return date(day.year - 1, day.month, length if ends else min(day.day, length))


# -- figures ---------------------------------------------------------------------------------


@dataclass
class Figures:
    """What is counted for a month, a body or the whole: numbers of requests.

    `measured` and `days`: decided requests whose working days are known, and the sum of these.
    """

    carried_in: int = 0
    received: int = 0
    overdue: int = 0
    in_time: int = 0
    late: int = 0
    measured: int = 0
    days: int = 0
    results: Counter[str] = field(default_factory=Counter)

    @property
    def decided(self) -> int:
        """Requests with a result of the period: row （七）of table three."""
        return self.results.total()

    @property
    def carried_out(self) -> int:
        """Requests without a result when the period ended: 一 + 二 = 三（七）+ 四."""
        return self.carried_in + self.received - self.decided

    @property
    def share(self) -> Decimal | None:
        """In time of those that could be, in per cent with one decimal; None without any."""
        return ratio(100 * self.in_time, self.in_time + self.late)

    @property
    def average(self) -> Decimal | None:
        """Working days to the result on average, with one decimal; None without any."""
        return ratio(self.days, self.measured)

    def in_group(self, group: str) -> int:
        """Results of one of （一）to（六）."""
        return sum(self.results[code] for code in RESULT_GROUPS[group])

    def add(self, outcome: str, row: tuple[int, int, int, int, int | None]) -> None:
        """Count decided requests: (number, in time, late, measured, days) of one outcome."""
        number, in_time, late, measured, days = row
        if number:
            self.results[outcome] += number
        self.in_time += in_time
        self.late += late
        self.measured += measured
        self.days += days or 0


def ratio(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` with one decimal; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) / whole).quantize(TENTH, ROUND_HALF_UP)


@dataclass
class Line:
    """A row: its words, its days, its figures, and how many came in the same days a year before.

    `scope` are the conditions that narrow the list to the row's body or bodies; `overdue_of` those
    under which its overdue requests are found.
    """

    label: str
    period: Period
    before: Period
    scope: Mapping[str, str]
    figures: Figures = field(default_factory=Figures)
    received_before: int = 0
    overdue_of: Mapping[str, str] = field(default_factory=dict)
    organ: Organ | None = None

    def opens(self, measure: str) -> dict[str, str] | None:
        """The conditions of the list of requests that holds what `measure` counts.

        None for what is no number of requests. Raises KeyError for an unknown measure.
        """
        decided = decided_in(self.period)
        conditions: Mapping[str, Mapping[str, str] | None] = {
            "carried_in": {"open_on": str(self.period.first - ONE_DAY)},
            "received": received_in(self.period),
            "received_before": received_in(self.before),
            "decided": decided,
            "carried_out": {"open_on": str(self.period.last)},
            "overdue": {"stage": "overdue", **self.overdue_of},
            "in_time": {**decided, "timing": "in_time"},
            "late": {**decided, "timing": "late"},
            "share": None,
            "average": None,
        }
        found = conditions[measure]
        return None if found is None else {**self.scope, **found}

    def opens_result(self, *, group: str = "", outcome: str = "", before: bool = False) -> Any:
        """The conditions of the list of requests with these results; of all without any."""
        chosen = {"group": group, "outcome": outcome}
        period = self.before if before else self.period
        return {**self.scope, **decided_in(period), **{k: v for k, v in chosen.items() if v}}

    def number(self, measure: str) -> int | Decimal | None:
        """The figure of that name. Raises AttributeError for an unknown one."""
        if measure == "received_before":
            return self.received_before
        value: int | Decimal | None = getattr(self.figures, measure)
        return value


def received_in(period: Period) -> dict[str, str]:
    """Requests that came in the period, as the list's filters."""
    return {"since": str(period.first), "until": str(period.last)}


def decided_in(period: Period) -> dict[str, str]:
    """Requests with a result of the period, as the list's filters."""
    return {"decided_since": str(period.first), "decided_until": str(period.last)}


def paid_in(period: Period) -> dict[str, str]:
    """Requests whose processing fee was paid in the period, as the list's filters."""
    return {"paid_since": str(period.first), "paid_until": str(period.last)}


# -- what is asked ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: of which months, of which body, of which applicants.

    `organ` None: all bodies that the user may see; `below`: with the bodies below it.
    """

    period: Period
    organ: Organ | None = None
    below: bool = False
    kind: str = ""

    @property
    def scope(self) -> dict[str, str]:
        """These narrowings as conditions of the list of requests."""
        found = {}
        if self.organ is not None:
            found["under" if self.below else "body"] = self.organ.code
        if self.kind:
            found["applicant_kind"] = self.kind
        if facts.counting_parts_once():
            found["counted"] = "1"
        return found


def organs_asked(user: Any, asked: Asked) -> OrganQuerySet:
    """The bodies within the user's reach that are asked about."""
    organs = policy.organs_for(user, ACTION)
    if asked.organ is None:
        return organs
    if asked.below:
        return organs.filter(path__startswith=asked.organ.path)
    return organs.filter(pk=asked.organ.pk)


def requests_asked(user: Any, asked: Asked) -> QuerySet[FoiRequest]:
    """The requests within the user's reach that are asked about, of all times."""
    requests = policy.scope(FoiRequest.objects.order_by(), user, ACTION)
    if asked.organ is not None and asked.below:
        below = Organ.objects.filter(path__startswith=asked.organ.path).order_by()
        requests = requests.filter(organ__in=below.values("pk"))
    elif asked.organ is not None:
        requests = requests.filter(organ=asked.organ)
    if asked.kind:
        requests = requests.filter(applicant_kind=asked.kind)
    return facts.counted(requests)


def first_year(user: Any) -> int | None:
    """The year of the first request within the user's reach; None without any. One statement."""
    found = policy.scope(FoiRequest.objects.order_by(), user, ACTION)
    first: date | None = found.aggregate(first=Min("received_on"))["first"]
    return first.year if first is not None else None


# -- counting --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """The whole with its months, and the whole of the same days a year before.

    `elsewhen`: overdue requests that did not come in the period.
    """

    total: Line
    before: Figures
    months: list[Line]
    elsewhen: int


def _decided_columns() -> dict[str, Any]:
    return {
        "number": facts.Tally("organ_id"),
        "in_time": facts.Tally("organ_id", filter=Q(answered_late=False)),
        "late": facts.Tally("organ_id", filter=Q(answered_late=True)),
        "measured": facts.Tally("result_days"),
        "days": Sum("result_days"),
    }


def by_month(user: Any, asked: Asked, today: date) -> Counted:
    """The months of the period and their whole. Five statements, each along one index."""
    requests, period = requests_asked(user, asked), asked.period
    before = period.until(today).year_before()
    scope = asked.scope
    total = Line("合计", period, before, scope, overdue_of=received_in(period))
    earlier = Figures()
    months = []
    for month in period.months():
        then = month.year_before()
        then = Period(then.first, min(then.last, before.last))
        line = Line(f"{month.first.month}月", month, then, scope, overdue_of=received_in(month))
        months.append(line)
    spans = (period, before)

    came = requests.filter(_in_either("received_on", spans)).values_list("received_on")
    for day, number in came.annotate(n=facts.Tally("organ_id")):
        line = months[day.month - period.first.month]
        if day >= period.first:
            line.figures.received += number
            total.figures.received += number
        else:
            line.received_before += number
            earlier.received += number
    total.received_before = earlier.received

    ended = requests.filter(_in_either("decided_on", spans)).values_list("decided_on", "outcome")
    for day, outcome, *row in ended.annotate(**_decided_columns()):
        if day >= period.first:
            months[day.month - period.first.month].figures.add(outcome, tuple(row))
            total.figures.add(outcome, tuple(row))
        else:
            earlier.add(outcome, tuple(row))

    elsewhen = 0
    late = requests.filter(queries.overdue(today)).values_list("received_on")
    for day, number in late.annotate(n=Count("pk")):
        if period.first <= day <= period.last:
            months[day.month - period.first.month].figures.overdue += number
            total.figures.overdue += number
        else:
            elsewhen += number

    for open_then in _open_before(requests, spans):
        carried = open_then.aggregate(
            **{
                name: facts.Tally("organ_id", filter=facts.open_after(span.first - ONE_DAY))
                for name, span in zip(("now", "then"), spans, strict=True)
            }
        )
        total.figures.carried_in += carried["now"]
        earlier.carried_in += carried["then"]
    left = total.figures.carried_in
    for line in months:
        line.figures.carried_in = left
        left = line.figures.carried_out
    return Counted(total, earlier, months, elsewhen)


def by_body(user: Any, asked: Asked, today: date) -> list[Line]:
    """A row for every body that has something to show, in the order of the tree. Six statements.

    Overdue are all its requests that are overdue today, whenever they came.
    """
    requests, period = requests_asked(user, asked), asked.period
    before = period.until(today).year_before()
    narrowed = {k: v for k, v in asked.scope.items() if k not in ("body", "under")}
    found: dict[int, Line] = {}

    def line_of(organ_id: int) -> Line:
        if organ_id not in found:
            found[organ_id] = Line("", period, before, narrowed)
        return found[organ_id]

    spans = (period, before)
    came = requests.filter(_in_either("received_on", spans)).values_list("organ_id")
    for organ_id, now, then in came.annotate(
        now=facts.Tally("organ_id", filter=facts.received_in(period.first, period.last)),
        then=facts.Tally("organ_id", filter=facts.received_in(before.first, before.last)),
    ):
        line = line_of(organ_id)
        line.figures.received, line.received_before = now, then
    ended = requests.filter(facts.decided_in(period.first, period.last))
    rows = ended.values_list("organ_id", "outcome").annotate(**_decided_columns())
    for organ_id, outcome, *row in rows.iterator(facts.CHUNK):
        line_of(organ_id).figures.add(outcome, tuple(row))
    for open_then in _open_before(requests, (period,)):
        carried = open_then.values_list("organ_id").annotate(n=facts.Tally("organ_id"))
        for organ_id, number in carried:
            line_of(organ_id).figures.carried_in += number
    late = requests.filter(queries.overdue(today)).values_list("organ_id")
    for organ_id, number in late.annotate(n=Count("pk")):
        line_of(organ_id).figures.overdue = number

    # By their own condition: thousands of numbers would be too many for one statement.
    for organ in organs_asked(user, asked).order_by("path"):
        if organ.pk in found:
            named = found[organ.pk]
            named.organ, named.label = organ, organ.label
            named.scope = {**narrowed, "body": organ.code}
    return sorted(
        (line for line in found.values() if line.organ is not None),
        key=lambda line: line.organ.path if line.organ else "",
    )


def _in_either(field: str, periods: Sequence[Period]) -> Q:
    """A day of one of the periods; also said as one stretch, along which an index is read."""
    whole = (min(one.first for one in periods), max(one.last for one in periods))
    days = Q()
    for one in periods:
        days |= Q(**{f"{field}__range": (one.first, one.last)})
    return Q(**{f"{field}__range": whole}) & days


def _open_before(
    requests: QuerySet[FoiRequest], periods: Sequence[Period]
) -> Iterator[QuerySet[FoiRequest]]:
    """What may have been open when one of the periods began: without a result, or with a later one.

    Two querysets without a request in common, because an index leads to each alone.
    """
    came = requests.filter(received_on__lt=max(one.first for one in periods))
    yield came.filter(decided_on=None)
    yield came.filter(decided_on__gte=min(one.first for one in periods))


@dataclass(frozen=True)
class Fees:
    """Requests whose processing fee was paid in a period, and the sum in 元."""

    requests: int
    amount: int


def fees(user: Any, asked: Asked, period: Period) -> Fees:
    """The processing fees of the report's paragraph, for any period. One statement."""
    paid = facts.payments(period.first, period.last, organs_asked(user, asked))
    if asked.kind:
        paid = paid.filter(request__applicant_kind=asked.kind)
    # One group (they are all of one type): a bare aggregate would lose the computed amount.
    groups = paid.order_by("type").values_list("type")
    sums = groups.annotate(requests=Count("request_id", distinct=True), paid=Sum("amount")).first()
    return Fees(sums[1], sums[2] or 0) if sums is not None else Fees(0, 0)


def paid_between(first: date | None, last: date | None) -> QuerySet[FoiEvent]:
    """Payments of processing fees from one day to another; an end may be left open."""
    paid = FoiEvent.objects.filter(type="fee_paid").order_by()
    if first is not None:
        paid = paid.filter(on__gte=first)
    if last is not None:
        paid = paid.filter(on__lte=last)
    return paid
