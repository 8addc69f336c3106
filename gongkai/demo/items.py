"""The sample city's disclosed items, generated as rows of the table that people import.

2020 is made to count to what the city printed: so many items in all, so many of them in columns
of each kind that the report told. The years after it are livelier in kind and fewer in number.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

from gongkai.demo.acts import day_in
from gongkai.demo.city import Body, City, apportion, packaged, seeded
from gongkai.demo.writings import Written, functions_text, guide_text

FIRST_YEAR = 2020
PRINTED = {
    "overview": "overview_items",
    "news": "news_items",
    "catalogue": "catalogue_updates",
}
"""Kind of column → the fact of the 2020 report that tells how many."""
GENRES = {
    "通知": "通知", "意见": "意见", "批复": "批复", "通报": "通报", "公告": "公告", "通告": "通告",
}  # fmt: skip
WORKING_PAPERS = ("通报", "批复", "工作专班")
"""Words in the titles of documents that only the bodies themselves need."""
LATE = 0.03
"""Share of items published long after they came about (Art. 26 gives 20 working days)."""
MATTERS_LATE = 0.1
"""The same for the matters of the standard catalogue."""
KEPT_UP = 0.85
"""Share of the months and quarters in which a body publishes what it must."""
LINKED = 0.95
"""Share of the recent items of key fields that say which entry of the catalogue they answer."""
COUNTED = re.compile(r"^[一二三四五六七]、|^第[一二三四五六七]条")
"""The number of a point or an article, which depends on the points that were kept."""
NUMERALS = "一二三四五六七"
JOINT = 40
"""One in so many policy documents is issued together with another body."""


@dataclass(frozen=True)
class Matter:
    """A matter of the standard catalogue that a body has taken on."""

    body: str
    column: str
    code: str
    name: str
    months: int = 0
    """1 or 3 for what is published anew every month or quarter."""


@dataclass(frozen=True)
class Normative:
    """A normative document as the register holds it: the item says the same of it."""

    body: str
    number: str
    title: str
    issued_on: date
    published_on: date
    expires_on: date | None
    repealed_on: date | None


@dataclass
class Rows:
    """A year's rows by heading of the import table, and which document each interpretation reads.

    ``interpretations`` go into a second table: what they interpret must be there first.
    """

    items: list[dict[str, Any]] = field(default_factory=list)
    interpretations: list[dict[str, Any]] = field(default_factory=list)
    interprets: list[tuple[str, str]] = field(default_factory=list)
    """(number of the document, form of the interpretation), in the order of the rows."""


def numbers_of(city: City, year: int, volume: int) -> dict[str, int]:
    """How many items of each kind the year has; 2020 exactly as printed."""
    kinds = packaged_items()["kinds"]
    if year == FIRST_YEAR:
        facts = city.facts_2020["narrative"]
        found = {kind: facts[name] for kind, name in PRINTED.items()}
        rest = [kind for kind in kinds if kind not in found]
        left = facts["items_published"] - sum(found.values())
        found.update(zip(rest, apportion(left, [kinds[k]["first"] for k in rest]), strict=True))
        return found
    return dict(zip(kinds, apportion(volume, [k["later"] for k in kinds.values()]), strict=True))


def generate_items(
    city: City,
    seed: int,
    year: int,
    until: date,
    *,
    matters: Sequence[Matter],
    normative: Sequence[Normative],
    linked_from: date,
    volume: int,
    written: Sequence[Written] = (),
) -> Rows:
    """The year's rows up to ``until``, in the order of publication.

    ``matters`` published from ``linked_from`` on answer the entries of the standard catalogue.
    ``written`` (see `gongkai.demo.writings`) stand beside what is generated.
    """
    writer = _Year(city, seed, year, until, linked_from)
    numbers = numbers_of(city, year, volume)
    for kind, count in numbers.items():
        if kind == "key_field":
            writer.key_fields(matters, count)
        elif kind == "policy":
            writer.documents(normative)
            writer.kind(kind, count)
        elif kind != "interpretation":
            writer.kind(kind, count)
    writer.take(written, {(one.body, one.code) for one in matters})
    writer.number_documents()
    writer.interpretations(numbers["interpretation"])
    writer.read(written)
    return writer.finished()


@cache
def packaged_items() -> dict[str, Any]:
    """The data of titles, texts and shares."""
    return packaged("items.toml")


def _moment(day: date, rng: Random) -> str:
    return f"{day.isoformat()} {rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}"


class _Year:
    """Writes one year's rows."""

    def __init__(self, city: City, seed: int, year: int, until: date, linked_from: date) -> None:
        self.city, self.seed, self.year, self.until = city, seed, year, until
        self.linked_from = linked_from
        self.data = packaged_items()
        self.bodies = {body.code: body for body in (city.government, *city.bodies)}
        self.nouns = sorted({n for b in self.bodies.values() for n in b.nouns}, key=len)[::-1]
        self.rows: list[dict[str, Any]] = []
        self.numbered: list[tuple[date, dict[str, Any], Body]] = []
        self.known: set[tuple[str, str]] = set()
        self.serials: dict[tuple[str, str, str], int] = defaultdict(int)
        self.reading: list[tuple[dict[str, Any], str, str, str]] = []

    # -- what is asked for -----------------------------------------------------------------------
    def kind(self, kind: str, count: int) -> None:
        """``count`` items of a kind, over its columns and the bodies that publish there."""
        rng = seeded(self.seed, "items", kind, self.year)
        groups = [group for group in self.data["groups"] if group["kind"] == kind]
        for group in groups:
            if group.get("once"):
                bodies = self._publishers(group["by"])[:count]
                for body in bodies:
                    self._item(group, body, rng, kind)
                count -= len(bodies)
        free = [group for group in groups if not group.get("once")]
        shares = apportion(count, [group.get("share", 1) for group in free])
        for group, share in zip(free, shares, strict=True):
            bodies = self._publishers(group["by"])
            for _ in range(share):
                self._item(group, rng.choice(bodies), rng, kind)

    def key_fields(self, matters: Sequence[Matter], count: int) -> None:
        """Items of the key fields: every matter has its turn before one comes twice."""
        rng = seeded(self.seed, "matters", self.year)
        turn: list[Matter] = []
        for _ in range(count - self._recurring(matters, rng)):
            if not turn:
                turn = rng.sample(list(matters), len(matters))
            matter = turn.pop()
            body = self.bodies[matter.body]
            published, formed = self._days(rng, late=MATTERS_LATE)
            title = self._title(
                rng.choice(self.data["matters"]["titles"]), body, rng, published,
                matter=matter.name,
            )  # fmt: skip
            row = self._row(body, matter.column, title, self.data["matters"]["text"], rng,
                            published, formed)  # fmt: skip
            if published >= self.linked_from and rng.random() < LINKED:
                row["entries"] = matter.code
            self._keep(row, published)

    def _recurring(self, matters: Sequence[Matter], rng: Random) -> int:
        """What is due every month or quarter, once the catalogue is in force; some is forgotten."""
        if self.year < self.linked_from.year:
            return 0
        made = 0
        for matter in (one for one in matters if one.months):
            for month in range(matter.months, 13, matter.months):
                formed = published = date(self.year, month, rng.randint(3, 24))
                if month < 12 and rng.random() < MATTERS_LATE:
                    published += timedelta(days=30)
                if rng.random() > KEPT_UP or published > self.until:
                    continue
                body = self.bodies[matter.body]
                when = f"{month}月" if matter.months == 1 else f"第{month // 3}季度"
                row = self._row(
                    body, matter.column, f"{self.year}年{when}{matter.name}（{body.short_name}）",
                    self.data["matters"]["text"], rng, published, formed,
                )  # fmt: skip
                row["entries"] = matter.code
                self._keep(row, published)
                made += 1
        return made

    def documents(self, normative: Sequence[Normative]) -> None:
        """The register's normative documents of the year, as the public reads them."""
        rng = seeded(self.seed, "normative", self.year)
        for document in normative:
            if document.published_on.year != self.year or document.published_on > self.until:
                continue
            body = self.bodies[document.body]
            title = f"{body.name}{document.title}"
            # What was repealed since is marked afterwards, with the document that repeals it.
            row = self._row(body, "gfxwj", title, "document", rng, document.published_on,
                            document.issued_on)  # fmt: skip
            row |= {
                "document_number": document.number,
                "document_kind": "行政规范性文件",
                "genre": self._genre(title),
                "statutory_item": "20-01",
                "effective_from": document.issued_on,
                "valid_until": document.expires_on or "",
            }
            self._keep(row, document.published_on)
            if rng.random() < 0.85:
                self.reading.append((row, document.number, document.title, body.code))

    def number_documents(self) -> None:
        """发文字号 in the order of signature, without gaps but for a few: those were not published."""
        rng = seeded(self.seed, "numbers", self.year)
        last: dict[str, int] = defaultdict(int)
        gaps = set(rng.sample(sorted(self.bodies), 3))
        for _, row, body in sorted(self.numbered, key=lambda one: (one[0], one[1]["title"])):
            last[body.code] += 1
            if last[body.code] == 2 and body.code in gaps:
                last[body.code] += 1
            row["document_number"] = f"{prefix_of(body)}〔{self.year}〕{last[body.code]}号"
            is_public = row["published_at"][:10] <= self.until.isoformat()
            explained = row.pop("_explained", False)
            if (
                is_public
                and not explained
                and row["document_kind"] == "其他政策文件"
                and rng.random() < 0.4
            ):
                name = row["title"].removeprefix(body.name)
                self.reading.append((row, row["document_number"], name, body.code))

    def take(self, written: Sequence[Written], adopted: set[tuple[str, str]]) -> None:
        """What was written by hand for the year, but for the interpretations.

        It answers the matter it is about where its body has taken that on (`adopted`).
        """
        explained = {one.reads[0] for one in written if one.reads}
        for one in written:
            if one.day.year != self.year or one.reads:
                continue
            row = dict(one.row)
            if row["title"] in explained:
                row["_explained"] = True
            if one.day >= self.linked_from and (row["organ"], one.entry) in adopted:
                row["entries"] = one.entry
            if one.numbered:
                self.numbered.append((one.day, row, self.bodies[row["organ"]]))
            self.known.add((row["organ"], row["title"]))
            self.rows.append(row)

    def read(self, written: Sequence[Written]) -> None:
        """The interpretations written by hand, once their documents have numbers."""
        numbers = {row["title"]: row.get("document_number", "") for row in self.rows}
        for one in written:
            if one.day.year == self.year and one.reads and numbers.get(one.reads[0]):
                title, form = one.reads
                self.rows.append({**one.row, "_reads": (numbers[title], form)})

    def interpretations(self, count: int) -> None:
        """What explains the documents, up to three days after each."""
        rng = seeded(self.seed, "interpretations", self.year)
        wanted, again = list(self.reading), 0
        while len(wanted) < count and self.reading:
            wanted.append(self.reading[again % len(self.reading)])
            again += 1
        forms = self.data["interpretations"]["titles"]
        for place, (row, number, document, code) in enumerate(wanted[:count]):
            body = self.bodies[code]
            first = date.fromisoformat(row["published_at"][:10])
            published = first + timedelta(days=rng.randint(0, 3))
            while published.isoweekday() > 5:
                published += timedelta(days=1)
            published = min(published, self.until, date(self.year, 12, 31))
            form = "text" if place < len(self.reading) and rng.random() < 0.6 else "chart"
            if place >= len(self.reading):
                form = "questions"
            name = document
            if name.startswith("关于印发"):
                name = name.removeprefix("关于印发").removesuffix("的通知")
            title = forms[form].format(document=name)
            made = self._row(body, "zcjd", title, self.data["interpretations"]["text"], rng,
                             published, published, document=name)  # fmt: skip
            made["document_kind"] = "政策解读"
            made["_reads"] = (number, form)
            self._keep(made, published)

    def finished(self) -> Rows:
        """The rows in the order of publication, interpretations apart."""
        rows = Rows()
        for row in sorted(self.rows, key=lambda one: (one["published_at"], one["title"])):
            reads = row.pop("_reads", None)
            if reads is None:
                rows.items.append(row)
            else:
                rows.interpretations.append(row)
                rows.interprets.append(reads)
        return rows

    # -- one item --------------------------------------------------------------------------------
    def _item(self, group: dict[str, Any], body: Body, rng: Random, kind: str) -> None:
        published, formed = self._days(rng, group.get("by_month", 12))
        patterns = [one for one in group["titles"] if len(one) < 3 or body.weight.get(one[2])]
        pattern, *statutory = rng.choice(patterns)
        title = self._title(pattern, body, rng, published)
        for _ in range(4):
            if (body.code, title) not in self.known:
                break
            pattern, *statutory = rng.choice(patterns)
            title = self._title(pattern, body, rng, published)
        row = self._row(body, group["column"], title, group["text"], rng, published, formed)
        row["statutory_item"] = statutory[0] if statutory else ""
        if group["column"] == "zcwjk":
            working = any(word in title for word in WORKING_PAPERS)
            row["genre"] = self._genre(title)
            row["document_kind"] = "工作文件" if working else "其他政策文件"
            if rng.randrange(JOINT) == 0:
                other = rng.choice([one for one in self.city.bodies if one.code != body.code])
                row["issuers"] = f"{body.name}、{other.name}"
            if formed <= self.until:
                self.numbered.append((formed, row, body))
        self._keep(row, published)

    def _keep(self, row: dict[str, Any], published: date) -> None:
        """The row counts if its day has come. A title comes once a day."""
        key = (row["organ"], row["title"])
        while (key[0], f"{row['title']} {published}") in self.known:
            row["title"] = f"{row['title']}（续）"
        self.known |= {key, (key[0], f"{row['title']} {published}")}
        if published <= self.until:
            self.rows.append(row)

    def _days(self, rng: Random, by_month: int = 12, late: float = LATE) -> tuple[date, date]:
        """The day of publication, up to that month, and that of coming about, a little before."""
        published = day_in(rng, self.year)
        while published.month > by_month:
            published = day_in(rng, self.year)
        lag = rng.randint(50, 80) if rng.random() < late else rng.randint(0, 11)
        return published, max(published - timedelta(days=lag), date(self.year, 1, 1))

    def _publishers(self, by: str) -> list[Body]:
        return [body for body in self.bodies.values() if by in ("all", body.kind)]

    def _title(self, pattern: str, body: Body, rng: Random, day: date, *, matter: str = "") -> str:
        noun = rng.choice(body.nouns)
        series = (body.code, pattern, noun if "{noun}" in pattern else matter)
        if "{n}" in pattern:
            self.serials[series] += 1
        return pattern.format(
            short=body.short_name,
            issuer=body.name,
            noun=noun,
            matter=matter,
            year=self.year,
            last_year=self.year - 1,
            month=day.month,
            quarter=(day.month + 2) // 3,
            n=self.serials[series],
        )

    def _row(
        self, body: Body, column: str, title: str, text: str, rng: Random, published: date,
        formed: date, *, document: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        noun = next((one for one in self.nouns if one in title), rng.choice(body.nouns))
        return {
            "title": title,
            "organ": body.code,
            "column": column,
            "document_kind": "非公文信息",
            "topic": body.topics[0] if rng.random() < 0.8 else rng.choice(body.topics),
            "formed_on": formed,
            "published_at": _moment(published, rng),
            "keywords": noun,
            "source": body.name,
            "body": self._text(text, body, noun, rng, formed, document),
        }

    def _text(self, name: str, body: Body, noun: str, rng: Random, day: date, document: str) -> str:
        if name == "guide":
            return guide_text(body, self.year)
        if name == "functions":
            return functions_text(body)
        parts = self.data["texts"][name]
        middle = parts["middle"]
        kept = sorted(rng.sample(range(len(middle)), k=min(len(middle), rng.randint(3, 4))))
        lines = [
            rng.choice(parts["opening"]), *(middle[i] for i in kept), rng.choice(parts["closing"])
        ]  # fmt: skip
        count = rng.randint(4, 90)
        text = "\n".join(lines).format(
            short=body.short_name, noun=noun, year=self.year, last_year=self.year - 1,
            month=day.month, day=day.day, count=count, part=rng.randint(1, count), document=document,
        )  # fmt: skip
        html = "".join(f"<p>{line}</p>" for line in _counted(text.split("\n")))
        if name in ("document", "notice"):
            html += f'<p align="right">{body.name}</p>'
            html += f'<p align="right">{day.year}年{day.month}月{day.day}日</p>'
        return html

    @staticmethod
    def _genre(title: str) -> str:
        return next((genre for end, genre in GENRES.items() if title.endswith(end)), "其他")


def _counted(lines: list[str]) -> Iterator[str]:
    """The lines with their points and articles counted through."""
    place = 0
    for line in lines:
        if not COUNTED.match(line):
            yield line
            continue
        number = NUMERALS[place]
        place += 1
        yield COUNTED.sub(f"第{number}条" if line.startswith("第") else f"{number}、", line)


def prefix_of(body: Body) -> str:
    """The 机关代字 of a body's documents: 义政 of the government, 义政办 of its office, 义建文 …"""
    if body.kind == "government":
        return "义政"
    return "义政办" if body.sign == "办" else f"义{body.sign}文"


def years(until: date) -> Iterator[int]:
    """The years that the sample city has published in."""
    yield from range(FIRST_YEAR, until.year + 1)
