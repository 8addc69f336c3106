"""The sample city's administrative acts of Article 20, generated as records.

2020 is made to count to what the city printed: so many items in force on the last day of
2019, so many more on the last day of 2020, so many decisions, so much spent. The years after
it grow from there with the seed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from gongkai.demo.city import Body, City, apportion, seeded
from gongkai.registers.models import (
    ActItem,
    Decision,
    FeeIncome,
    NormativeDocument,
    ProcurementProject,
)

KINDS = ("permit", "service", "penalty", "coercion")
SIGNS = {"permit": "许", "service": "服", "penalty": "罚", "coercion": "强"}
VERBS = {"permit": "准予", "service": "办结", "penalty": "作出", "coercion": "实施"}


@dataclass
class Acts:
    """Unsaved records of the whole city, in the order in which they must be written."""

    items: list[ActItem]
    decisions: list[Decision]
    documents: list[NormativeDocument]
    fees: list[FeeIncome]
    procurement: list[ProcurementProject]


def generate_acts(city: City, organ_ids: dict[str, int], seed: int, until: date) -> Acts:
    """All acts from the stock of 2019 to ``until`` (inclusive).

    ``organ_ids`` maps a body's code to its primary key.
    """
    items: list[ActItem] = []
    for kind, (stock, growth) in city.facts_2020["items"].items():
        items += _items(city, organ_ids, seed, kind, stock, growth, until)
    acts = Acts(items, [], [], [], [])
    for year in range(2020, until.year + 1):
        acts.decisions += _decisions(city, organ_ids, seed, year, until)
        acts.procurement += _procurement(city, organ_ids, seed, year, until)
        if year > 2020:
            acts.documents += _documents(city, organ_ids, seed, year, until)
            acts.fees += _fees(city, organ_ids, seed, year, until)
    _repeal_some(acts.documents, seed, until)
    return acts


def day_in(rng: Random, year: int, first: date | None = None) -> date:
    """A weekday of ``year``, not before ``first``."""
    start = max(first or date(year, 1, 1), date(year, 1, 1))
    days = (date(year, 12, 31) - start).days
    while True:
        day = start + timedelta(days=rng.randrange(days + 1))
        if day.weekday() < 5:
            return day


def _active(city: City, kind: str) -> list[Body]:
    return [body for body in city.bodies if body.weight.get(kind)]


def _titles(body: Body, patterns: list[str]) -> Iterator[str]:
    """Every combination of the body's fields with the patterns, then again with a serial."""
    serial = 1
    while True:
        for pattern in patterns:
            for noun in body.nouns:
                suffix = "" if serial == 1 else f"（第{serial}类）"
                yield pattern.format(noun=noun) + suffix
        serial += 1


