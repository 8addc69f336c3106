"""The sample city's notices and the people who ask: letterheads, what came in, cases in work.

The people are invented, and look it: 张示例, numbers that no document bears. What happens here
happens today, through the same services as on the screens; a city that ends on another day has the
letterheads alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.utils import timezone

from gongkai.demo.city import City
from gongkai.foi.models import ApplicantKind, FoiRequest, IdentityKind
from gongkai.foi.persons import Person, Wish
from gongkai.foi.services import steps
from gongkai.foi.services.deliveries import deliver_notice
from gongkai.foi.services.intake import file_request, record_intake
from gongkai.foi.services.templates import save_letterhead
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ, User
from gongkai.statute.outcomes import OUTCOMES
from gongkai.workdays.queries import current_calendar

FROM: Final = date(2024, 1, 1)
"""From this day reviews go first (复议法): the paragraphs of earlier letterheads were others."""


def fill(actor: Actor, city: City, until: date) -> Iterator[tuple[int, int]]:
    """Letterheads for every body, and on the desk of one a case of every kind of work."""
    organs = list(Organ.objects.filter(abolished_on=None).order_by("path"))
    for number, organ in enumerate(organs, 1):
        _letterhead(actor, city, organ)
        yield number, len(organs)
    if until == timezone.localdate():
        fill_desk(city, until)


def _letterhead(actor: Actor, city: City, organ: Organ) -> None:
    whole = organ.code == city.code
    name = organ.name.removeprefix("义马市")
    save_letterhead(
        actor,
        organ,
        valid_from=FROM,
        series="义政公复" if whole else f"义{name[:2]}公复",
        review_body="三门峡市人民政府" if whole else city.name,
        court="三门峡市中级人民法院" if whole else "义马市人民法院",
        payee="凭非税收入缴款码缴费（演示）。",
    )


def fill_desk(city: City, today: date) -> None:
    """What came in and is being handled on `today`, which must be the day it really is."""
    desk = next(one for one in city.logins if one.role == "request_officer")
    organ = Organ.objects.get(code=desk.organ)
    officer = Actor.for_user(User.objects.get(username=desk.username))

    def other(role: str) -> Actor | None:
        found = [one for one in city.logins if one.role == role and one.organ == desk.organ]
        return Actor.for_user(User.objects.get(username=found[0].username)) if found else None

    file_request(
        Actor.applicant(),
        organ,
        person=_person(1, "张示例"),
        wish=Wish(
            title="2025年工业用地出让结果汇总",
            description="请提供2025年工业用地出让的宗地位置、面积、成交价款。",
            supply_form="electronic",
            supply_way="online",
        ),
    )
    record_intake(
        officer,
        organ,
        channel="ordinary_mail",
        arrived_on=_before(today, 1),
        person=_person(2, "李示例"),
        wish=Wish(title="火车站片区地块的规划条件"),
    )
    asked = _at_counter(officer, organ, today, 4, 3, "示例建设有限公司", "采矿权出让收益评估报告")
    steps.consult_third_party(
        officer,
        asked,
        name="演示矿业有限公司",
        address="义马市演示路1号",
        information="评估报告中的成本参数。",
        ground="所申请的信息公开可能损害第三方合法权益",
    )
    longer = _at_counter(officer, organ, today, 15, 4, "王示例", "近五年征地补偿安置方案目录")
    steps.propose_extension(
        officer, longer, days=10, reason="所申请信息涉及档案数量较大，检索需要较长时间"
    )
    ready = _at_counter(officer, organ, today, 9, 5, "赵示例", "城镇基准地价更新成果")
    signed = _at_counter(officer, organ, today, 8, 6, "周示例", "国土空间规划公众意见采纳情况")
    for request in (ready, signed):
        for proof in OUTCOMES["GRANT"].proofs_for("provided"):
            steps.add_proof(officer, request, key=proof.key, text="已核对，材料附卷。")
    supply = {"supply": "一、所申请的文件，复印件1份，共6页，随本告知书提供。"}
    steps.propose_decision(
        officer,
        ready,
        outcome_code="GRANT",
        subtype="provided",
        reason="文件可以公开，建议提供",
        extra=supply,
    )
    leader = other("approving_leader")
    if leader is not None:
        answer = steps.propose_decision(
            officer,
            signed,
            outcome_code="GRANT",
            subtype="provided",
            reason="文件可以公开，建议提供",
            extra=supply,
        )
        notice = steps.sign(leader, answer, comment="同意。")
        deliver_notice(officer, notice, way="electronic", sent_on=today)


def _at_counter(
    officer: Actor, organ: Organ, today: date, ago: int, number: int, name: str, title: str
) -> FoiRequest:
    """A request that was handed in so many working days ago."""
    kind = ApplicantKind.ENTERPRISE if name.endswith("公司") else ApplicantKind.NATURAL
    filed = record_intake(
        officer,
        organ,
        channel="counter",
        arrived_on=_before(today, ago),
        person=_person(number, name, kind),
        wish=Wish(title=title, supply_form="paper", supply_way="pickup"),
    )
    assert filed.intake.request is not None
    return filed.intake.request


def _person(number: int, name: str, kind: str = ApplicantKind.NATURAL) -> Person:
    return Person(
        name=name,
        kind=kind,
        identity_kind=IdentityKind.OTHER,
        identity_number=f"演示{number:06d}",
        email=f"demo{number}@example.cn",
        address=f"义马市演示路{number}号",
    )


def _before(day: date, number: int) -> date:
    """The working day that lies so many working days before `day`."""
    calendar = current_calendar()
    while number:
        day -= timedelta(1)
        number -= calendar.day(day).is_working
    return day
