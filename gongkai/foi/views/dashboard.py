"""The dashboard of disclosure requests: charts and their tables, each number opens its cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.generic.base import TemplateResponseMixin

from gongkai.foi import dashboard
from gongkai.foi.dashboard import Asked, Counted, Fees, Figures, Line, Period
from gongkai.foi.models import ApplicantKind
from gongkai.foi.views.base import FoiView
from gongkai.ledger.models import SITE_CHAIN
from gongkai.ledger.services import record
from gongkai.organs import policy
from gongkai.organs.staff_views import Column, OrganChoiceField
from gongkai.organs.staff_views.columns import as_grouped
from gongkai.organs.staff_views.export import workbook_response
from gongkai.statute.outcomes import OUTCOMES

PER_PAGE: Final = 50
BARS: Final = 15
MONTHS: Final = [(month, f"{month}月") for month in range(1, 13)]
BY: Final = (("month", "按月"), ("organ", "按机关"))

MEASURES: Final[Mapping[str, tuple[str, str]]] = {
    "carried_in": ("期初未办结", "件"),
    "received": ("收到", "件"),
    "received_before": ("上年同期收到", "件"),
    "decided": ("办结", "件"),
    "carried_out": ("期末未办结", "件"),
    "overdue": ("目前逾期", "件"),
    "in_time": ("按期答复", "件"),
    "late": ("逾期答复", "件"),
    "share": ("按期率", "%"),
    "average": ("平均用时", "工作日"),
}
"""The columns of the table by month and by body: heading and unit."""


class DashboardForm(forms.Form):
    """The filters; what is left out or cannot be is as at the first visit."""

    year = forms.TypedChoiceField(label="年度", coerce=int)
    first = forms.TypedChoiceField(label="起始月份", coerce=int, choices=MONTHS)
    last = forms.TypedChoiceField(label="截止月份", coerce=int, choices=MONTHS)
    organ = OrganChoiceField(
        action=dashboard.ACTION, required=False, include_abolished=True, empty_label="全部机关"
    )
    below = forms.BooleanField(label="含下级机关", required=False)
    kind = forms.ChoiceField(
        label="申请人类别", required=False, choices=[("", "全部类别"), *ApplicantKind.choices]
    )
    by = forms.ChoiceField(choices=BY, required=False, widget=forms.HiddenInput)

    def __init__(self, user: Any, years: Sequence[int], data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["year"].choices = [(year, f"{year}年") for year in years]  # type: ignore[attr-defined]
        organ = self.fields["organ"]
        assert isinstance(organ, OrganChoiceField)
        organ.narrow(user)
        if len(organ.queryset[:2]) < 2:
            # Whoever sees one body has nothing to choose.
            for name in ("organ", "below", "by"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("first") and found.get("last") and found["first"] > found["last"]:
            self.add_error("last", "截止月份早于起始月份，请重新选择。")
        return found


# -- tables and charts -----------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A number as it is written, where it leads, and what a chart reads of it."""

    value: int | Decimal | None
    url: str = ""
    measure: str = ""
    heading: str = ""
    is_bad: bool = False

    @property
    def text(self) -> str:
        return "—" if self.value is None else as_grouped(self.value)

    @property
    def plain(self) -> str:
        """For the chart: without grouping, empty for none."""
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True)
class Head:
    """A column: heading, unit, and for one that sorts its address and direction."""

    label: str
    unit: str = ""
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: Sequence[Cell]
    kind: str = ""
    """total, or part (of the row above it)."""


@dataclass(frozen=True)
class Chart:
    """A picture of one column of a table, named by what it says."""

    measure: str
    table: str
    finding: str
    before: str = ""
    ranking: bool = False
    most: int = BARS


@dataclass(frozen=True)
class Table:
    """A table with its charts: `key` is its id in the page, `corner` the first heading."""

    key: str
    title: str
    corner: str
    heads: Sequence[Head]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    charts: Sequence[Chart] = field(default_factory=tuple)


