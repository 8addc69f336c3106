"""Loading the sample city, by the same services and files that a real city would use."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model

from gongkai.demo import acts, citizens, desks, leaders, publishing, reports, writings
from gongkai.demo.city import Body, City
from gongkai.demo.requests import cases_in_hand, generate_cases
from gongkai.foi import services as foi
from gongkai.ledger.actor import Actor
from gongkai.organs import services as organs
from gongkai.organs.models import Organ, User
from gongkai.registers import services as registers
from gongkai.registers.registry import DECISIONS, DOCUMENTS, FEES, ITEMS, PROJECTS, Register
from gongkai.workdays.queries import current_calendar

Progress = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """One part of the loading: the words that the progress bar shows, and the work itself,

    which yields (done, of how many) as it goes on.
    """

    label: str
    run: Callable[[], Iterator[Progress]]


def steps(city: City, seed: int, until: date, *, volume: int = publishing.VOLUME) -> list[Step]:
    """The parts of the loading in their order; ``volume`` items a year are published after 2020.

    What is published comes before the reports, which count it.
    """
    actor = Actor.demo()
    return [
        Step("机关与人员", lambda: _organs_and_people(actor, city)),
        Step("行政行为登记", lambda: _acts(actor, city, seed, until)),
        Step("依申请公开", lambda: _requests(actor, city, seed, until)),
        Step("文书与来件", lambda: citizens.fill(actor, city, until)),
        Step("标准目录", lambda: publishing.install_catalogue(actor, city, seed, until)),
        Step("政府信息", lambda: publishing.publish_items(actor, city, seed, until, volume)),
        Step("审核与待办", lambda: desks.fill_desks(city, until)),
        Step("领导信息", lambda: leaders.name_leaders(actor, city, seed, until)),
        Step("栏目说明", lambda: publishing.note_empty_columns(actor, until)),
        Step("年度报告", lambda: _reports(actor, city, seed, until)),
    ]


def is_loaded(city: City) -> bool:
    """Whether the database holds the sample city already."""
    return User.objects.filter(username__in=[one.username for one in city.logins]).exists()


def holds_foreign_data(city: City) -> bool:
    """Whether the database holds bodies of its own: the demo must not be poured over them."""
    codes = [city.code, *(body.code for body in city.bodies)]
    return Organ.objects.exclude(code__in=codes).exists()


def _table(columns: list[str], rows: Iterable[list[Any]]) -> io.BytesIO:
    """A CSV file as a clerk would upload it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def _organs_and_people(actor: Actor, city: City) -> Iterator[Progress]:
    heads = [
        "机构代码",
        "机构名称",
        "简称",
        "机构类型",
        "层级",
        "上级机构代码",
        "工作机构名称",
        "办公地址",
        "联系电话",
        "电子邮箱",
        "办公时间",
    ]
    kinds = {"department": "政府部门", "subdistrict": "街道办事处"}
    levels = {"department": "县级", "subdistrict": "乡级"}

    def office(body: Body) -> list[str]:
        return [
            writings.office_of(body),
            writings.address_of(body),
            writings.phone_of(body),
            writings.email_of(body),
            writings.OFFICE_HOURS,
        ]

    rows: list[list[Any]] = [
        [
            city.code,
            city.name,
            city.short_name,
            "人民政府",
            "县级",
            "",
            *office(city.government),
        ]
    ]
    rows += [
        [body.code, body.name, body.short_name, kinds[body.kind], levels[body.kind], city.code,
         *office(body)]
        for body in city.bodies
    ]  # fmt: skip
    organs.import_organs(actor, _table(heads, rows), "机构.csv")
    bodies = {organ.code: organ for organ in Organ.objects.all()}
    for done, login in enumerate(city.logins, 1):
        organ = bodies[login.organ]
        user = organs.create_user(
            actor,
            username=login.username,
            display_name=login.name,
            organ=organ,
            password=city.password,
        )
        organs.grant_role(actor, user, organ, login.role)
        yield done, len(city.logins)


def _acts(actor: Actor, city: City, seed: int, until: date) -> Iterator[Progress]:
    codes = dict(Organ.objects.values_list("pk", "code"))
    made = acts.generate_acts(city, {code: pk for pk, code in codes.items()}, seed, until)
    whole_city = Organ.objects.get(code=city.code)
    files: list[tuple[Register, Sequence[Model]]] = [
        (ITEMS, made.items),
        (DECISIONS, made.decisions),
        (DOCUMENTS, made.documents),
        (FEES, made.fees),
        (PROJECTS, made.procurement),
    ]
    for done, (register, records) in enumerate(files, 1):
        if not records:  # a city that ends early has not issued everything yet
            continue
        file = _table(
            [column.label for column in register.columns],
            (_row(register, record, codes) for record in records),
        )
        registers.import_records(actor, register, file, f"{register.label}.csv", organ=whole_city)
        yield done, len(files)


def _row(register: Register, record: Model, codes: dict[int, str]) -> list[Any]:
    values: list[Any] = []
    for column in register.columns:
        if column.name == "organ":
            values.append(codes[record.organ_id])  # type: ignore[attr-defined]
        elif column.name == "kind":
            values.append(record.get_kind_display())  # type: ignore[attr-defined]
        else:
            value = getattr(record, column.name)
            values.append("" if value is None else value)
    return values


def _requests(actor: Actor, city: City, seed: int, until: date) -> Iterator[Progress]:
    calendar = current_calendar()
    cases = list(generate_cases(city, calendar, seed, until))
    cases += cases_in_hand(city, calendar, until)
    foi.import_cases(actor, cases)
    yield len(cases), len(cases)


def _reports(actor: Actor, city: City, seed: int, until: date) -> Iterator[Progress]:
    """Every body's reports of the years that are over, and two drafts of the year that is not.

    Departments first, the city after them, year by year, as Article 49 has it. Three published
    reports of the last year are being corrected, so that something awaits every role.
    """
    whole_city = Organ.objects.get(code=city.code)
    parts = list(Organ.objects.exclude(pk=whole_city.pk).order_by("path"))
    years = reports.report_years(until)
    total = len(years) * (len(parts) + 1)
    done = 0
    for year in years:
        for organ in (*parts, whole_city):
            reports.publish_report(actor, city, organ, year, seed)
            done += 1
            yield done, total
    for organ in parts[10:12]:
        reports.publish_report(actor, city, organ, until.year, seed, upto="draft")
    for organ, state in zip(parts[9:12], ("accepted", "returned", "submitted"), strict=True):
        if years:
            reports.correct_report(actor, organ, years[-1], upto=state)
