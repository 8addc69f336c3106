"""What lies on the desks of the sample city's people: drafts, reviews, corrections, a deputation.

Everything is done by the people of the demo through the services, so the ledger, the review
and the public trace are those of a real city. The days are today's: a desk is of today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from gongkai.catalogue.models import Column, Topic
from gongkai.demo.city import City, packaged
from gongkai.demo.items import prefix_of
from gongkai.disclosure import services
from gongkai.disclosure.bulk import rounds
from gongkai.disclosure.bulk.interpretation import require_interpretation
from gongkai.disclosure.models import (
    Decision,
    DisclosedItem,
    DisclosureAttribute,
    DocumentKind,
    Genre,
    ReviewOutcome,
    Step,
)
from gongkai.ledger.actor import Actor, display_name
from gongkai.organs import services as organs
from gongkai.organs.models import Organ, Role, User
from gongkai.statute import document_numbers
from gongkai.statute.identity import check_character

Progress = tuple[int, int]
PERSON_OF_STEP = {Step.REVIEW: "shenhe", Step.SECRECY: "baomi", Step.APPROVAL: "lingdao"}
PROCESS = "16-2"
"""讨论记录、过程稿 … (Art. 16)."""
OFFICER, LEADER, OFFICE = "xinxiyuan", "lingdao", "gongkaiban"


def fictitious_number() -> str:
    """A number of the form and with the check character of GB 11643 that nobody was ever given:

    order 000 is not handed out.
    """
    body = "411281" + "19000101" + "000"
    return body + check_character(body)


def fill_desks(city: City, until: date) -> Iterator[Progress]:
    """Something to do for everybody who works with disclosed items."""
    desks = _Desks(city, until)
    acts = (
        desks.drafts,
        desks.blocked,
        desks.in_review,
        desks.policies,
        desks.published,
        desks.elsewhere,
        desks.cleaning,
        desks.deputy,
    )
    for done, act in enumerate(acts, 1):
        act()
        yield done, len(acts)


class _Desks:
    """The office whose four people the demo has, and what they do."""

    def __init__(self, city: City, until: date) -> None:
        self.city, self.until = city, until
        self.data = packaged("desks.toml")
        self.people = {user.username: user for user in User.objects.select_related("organ")}
        home = next(one.organ for one in city.logins if one.username == OFFICER)
        self.organ = Organ.objects.get(code=home)
        self.body = next(body for body in city.bodies if body.code == home)
        self.topic = Topic.objects.get(code=self.body.topics[0])

    def actor(self, username: str) -> Actor:
        """The person, as the loader lets him act."""
        user = self.people[username]
        return Actor(user, display_name(user), "demo")

    # -- drafts ----------------------------------------------------------------------------------
    def drafts(self) -> None:
        """One in time, one that should be public long since, one that came back."""
        self.draft(self.data["draft"], days=4)
        self.draft(self.data["late"], days=45)
        item = services.submit(self.actor(OFFICER), self.draft(self.data["returned"], days=6))
        self.decide(item, Decision.RETURNED, self.data["returned"]["opinion"])

    def blocked(self) -> None:
        """A draft with a person's number, which cannot be sent before it is masked."""
        words = dict(self.data["blocked"])
        words["text"] = words["text"].replace("{number}", fictitious_number())
        item = self.draft(words, days=3)
        services.check_item(self.actor(OFFICER), item)

    def in_review(self) -> None:
        """Two items at each step, one that waits for its hour, one that was not published."""
        for name, step in (
            ("review", Step.REVIEW),
            ("secrecy", Step.SECRECY),
            ("approval", Step.APPROVAL),
        ):
            for days, words in enumerate(self.data[name], 2):
                self.send(self.draft(words, days=days), upto=step)
        tomorrow = timezone.localdate() + timedelta(days=3)
        self.send(
            self.draft(
                self.data["scheduled"],
                go_live_at=timezone.make_aware(datetime.combine(tomorrow, time(9))),
            )
        )
        self.send(
            self.draft(
                self.data["withheld"],
                disclosure_attribute=DisclosureAttribute.WITHHELD,
                exemption=PROCESS,
                attribute_reason=self.data["withheld"]["reason"],
                attribute_basis=self.data["withheld"]["basis"],
            )
        )

    # -- what was published by them ---------------------------------------------------------------
    def policies(self) -> None:
        """A policy with its interpretation, one without, and an older one that is overdue."""
        document = {
            "document_kind": DocumentKind.POLICY,
            "genre": Genre.NOTICE,
            "needs_interpretation": True,
        }
        number = self.next_number()
        policy = self.send(
            self.draft(self.data["policy"], days=1, document_number=self.number(number), **document)
        )
        self.send(
            self.draft(
                self.data["interpretation"],
                days=1,
                document_kind=DocumentKind.INTERPRETATION,
                interprets=policy,
                interpretation_form="text",
            )
        )
        for place, words in enumerate(self.data["owed"], 1):
            owed = {**document, "document_number": self.number(number + place)}
            self.send(self.draft(words, days=1, **owed))
        older = (
            self.public()
            .filter(document_kind=DocumentKind.POLICY, interpretations=None)
            .exclude(pk=policy.pk)
            .filter(imported__isnull=False)
            .first()
        )
        if older is not None:
            require_interpretation(self.actor(OFFICER), older, reason="涉及群众切身利益。")

    def published(self) -> None:
        """One corrected in public, one withdrawn with its reason, one with a new version begun."""
        # Not what was written for citizens to find: a generated notice begins with its body's name.
        notices = self.public().filter(column__slug="tzgg", title__startswith=self.organ.short_name)
        corrected, withdrawn, updated = notices[:3]
        told = self.data["correction"]
        version = self.change(corrected, told["text"], correction_note=told["note"])
        self.send(version)
        services.withdraw(self.actor(LEADER), withdrawn, self.data["withdrawal"]["reason"])
        self.change(updated, self.data["update"]["text"])

    def elsewhere(self) -> None:
        """Something awaits the other bodies' people too: they review what others drafted."""
        loader = Actor.demo()
        for words in self.data["others"]:
            organ = Organ.objects.get(code=words["organ"])
            item = services.create_item(loader, organ, self.values(words, days=3))
            services.submit(loader, item)

    # -- the office -----------------------------------------------------------------------------
    def cleaning(self) -> None:
        """This year's validity review is under way: some bodies have spoken, one was decided."""
        today = timezone.localdate()
        if not rounds.in_force(today).exists():
            return
        office = self.actor(OFFICE)
        government = Organ.objects.get(code=self.city.code)
        made = rounds.open_round(
            office, government, today.year, deadline=today + timedelta(days=20)
        )
        loader = Actor.demo()
        outcomes = (
            (ReviewOutcome.CONTINUE, "内容仍然适用，与上位法一致。"),
            (ReviewOutcome.REPEAL, "任务已经完成，不再适用。"),
            (ReviewOutcome.AMEND, "办理时限与现行规定不一致，须修改。"),
            (ReviewOutcome.CONTINUE, "执行效果良好，建议继续实施。"),
        )
        reviews = list(made.reviews.select_related("organ").order_by("pk")[: len(outcomes)])
        for review, (outcome, reason) in zip(reviews, outcomes, strict=False):
            rounds.propose(loader, review, outcome, reason=reason)
        rounds.decide(office, reviews[0], ReviewOutcome.CONTINUE)

    def deputy(self) -> None:
        """The leader is away for two weeks; the city's office approves for him."""
        today = timezone.localdate()
        organs.appoint_deputy(
            Actor.demo(),
            self.people[LEADER],
            self.people[OFFICE],
            self.organ,
            Role.APPROVING_LEADER,
            first_day=today,
            last_day=today + timedelta(days=13),
            reason="外出学习",
        )

    # -- how it is done ---------------------------------------------------------------------------
    def values(self, words: Mapping[str, Any], days: int = 1, **others: Any) -> dict[str, Any]:
        """A complete draft's values; ``days`` ago it came about."""
        year = self.until.year
        return {
            "title": words["title"].replace("{year}", str(year)),
            "column": Column.objects.get(slug=words["column"]),
            "topic": self.topic,
            "statutory_item": words.get("statutory", ""),
            "formed_on": self.until - timedelta(days=days),
            "body": f"<p>{words['text']}</p><p>本文为演示内容。</p>",
            **others,
        }

    def draft(self, words: Mapping[str, Any], days: int = 1, **others: Any) -> DisclosedItem:
        """A draft of the officer's."""
        values = self.values(words, days, **others)
        return services.create_item(self.actor(OFFICER), self.organ, values)

    def number(self, serial: int) -> str:
        """发文字号 of the office in the current year."""
        return f"{prefix_of(self.body)}〔{self.until.year}〕{serial}号"

    def next_number(self) -> int:
        """The serial that follows those of the documents already out."""
        texts = DisclosedItem.objects.filter(
            organ=self.organ, document_number__startswith=self.number(0).removesuffix("0号")
        ).values_list("document_number", flat=True)
        found = (document_numbers.parse(text) for text in texts)
        return 1 + max((one.serial or 0 for one in found if one is not None), default=0)

    def change(self, item: DisclosedItem, text: str, **values: Any) -> DisclosedItem:
        """A new version of a published item."""
        body = f"{item.body}<p>{text}</p>"
        return services.update_item(self.actor(OFFICER), item, {"body": body, **values})

    def send(self, item: DisclosedItem, upto: str = "") -> DisclosedItem:
        """Into review and through it, to the step ``upto`` or to the end."""
        item = services.submit(self.actor(OFFICER), item)
        while item.step and item.step != upto:
            item = self.decide(item, Decision.APPROVED)
        return item

    def decide(self, item: DisclosedItem, decision: str, opinion: str = "") -> DisclosedItem:
        """The person of the step decides."""
        return services.decide(
            self.actor(PERSON_OF_STEP[Step(item.step)]),
            item,
            decision=decision,
            opinion=opinion,
            proofread=services.ASPECTS,
        )

    def public(self) -> Any:
        """What the office has in public, the newest first."""
        return (
            DisclosedItem.objects.filter(organ=self.organ, live=True)
            .select_related("organ")
            .order_by("-published_at", "-pk")
        )
