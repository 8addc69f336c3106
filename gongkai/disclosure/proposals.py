"""What the form proposes while a person writes: each in a plain sentence with its reason.

Nothing here decides; a proposal is taken by the person or not. All of them together ask the
database a constant number of times.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count
from django.utils import timezone

from gongkai.catalogue.models import Column, Topic
from gongkai.disclosure import services
from gongkai.disclosure.models import DisclosedItem, DocumentPrefix, Genre
from gongkai.organs.models import Organ
from gongkai.statute import document_numbers, proactive
from gongkai.statute.parameters import NoParameterValue, parameter
from gongkai.statute.workdays import add_working_days, working_days_between
from gongkai.workdays.queries import current_calendar

LOOKED_AT: Final = 300
"""So many items of a column are looked at for what is usual there."""

_IN_BRACKETS: Final = re.compile(r"[（(〔][^（()）〕]*[）)〕]\s*$")


@dataclass(frozen=True)
class Hint:
    """A sentence beside a field, and the value that it proposes (empty: it only explains)."""

    words: str
    value: str = ""
    urgent: bool = False


def hints(
    organ: Organ | None,
    *,
    title: str = "",
    column: Column | None = None,
    formed_on: date | None = None,
    changed_on: date | None = None,
    document_number: str = "",
    issuers: Sequence[str] = (),
) -> dict[str, Hint]:
    """Hints by the name of the field they stand at."""
    found: dict[str, Hint] = {}
    limit = deadline(changed_on or formed_on)
    if limit:
        found["changed_on" if changed_on else "formed_on"] = limit
    number = number_doubts(document_number, formed_on, organ)
    if number:
        found["document_number"] = number
    if organ is not None:
        responsible = responsible_body(organ, issuers)
        if responsible:
            found["organ"] = responsible
    genre = genre_of(title)
    if genre:
        found["genre"] = Hint(
            f"标题以“{genre.label}”结尾，体裁是否为“{genre.label}”？", genre.value
        )
    if column is not None:
        found |= usual_in(column, organ, title)
    return found


def deadline(on: date | None, today: date | None = None) -> Hint | None:
    """Art. 26: the last day for publishing what came about on `on`, and what is left of it."""
    if on is None:
        return None
    today = today or timezone.localdate()
    if on > today:
        return Hint("日期在今天之后，请核对。", urgent=True)
    try:
        rule = parameter("publication.days", on)
    except NoParameterValue:
        return None
    calendar = current_calendar()
    last = add_working_days(on, int(rule.value), calendar).date
    day = f"{last.year}年{last.month}月{last.day}日"
    base = f"{rule.article}：自形成或者变更之日起{rule.value}个工作日内公开，最迟{day}"
    if last < today:
        late = working_days_between(last, today, calendar).days
        return Hint(f"{base}，已超过{late}个工作日，请尽快公开。", urgent=True)
    left = working_days_between(today, last, calendar).days
    return Hint(f"{base}，还剩{left}个工作日。", urgent=left <= 5)


def number_doubts(raw: str, formed_on: date | None, organ: Organ | None = None) -> Hint | None:
    """What is odd about a document number, or how it will be written."""
    if not raw.strip():
        return None
    prefixes = (
        list(DocumentPrefix.objects.filter(organ=organ).values_list("prefix", flat=True))
        if organ is not None
        else []
    )
    doubts = document_numbers.doubts(raw, formed_on=formed_on, prefixes=prefixes)
    if doubts:
        return Hint("".join(doubt.message for doubt in doubts), urgent=True)
    written = document_numbers.normalise(raw)
    if written and written != raw.strip():
        return Hint(f"按规范写作“{written}”。", written)
    return None


def responsible_body(organ: Organ, issuers: Sequence[str]) -> Hint | None:
    """Art. 10: which body should disclose it, by who issued it."""
    names = [name.strip() for name in issuers if name.strip()]
    if not names:
        return None
    known = {one.name: one for one in Organ.objects.filter(name__in=names)}
    proposal = services.propose_responsible(organ, issuers=[known.get(n, n) for n in names])
    if proposal.key == str(organ.pk):
        return Hint(proposal.explanation)
    codes = {str(one.pk): one.code for one in known.values()}
    words = f"{proposal.explanation}这里选的是{organ.name}，请核对；转载的请填写信息来源。"
    return Hint(words, codes.get(proposal.key, ""), urgent=True)


def genre_of(title: str) -> Genre | None:
    """The genre by the last word of the title: 关于……的通知."""
    bare = _IN_BRACKETS.sub("", title.strip()).strip()
    words = {"命令": Genre.ORDER, "令": Genre.ORDER}
    words |= {genre.label: genre for genre in Genre if genre not in (Genre.ORDER, Genre.OTHER)}
    for word in sorted(words, key=len, reverse=True):
        if bare.endswith(word):
            return words[word]
    return None


def usual_in(column: Column, organ: Organ | None, title: str) -> dict[str, Hint]:
    """Topic and statutory item that published items of the column mostly have."""
    found: dict[str, Hint] = {}
    recent = DisclosedItem.objects.filter(column=column, live=True).order_by("-published_at", "-id")
    keys = list(recent.values_list("pk", flat=True)[:LOOKED_AT])
    topic = _commonest(keys, "topic")
    named = _topic_in(title)
    if named is not None:
        found["topic"] = Hint(f"标题中有“{named.label}”，主题是否为“{named}”？", str(named.pk))
    elif topic is not None:
        chosen = Topic.objects.select_related("parent").get(pk=topic)
        found["topic"] = Hint(f"“{column}”栏目的信息多归入“{chosen}”。", str(chosen.pk))
    code = _commonest(keys, "statutory_item")
    if code:
        label = proactive.label(str(code))
        found["statutory_item"] = Hint(f"“{column}”栏目的信息多属于“{label}”。", str(code))
    return found


def _commonest(keys: Sequence[int], field: str) -> Any:
    rows = (
        DisclosedItem.objects.filter(pk__in=keys)
        .exclude(**({f"{field}": ""} if field == "statutory_item" else {field: None}))
        .values_list(field)
        .annotate(number=Count("pk"))
        .order_by("-number", field)[:1]
    )
    return next((row[0] for row in rows), None)


def _topic_in(title: str) -> Topic | None:
    """The topic whose name stands in the title, the longest name first."""
    if not title.strip():
        return None
    topics = Topic.objects.filter(parent__isnull=False).select_related("parent")
    named = [
        one for one in topics if len(one.label) >= 2 and one.label in title and one.label != "其他"
    ]
    return max(named, key=lambda one: len(one.label), default=None)


def as_json(found: Mapping[str, Hint]) -> dict[str, dict[str, str]]:
    """For the screen's script."""
    return {name: {"words": hint.words, "value": hint.value} for name, hint in found.items()}