class Dashboard(FoiView, TemplateResponseMixin):
    """Figures of the user's bodies by month or by body; no personal data, also in the export."""

    action = dashboard.ACTION
    template_name = "gongkai/foi/dashboard.html"
    title = "依申请公开统计"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("export") == "xlsx":
            return self.export()
        return self.render_to_response(self.get_context_data(**kwargs))

    # -- what is asked -----------------------------------------------------------------------
    @cached_property
    def today(self) -> Any:
        return timezone.localdate()

    @cached_property
    def form(self) -> DashboardForm:
        this = self.today.year
        begun = dashboard.first_year(self.request.user) or this
        years = range(this, min(begun, this - 1) - 1, -1)
        data = self.request.GET.copy()
        year = data.get("year") or str(this)
        usual = {"year": str(this), "first": "1", "by": "month"}
        usual["last"] = str(self.today.month if year == str(this) else 12)
        for name, value in usual.items():
            if not data.get(name):
                data[name] = value
        form = DashboardForm(self.request.user, years, data)
        form.is_valid()  # what is wrong is said beside it, and as at the first visit
        return form

    @cached_property
    def asked(self) -> Asked:
        """What is shown: the filters as they are, each that is wrong as at the first visit."""
        known = self.form.cleaned_data
        year = known.get("year") or self.today.year
        first, last = known.get("first"), known.get("last")
        if not first or not last:
            first, last = 1, self.today.month if year == self.today.year else 12
        organ = known.get("organ")
        below = bool(organ and known.get("below"))
        return Asked(Period.of_months(year, first, last), organ, below, known.get("kind") or "")

    @property
    def by_organ(self) -> bool:
        return bool(self.form.cleaned_data.get("by") == "organ") and self.many

    @property
    def many(self) -> bool:
        """Whether more than one body is asked about."""
        return "organ" in self.form.fields and (self.asked.organ is None or self.asked.below)

    def about(self) -> str:
        """Of what and when, in words."""
        asked, period = self.asked, self.asked.period
        months = f"{period.first.month}月"
        if period.first.month != period.last.month:
            months = f"{period.first.month}—{period.last.month}月"
        words = [f"{period.first.year}年{months}"]
        if asked.organ is not None:
            words.append(asked.organ.label + ("及下级机关" if asked.below else ""))
        elif "organ" in self.form.fields:
            words.append("可查看的全部机关")
        if asked.kind:
            words.append(ApplicantKind(asked.kind).label)
        return "，".join(words)

    # -- counting ----------------------------------------------------------------------------
    @cached_property
    def counted(self) -> Counted:
        return dashboard.by_month(self.request.user, self.asked, self.today)

    @cached_property
    def lines(self) -> list[Line]:
        """The rows of the grouping; bodies in the order of the address."""
        if not self.by_organ:
            return self.counted.months
        lines = dashboard.by_body(self.request.user, self.asked, self.today)
        sort = self.sort
        if sort:
            known = [line for line in lines if line.number(sort.lstrip("-")) is not None]
            rest = [line for line in lines if line.number(sort.lstrip("-")) is None]
            known.sort(key=lambda line: line.number(sort.lstrip("-")), reverse=sort[0] == "-")
            lines = known + rest
        return lines

    @property
    def sort(self) -> str:
        """A measure, with "-" for the largest first; empty for the order of the bodies."""
        asked = self.request.GET.get("sort", "-received")
        return asked if asked.removeprefix("-") in MEASURES else ""

    def opens(self, conditions: Mapping[str, str] | None) -> str:
        return "" if conditions is None else f"{self.url('index')}?{urlencode(conditions)}"

    # -- tables ------------------------------------------------------------------------------
    def numbers(self, lines: Sequence[Line]) -> Table:
        """Every measure of the lines, and of the whole."""
        whole = Row("合计", self._cells(self.total), kind="total")
        rows = [Row(line.label, self._cells(line, line.label)) for line in lines]
        return Table(
            key="numbers",
            title="数量和时限",
            corner="机关" if self.by_organ else "月份",
            heads=[self._head(key, *words) for key, words in MEASURES.items()],
            rows=[*rows, whole],
            notes=self._notes(),
            charts=self._body_charts(lines) if self.by_organ else self._month_charts(),
        )

    @property
    def total(self) -> Line:
        """The whole; by body its overdue requests are all of today."""
        total = self.counted.total
        if not self.by_organ:
            return total
        figures = Figures(**{**vars(total.figures), "overdue": self.overdue})
        return Line(
            total.label, total.period, total.before, total.scope, figures, total.received_before
        )

    @property
    def overdue(self) -> int:
        """All requests that are overdue today, whenever they came."""
        return self.counted.total.figures.overdue + self.counted.elsewhen

    def _cells(self, line: Line, heading: str = "") -> list[Cell]:
        cells = []
        for measure in MEASURES:
            value = line.number(measure)
            url = self.opens(line.opens(measure)) if value else ""
            bad = bool(value) and measure in ("overdue", "late")
            cells.append(Cell(value, url, measure if heading else "", heading, bad))
        return cells

    def _head(self, key: str, label: str, unit: str) -> Head:
        if not self.by_organ:
            return Head(label, unit)
        direction = {f"-{key}": "descending", key: "ascending"}.get(self.sort, "")
        query = self.request.GET.copy()
        query["sort"] = key if direction == "descending" else f"-{key}"
        query.pop("page", None)
        return Head(label, unit, f"?{query.urlencode()}", direction)

    def _notes(self) -> list[str]:
        figures = self.counted.total.figures
        notes = [
            "按期率：已送达的答复中，送达或者交邮之日不晚于答复期限的比例。答复期限含经批准的延期，"
            "不含补正、征求意见等不计入的时间；没有作出答复就终结的申请（逾期不补正、逾期不缴费、"
            "撤回）不参加计算。",
            "平均用时：从收到申请的次日到办结之日（作出答复、不再处理或者撤回之日）的工作日数，"
            "补正、缴费、征求意见的时间也算在内，按本期办结的申请平均。",
            "目前逾期：截至今天，本机关的答复期限已过而没有送达答复的申请"
            + ("，不论何时收到。" if self.by_organ else "，列在收到的月份。"),
        ]
        if self.counted.elsewhen and not self.by_organ:
            notes.append(f"目前逾期的另有{self.counted.elsewhen:,}件不是这段时间收到的。")
        if figures.measured < figures.decided:
            notes.append(
                f"有{figures.decided - figures.measured:,}件办结的申请没有用时记录，没有计入平均用时；"
                "请系统管理员运行 gongkai foi recompute --ended。"
            )
        return notes

    def results(self, lines: Sequence[Line]) -> Table:
        """The results of the lines by （一）to（六）."""

        def row(line: Line, heading: str = "") -> list[Cell]:
            cells = []
            for group in dashboard.RESULT_GROUPS:
                number = line.figures.in_group(group)
                url = self.opens(line.opens_result(group=group)) if number else ""
                cells.append(Cell(number, url))
            number = line.figures.decided
            cells.append(Cell(number, self.opens(line.opens_result()) if number else ""))
            return cells

        heads = [Head(group, "件") for group in dashboard.RESULT_GROUPS]
        return Table(
            key="groups",
            title="各机关的办理结果" if self.by_organ else "各月的办理结果",
            corner="机关" if self.by_organ else "月份",
            heads=[*heads, Head("合计", "件")],
            rows=[
                *(Row(line.label, row(line)) for line in lines),
                Row("合计", row(self.total), kind="total"),
            ],
        )

    def outcomes(self) -> Table:
        """Every row of table three's results, beside the same days a year before."""
        total, before = self.counted.total, self.counted.before
        whole = total.figures.decided

        def row(number: int, then: int, measure: str = "", heading: str = "", **which: str) -> Any:
            return (
                Cell(number, self._result(total, number, which), measure, heading),
                Cell(_per_cent(number, whole)),
                Cell(then, self._result(total, then, which, before=True)),
                Cell(number - then),
            )

        rows = []
        for group, codes in dashboard.RESULT_GROUPS.items():
            number, then = total.figures.in_group(group), before.in_group(group)
            rows.append(Row(group, row(number, then, "result", group, group=group)))
            for code in codes if len(codes) > 1 else ():
                number, then = total.figures.results[code], before.results[code]
                rows.append(Row(OUTCOMES[code].label, row(number, then, outcome=code), kind="part"))
        rows.append(Row("合计", row(whole, before.decided), kind="total"))
        charts = []
        if whole:
            first = max(dashboard.RESULT_GROUPS, key=total.figures.in_group)
            number = total.figures.in_group(first)
            finding = (
                f"办结{whole:,}件，最多的是{first}，{number:,}件，占{_per_cent(number, whole)}%"
            )
            charts.append(Chart("result", "outcomes", finding, ranking=True))
        return Table(
            key="outcomes",
            title="办理结果",
            corner="结果",
            heads=[
                Head("本期", "件"), Head("占比", "%"), Head("上年同期", "件"), Head("增减", "件")
            ],
            rows=rows,
            charts=charts,
        )  # fmt: skip

    def _result(
        self, line: Line, number: int, which: Mapping[str, str], *, before: bool = False
    ) -> str:
        return self.opens(line.opens_result(**which, before=before)) if number else ""

    # -- charts ------------------------------------------------------------------------------
    def _month_charts(self) -> list[Chart]:
        """Pictures of months: none of a single one."""
        months, total = self.counted.months, self.counted.total
        if len(months) < 2:
            return []
        figures, before = total.figures, self.counted.before
        says = {
            "received": f"收到{figures.received:,}件，{_change(figures.received, before.received)}",
            "decided": f"办结{figures.decided:,}件，{_change(figures.decided, before.decided)}",
            "carried_out": f"未办结的由期初{figures.carried_in:,}件到期末{figures.carried_out:,}件",
        }
        if figures.share is not None:
            says["share"] = f"按期率{figures.share}%，逾期答复{figures.late:,}件"
        if figures.average is not None:
            says["average"] = f"平均用时{figures.average}个工作日"
        charts = []
        for measure, words in says.items():
            known = [line for line in months if line.number(measure)]
            if measure in ("received", "decided", "average") and known:
                most = max(known, key=lambda line: line.number(measure) or 0)
                number = as_grouped(most.number(measure))
                superlative = "最长" if measure == "average" else "最多"
                unit = "个工作日" if measure == "average" else "件"
                words += f"；{superlative}的是{most.label}，{number}{unit}"
            before_key = "received_before" if measure == "received" else ""
            charts.append(Chart(measure, "numbers", words, before=before_key))
        return charts

    def _body_charts(self, lines: Sequence[Line]) -> list[Chart]:
        """The bodies of this page by what they are sorted by."""
        measure = self.sort.removeprefix("-") or "received"
        shown = [line for line in lines if line.number(measure)]
        if len(shown) < 2:
            return []
        most = max(shown, key=lambda line: line.number(measure) or 0)
        label, unit = MEASURES[measure]
        words = f"{label}最多的是{most.label}，{as_grouped(most.number(measure))}"
        words += f"{unit}" if unit != "工作日" else "个工作日"
        return [Chart(measure, "numbers", words, ranking=True)]

    # -- the page ----------------------------------------------------------------------------
    def tiles(self, paid: Fees, paid_before: Fees) -> list[dict[str, Any]]:
        """The whole in a few numbers, each with the year before."""
        total, now, then = self.counted.total, self.counted.total.figures, self.counted.before
        tiles = [
            self._tile("received", now.received, then.received),
            self._tile("decided", now.decided, then.decided),
            self._tile("carried_out", now.carried_out, then.carried_out),
            {
                "label": "目前逾期",
                "text": f"{self.overdue:,}",
                "unit": "件",
                "url": self.opens({**total.scope, "stage": "overdue"}) if self.overdue else "",
                "about": "截至今天，不论何时收到",
                "late": bool(self.overdue),
            },
            self._tile("share", now.share, then.share),
            self._tile("average", now.average, then.average),
        ]
        # A payment counts whether or not its request is one of a split one's parts.
        scope = {name: value for name, value in total.scope.items() if name != "counted"}
        paid_url = self.opens({**scope, **dashboard.paid_in(total.period)})
        tiles.append(
            {
                "label": "缴纳信息处理费的申请",
                "text": f"{paid.requests:,}",
                "unit": "件",
                "url": paid_url if paid.requests else "",
                "about": f"共{paid.amount:,}元；上年同期{paid_before.requests:,}件、"
                f"{paid_before.amount:,}元",
            }
        )
        return tiles

    def _tile(
        self, measure: str, now: int | Decimal | None, then: int | Decimal | None
    ) -> dict[str, Any]:
        label, unit = MEASURES[measure]
        counts = isinstance(now, int) and isinstance(then, int)
        if counts:
            about = _change(int(now or 0), int(then or 0))
        else:
            about = f"上年同期{then}" + ("%" if unit == "%" else "") if then is not None else ""
        return {
            "label": label,
            "text": "—" if now is None else as_grouped(now),
            "unit": unit,
            "url": self.opens(self.counted.total.opens(measure)) if now else "",
            "about": about or "上年同期没有可比的数字",
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked, user = self.asked, self.request.user
        total = self.counted.total
        page = Paginator(self.lines, PER_PAGE).get_page(self.request.GET.get("page"))
        shown = list(page.object_list)
        there = bool(
            total.figures.carried_in or total.figures.received or self.counted.before.received
        )
        query = self.request.GET.copy()
        for name in ("page", "export"):
            query.pop(name, None)
        tables = [self.outcomes(), self.results(shown)] if there else []
        return super().get_context_data(
            **{
                "form": self.form,
                "filter_form": self.form,
                "clear_url": self.request.path,
                "narrowed": any(query.get(n) for n in ("year", "first", "last", "organ", "kind")),
                "about": self.about(),
                "today": self.today,
                "tiles": self.tiles(
                    dashboard.fees(user, asked, asked.period),
                    dashboard.fees(user, asked, total.before),
                ),
                "switch": self._switch(query) if self.many else [],
                "tables": [self.numbers(shown), *tables] if there else [],
                "page": page,
                "pages": page.paginator.get_elided_page_range(page.number, on_each_side=2),
                "ellipsis": Paginator.ELLIPSIS,
                "export": self._with(query, export="xlsx"),
                **kwargs,
            }
        )

    def _switch(self, query: QueryDict) -> list[dict[str, Any]]:
        chosen = "organ" if self.by_organ else "month"
        return [
            {"label": label, "url": self._with(query, by=by), "current": by == chosen}
            for by, label in BY
        ]

    @staticmethod
    def _with(query: QueryDict, **values: str) -> str:
        changed = query.copy()
        for name, value in values.items():
            changed[name] = value
        return f"?{changed.urlencode()}"

    # -- export ------------------------------------------------------------------------------
    def export(self) -> HttpResponseBase:
        """The tables as a workbook, bodies of all pages, and an entry in the ledger."""
        lines = self.lines
        tables = [self.numbers(lines), self.outcomes(), self.results(lines)]
        organs = list(
            policy.organs_for(self.request.user, self.action).values_list("code", flat=True)[:2]
        )
        with transaction.atomic():
            record(
                self.actor,
                "foi.export",
                chain=organs[0] if len(organs) == 1 else SITE_CHAIN,
                changes={
                    "list": self.title,
                    "format": "xlsx",
                    "rows": sum(len(table.rows) for table in tables),
                    "narrowed_by": sorted(
                        name
                        for name, value in self.request.GET.items()
                        if value and name not in ("export", "sort", "page")
                    ),
                },
            )
        about = [("统计范围", self.about()), ("截至", str(self.today))]
        about += [("说明", note) for note in self._notes()]
        sheets: list[tuple[str, Sequence[Column], Iterable[Any]]] = [
            (table.title, _columns(table), table.rows) for table in tables
        ]
        words = (
            Column("name", "项目", value=lambda row: row[0]),
            Column("text", "内容", value=lambda row: row[1], wide=True),
        )
        return workbook_response(self.title, [*sheets, ("说明", words, about)])


def _columns(table: Table) -> list[Column]:
    def number(place: int) -> Callable[[Row], Any]:
        return lambda row: row.cells[place].value

    first = Column("label", table.corner, value=lambda row: row.label, wide=True)
    return [
        first,
        *(
            Column(str(place), f"{head.label}（{head.unit}）", value=number(place))
            for place, head in enumerate(table.heads)
        ),
    ]


def _per_cent(part: int, whole: int) -> Decimal | None:
    return dashboard.ratio(100 * part, whole)


def _change(now: int, then: int) -> str:
    """Beside the same days a year before, in words."""
    if now == then:
        return f"与上年同期{then:,}件持平"
    return f"比上年同期{then:,}件{'增加' if now > then else '减少'}{abs(now - then):,}件"