def _items(
    city: City, ids: dict[str, int], seed: int, kind: str, stock: int, growth: int, until: date
) -> list[ActItem]:
    """Items in force at the end of 2019, then the growth of 2020, then a little movement."""
    rng = seeded(seed, "items", kind)
    # Charges have no weight of their own: they belong to the bodies with most permits.
    bodies = _active(city, "permit")[:4] if kind == "fee" else _active(city, kind)
    weights = [1] * len(bodies) if kind == "fee" else [body.weight[kind] for body in bodies]
    titles = {body.code: _titles(body, city.patterns[kind]) for body in bodies}
    serials = dict.fromkeys(titles, 0)
    made: list[ActItem] = []

    def add(body: Body, since: date) -> None:
        serials[body.code] += 1
        made.append(
            ActItem(
                organ_id=ids[body.code],
                kind=kind,
                code=f"{body.code}-{kind[:3].upper()}-{serials[body.code]:03d}",
                name=next(titles[body.code]),
                basis="见本机关权力和责任清单",
                valid_from=since,
            )
        )

    for body, count in zip(bodies, apportion(stock, weights), strict=True):
        for _ in range(count):
            add(body, day_in(rng, rng.randint(2014, 2019)))
    for body, count in zip(bodies, apportion(growth, weights), strict=True):
        for _ in range(count):
            add(body, day_in(rng, 2020))
    for year in range(2021, until.year + 1):
        for _ in range(rng.randint(0, 6) if kind != "fee" else rng.randint(0, 1)):
            since = day_in(rng, year)
            if since <= until:
                add(rng.choices(bodies, weights)[0], since)
        for item in rng.sample(made, k=min(rng.randint(0, 4), len(made) // 8)):
            ended = day_in(rng, year)
            if item.valid_until is None and item.valid_from < date(year, 1, 1) and ended <= until:
                item.valid_until = ended
    return made


def _decisions(
    city: City, ids: dict[str, int], seed: int, year: int, until: date
) -> Iterator[Decision]:
    for kind in KINDS:
        rng = seeded(seed, "decisions", kind, year)
        total = city.facts_2020["decisions"][kind]
        if year > 2020:
            total = round(total * (1 + 0.04 * (year - 2020)) * rng.uniform(0.85, 1.15))
        bodies = _active(city, kind)
        shares = apportion(total, [body.weight[kind] for body in bodies])
        for body, count in zip(bodies, shares, strict=True):
            for serial, day in enumerate(sorted(day_in(rng, year) for _ in range(count)), 1):
                if day > until:
                    break
                subject = rng.choice(city.patterns[kind]).format(noun=rng.choice(body.nouns))
                yield Decision(
                    organ_id=ids[body.code],
                    kind=kind,
                    document_number=f"义{body.sign}{SIGNS[kind]}〔{year}〕{serial}号",
                    title=f"{VERBS[kind]}{subject}",
                    decided_on=day,
                )


def _procurement(
    city: City, ids: dict[str, int], seed: int, year: int, until: date
) -> Iterator[ProcurementProject]:
    rng = seeded(seed, "procurement", year)
    count = city.facts_2020["procurement"]["items"]
    total = Decimal(city.facts_2020["procurement"]["amount"])
    if year > 2020:
        count = rng.randint(70, 120)
        total = Decimal(rng.randint(18_000, 46_000)) * 10_000
    shares = apportion(int(total), [rng.randint(1, 60) ** 2 for _ in range(count)])
    days = sorted(day_in(rng, year) for _ in range(count))
    for serial, (amount, day) in enumerate(zip(shares, days, strict=True), 1):
        body = rng.choice(city.bodies)
        if day <= until:
            yield ProcurementProject(
                organ_id=ids[body.code],
                project_number=f"义财采〔{year}〕{serial:03d}号",
                title=rng.choice(city.patterns["procurement"]).format(noun=rng.choice(body.nouns)),
                contracted_on=day,
                amount=Decimal(amount),
            )


def _documents(
    city: City, ids: dict[str, int], seed: int, year: int, until: date
) -> Iterator[NormativeDocument]:
    """Normative documents begin in 2021: the city's 2020 report printed none at all."""
    rng = seeded(seed, "documents", year)
    owners = [("411281", "政"), *((body.code, body.sign) for body in city.bodies[:23])]
    serials: dict[str, int] = {}
    for day in sorted(day_in(rng, year) for _ in range(rng.randint(9, 18))):
        code, sign = rng.choices(owners, [12, *[1] * (len(owners) - 1)])[0]
        nouns = rng.choice(city.bodies).nouns if code == city.code else _body(city, code).nouns
        serials[code] = serials.get(code, 0) + 1
        if day <= until:
            yield NormativeDocument(
                organ_id=ids[code],
                kind="normative",
                document_number=f"义{sign}规〔{year}〕{serials[code]}号",
                title=rng.choice(city.patterns["normative"]).format(noun=rng.choice(nouns)),
                issued_on=day,
                published_on=min(day + timedelta(days=rng.randint(0, 12)), until),
                expires_on=date(year + 5, day.month, min(day.day, 28)),
            )


def _body(city: City, code: str) -> Body:
    return next(body for body in city.bodies if body.code == code)


def _repeal_some(documents: list[NormativeDocument], seed: int, until: date) -> None:
    """The yearly clearing: a few older documents are repealed at the end of November."""
    rng = seeded(seed, "repeal")
    for year in range(2022, until.year + 1):
        repealed_on = date(year, 11, 30)
        older = [
            document
            for document in documents
            if document.issued_on.year < year and document.repealed_on is None
        ]
        for document in rng.sample(older, k=min(3, len(older))):
            if repealed_on <= until:
                document.repealed_on = repealed_on


def _fees(
    city: City, ids: dict[str, int], seed: int, year: int, until: date
) -> Iterator[FeeIncome]:
    rng = seeded(seed, "fees", year)
    for body in _active(city, "permit")[:4]:
        for serial, day in enumerate(sorted(day_in(rng, year) for _ in range(40)), 1):
            if day <= until:
                yield FeeIncome(
                    organ_id=ids[body.code],
                    receipt_number=f"{year}{body.code[-3:]}{serial:05d}",
                    collected_on=day,
                    amount=Decimal(rng.randint(200, 60_000)),
                )
