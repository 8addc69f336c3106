"""A small city that has something of everything public, and a walk of random changes through it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import chain, count

from django.core.files.base import ContentFile
from django.utils import timezone

from gongkai.catalogue.models import CatalogueEntry, Column, Topic
from gongkai.disclosure.models import Attachment, DisclosedItem, ItemIssuer, StoredFile
from gongkai.disclosure.models.trace import PublicTrace, TraceKind
from gongkai.organs.models import Organ
from gongkai.portal import preferences
from gongkai.portal.models import SitePreferences
from gongkai.portal.static_site import addresses
from gongkai.portal.static_site.drawing import Draughtsman, Drawn
from gongkai.reports.models import AnnualReport
from tests.factories.catalogue import (
    make_adopted_entries,
    make_duty,
    make_field,
    make_publication,
    make_topic,
)
from tests.factories.disclosure import make_column, published
from tests.factories.organs import make_organ
from tests.portal.factories import publish

_numbers = count(1)


def stored_file(text: str) -> StoredFile:
    """A text file as an upload leaves it."""
    number = next(_numbers)
    found = StoredFile(
        sha256=f"{number:064x}", original_sha256=f"{number:064x}", extension="txt",
        media_type="text/plain", size=len(text.encode()),
    )  # fmt: skip
    found.file.save(f"{number}.txt", ContentFile(text.encode()), save=False)
    found.save()
    return found


class RichCity:
    """A government, two departments, nested columns and topics, entries, reports, a dozen items."""

    def __init__(self) -> None:
        self.top = make_organ(
            "411281", name="义马市人民政府", short_name="市政府", kind="government"
        )
        self.organs = [
            make_organ("411281-004", name="义马市公安局", short_name="市公安局", parent=self.top),
            make_organ("411281-006", name="义马市司法局", short_name="市司法局", parent=self.top),
        ]
        above = make_column("zw", owner=self.top, title="政务")
        self.columns = [
            above,
            make_column("tzgg", owner=self.top, title="通知公告", parent=above),
            make_column("zcjd", owner=self.top, title="政策解读", parent=above),
            make_column("zfxxgkzn", owner=self.top, title="公开指南"),
            make_column("zwdt", owner=self.top, title="政务动态"),
        ]
        topic = make_topic("10", name="城乡建设")
        self.topics = [
            topic,
            make_topic("10-01", name="住房", parent=topic),
            make_topic("20", name="公安"),
        ]
        self.fields = [make_field("F01", name="户籍管理"), make_field("F02", name="养老服务")]
        self.entries = make_adopted_entries(self.organs[0], 2, field=self.fields[0])
        make_duty(self.entries[0], self.organs[1])
        self.items: list[DisclosedItem] = []
        for number in range(25):
            self.new_item(random.Random(number))
        self.years = iter(range(2020, 2090))
        publish(self.top, 2019)

    def new_item(self, dice: random.Random) -> DisclosedItem:
        number = next(_numbers)
        kind = dice.choice(["information", "normative", "policy", "interpretation"])
        item = published(
            date(2020 + number % 4, 1 + number % 12, 5),
            organ=dice.choice([self.top, *self.organs]),
            column=dice.choice(self.columns),
            topic=dice.choice([None, *self.topics]),
            title=f"第{number}号文件",
            document_kind=kind,
            document_number=f"义政〔2020〕{number}号",
            statutory_item=dice.choice(["", "20-01", "20-02"]),
            keywords=["试验"],
        )
        self.items.append(item)
        return item


class Walk:
    """Changes one after another, each as a service, an import or a hand would write it."""

    def __init__(self, city: RichCity, seed: int) -> None:
        self.city = city
        self.dice = random.Random(seed)
        self.steps: list[Callable[[], object]] = [
            self.publish, self.publish, self.retitle, self.withdraw, self.restore, self.move_column,
            self.move_organ, self.move_topic, self.mount, self.unmount, self.enter, self.interpret,
            self.replace, self.repeal, self.attach, self.detach, self.issue, self.trace,
            self.rename_column, self.rename_organ, self.report, self.answer, self.bulk, self.prefer,
        ]  # fmt: skip

    def step(self) -> str:
        chosen = self.dice.choice(self.steps)
        chosen()
        return chosen.__name__

    def _item(self) -> DisclosedItem:
        return self.dice.choice(self.city.items)

    def _set(self, **values: object) -> None:
        DisclosedItem.objects.filter(pk=self._item().pk).update(**values)

    def publish(self) -> None:
        self.city.new_item(self.dice)

    def retitle(self) -> None:
        self._set(title=f"改名第{next(_numbers)}号", last_published_at=timezone.now())

    def withdraw(self) -> None:
        self._set(
            live=False, status="withdrawn", withdrawn_at=timezone.now(), withdraw_reason="有误"
        )

    def restore(self) -> None:
        DisclosedItem.objects.filter(live=False).update(live=True, status="published")

    def move_column(self) -> None:
        self._set(column=self.dice.choice(self.city.columns))

    def move_organ(self) -> None:
        self._set(organ=self.dice.choice(self.city.organs))

    def move_topic(self) -> None:
        self._set(topic=self.dice.choice([None, *self.city.topics]))

    def mount(self) -> None:
        DisclosedItem.mounts.through.objects.get_or_create(
            discloseditem=self._item(), column=self.dice.choice(self.city.columns)
        )

    def unmount(self) -> None:
        DisclosedItem.mounts.through.objects.all().delete()

    def enter(self) -> None:
        entry = self.dice.choice(self.city.entries)
        item = self._item()
        DisclosedItem.entries.through.objects.get_or_create(
            discloseditem=item, catalogueentry=entry
        )
        make_publication(
            item.organ, entry, date(2021, 1, 5), source="disclosure",
            source_id=f"{item.pk}-{next(_numbers)}",
        )  # fmt: skip

    def interpret(self) -> None:
        one, other = self.dice.sample(self.city.items, 2)
        DisclosedItem.objects.filter(pk=one.pk).update(interprets=other, interpretation_form="text")

    def replace(self) -> None:
        one, other = self.dice.sample(self.city.items, 2)
        DisclosedItem.objects.filter(pk=one.pk).update(
            successor=other, repealed_on=date(2023, 1, 1)
        )

    def repeal(self) -> None:
        self._set(repealed_on=timezone.localdate() - timedelta(days=1), document_kind="normative")

    def attach(self) -> None:
        Attachment.objects.create(
            item=self._item(), stored=stored_file(f"附件{next(_numbers)}"), name="附件.txt", order=0
        )

    def detach(self) -> None:
        Attachment.objects.all().delete()

    def issue(self) -> None:
        ItemIssuer.objects.create(
            item=self._item(),
            organ=self.dice.choice(self.city.organs),
            name="联合发文机关",
            order=1,
        )

    def trace(self) -> None:
        PublicTrace.objects.create(
            item=self._item(), kind=TraceKind.values[0], note=f"更正第{next(_numbers)}处",
            at=timezone.now(),
        )  # fmt: skip

    def rename_column(self) -> None:
        column = self.dice.choice(self.city.columns)
        Column.objects.filter(pk=column.pk).update(title=f"栏目{next(_numbers)}")

    def rename_organ(self) -> None:
        organ = self.dice.choice(self.city.organs)
        Organ.objects.filter(pk=organ.pk).update(name=f"机关{next(_numbers)}", phone="0398-1234567")

    def report(self) -> None:
        found = AnnualReport.objects.filter(organ=self.city.top).order_by("-year").first()
        if found is not None and self.dice.random() < 0.5:
            publish(self.city.top, found.year, {"t3.new.natural": next(_numbers)},
                    supersedes=AnnualReport.objects.filter(organ=self.city.top, year=found.year)
                    .order_by("-version").first(), change_note="更正")  # fmt: skip
        else:
            publish(self.city.top, next(self.city.years))

    def answer(self) -> None:
        entry = CatalogueEntry.objects.order_by("pk").last()
        if entry is not None:
            state = self.dice.choice(["applicable", "empty", "not_applicable"])
            today = timezone.localdate()
            entry.duties.update(
                state=state, reason="本机关没有这项业务", stated_on=today,
                valid_until=today + timedelta(days=365),
            )  # fmt: skip

    def bulk(self) -> None:
        DisclosedItem.objects.filter(pk__in=[one.pk for one in self.city.items[::3]]).update(
            column=self.city.columns[1], topic=self.city.topics[2]
        )

    def prefer(self) -> None:
        SitePreferences.objects.update_or_create(pk=1, defaults={"name": f"网站{next(_numbers)}"})
        Topic.objects.filter(code="20").update(name=f"主题{next(_numbers)}")
        preferences.forget()  # as the service does; other processes learn of it from the journal


def everything(hand: Draughtsman) -> Iterator[Drawn]:
    """Every public page there is: those of the database and all that they lead to."""
    seen: set[str] = set()
    waiting = list(chain(addresses.places(), addresses.item_pages()))
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        drawn = hand.draw(path)
        waiting.extend(drawn.links - seen)
        yield drawn
