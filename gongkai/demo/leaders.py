"""The sample city's leaders: nobody of these names exists, and the pictures are drawn here."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from PIL import Image, ImageDraw

from gongkai.demo.city import Body, City, packaged, seeded
from gongkai.demo.writings import phone_of
from gongkai.disclosure import services as disclosure
from gongkai.disclosure.models import Leader, StoredFile
from gongkai.ledger.actor import Actor
from gongkai.organs.models import Organ, User

SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
STEMS: Final = "甲乙丙丁戊己庚辛壬癸"
NUMERALS: Final = "一二三四五六七八九"
COLOURS: Final = (("#dfe7ee", "#5b6f84"), ("#e9e4da", "#7a6a52"), ("#e0e9e2", "#57705f"),
                  ("#ebe1e3", "#80606a"), ("#e4e4e4", "#5f5f5f"))  # fmt: skip
"""Background and figure; neutral, so that nobody is recognised."""
INVENTED: Final = "演示人物，姓名、简历、照片均为虚构，并无其人。"
Progress = tuple[int, int]

CITY_POSTS: Final = (
    ("市长", "领导市人民政府全面工作，负责审计方面工作。"),
    ("常务副市长", "负责市政府常务工作，分管发展改革、财政、应急管理、统计、政务服务等工作。"),
    ("副市长", "分管自然资源、住房和城乡建设、交通运输、城市管理、生态环境等工作。"),
    ("副市长", "分管教育体育、民政、人力资源和社会保障、卫生健康、医疗保障、退役军人事务等工作。"),
    ("副市长", "分管科技和工业信息化、市场监管、商务、农业农村、文化旅游等工作。"),
)  # fmt: skip


def name_leaders(actor: Actor, city: City, seed: int, until: date) -> Iterator[Progress]:
    """Everybody in office, public; one who left; one change that waits for approval."""
    bodies = (city.government, *city.bodies)
    organs = {organ.code: organ for organ in Organ.objects.all()}
    pictures = [_store(actor, organs[city.code], place) for place in range(len(COLOURS))]
    number = 0
    for done, body in enumerate(bodies, 1):
        rng = seeded(seed, "leaders", body.code)
        for post, duties in _posts(body):
            picture = pictures[number % len(pictures)] if number % 5 != 4 else None
            disclosure.bring_leader(
                actor,
                organs[body.code],
                name=_name(number),
                position=post,
                duties=duties,
                biography=_career(rng, body, post, until),
                portrait=picture,
                office_phone=phone_of(body),
                in_office_from=until - timedelta(days=rng.randint(200, 1500)),
            )
            number += 1
        yield done, len(bodies)
    _in_motion(actor, organs, number, until)


def _name(number: int) -> str:
    """赵甲一, 钱乙二 … : surnames in the order of the old book, then stems and numerals."""
    return (
        SURNAMES[number % len(SURNAMES)]
        + STEMS[number % len(STEMS)]
        + NUMERALS[number // len(SURNAMES) % len(NUMERALS)]
    )


def _posts(body: Body) -> Iterator[tuple[str, str]]:
    if body.kind == "government":
        yield from CITY_POSTS
        return
    head = "局长" if body.name.endswith("局") else "主任"
    duties = packaged("functions.toml")["bodies"][body.code[-3:]]["duties"]
    half = (len(duties) + 1) // 2
    yield head, f"主持{body.short_name}全面工作，负责人事、财务和审计整改。"
    yield f"副{head}", "\n".join(f"分管：{one}。" for one in duties[:half])
    if len(duties) > 3:
        yield f"副{head}", "\n".join(f"分管：{one}。" for one in duties[half:])


def _career(rng: Any, body: Body, post: str, until: date) -> str:
    born = until.year - rng.randint(40, 56)
    begun = born + rng.randint(21, 24)
    second = begun + rng.randint(5, 9)
    third = second + rng.randint(5, 8)
    degree = rng.choice(("大学学历", "研究生学历", "省委党校研究生学历"))
    return "\n".join(
        (
            INVENTED,
            f"{born}年出生，{degree}。",
            f"{begun}年至{second}年，在基层单位工作，先后任科员、副科长。",
            f"{second}年至{third}年，任街道办事处副主任、主任。",
            f"{third}年起，在市政府部门工作；现任{body.name}{post}。",
        )
    )


def _in_motion(actor: Actor, organs: dict[str, Organ], number: int, until: date) -> None:
    """One person has left his office; a change of another's duties waits for the leader."""
    office = organs["411281-011"]
    former = disclosure.bring_leader(
        actor,
        office,
        name=_name(number),
        position="副局长",
        duties="分管物业服务和房屋征收工作。",
        biography=INVENTED,
        in_office_from=until - timedelta(days=2000),
    )
    disclosure.end_office(actor, former, on=until - timedelta(days=90))
    deputy = Leader.objects.filter(organ=office, left_on=None).order_by("order")[1]
    officer = User.objects.get(username="xinxiyuan")
    said = deputy.current
    if said is None:
        raise RuntimeError("the sample city's leaders have just been made public")
    disclosure.change_leader(
        Actor.for_user(officer),
        deputy,
        name=said.name,
        position=said.position,
        duties=f"{said.duties}\n分管：城市供热保障工作专班。",
        biography=said.biography,
        portrait=said.portrait,
        office_phone=said.office_phone,
        in_office_from=said.in_office_from,
    )


def _store(actor: Actor, organ: Organ, place: int) -> StoredFile:
    return disclosure.store_file(actor, organ, io.BytesIO(silhouette(place)), f"{place}.png")


def silhouette(place: int) -> bytes:
    """A head and shoulders without a face, on one of the quiet grounds."""
    ground, figure = COLOURS[place % len(COLOURS)]
    collar = "#ffffff"
    large = Image.new("RGB", (600, 800), ground)
    pen = ImageDraw.Draw(large)
    pen.ellipse((70, 540, 530, 1100), fill=figure)
    pen.polygon([(250, 560), (350, 560), (300, 680)], fill=collar)
    pen.rectangle((258, 440, 342, 570), fill=figure)
    pen.ellipse((190, 180, 410, 480), fill=figure)
    out = io.BytesIO()
    large.resize((300, 400), Image.Resampling.LANCZOS).save(out, format="PNG", optimize=True)
    return out.getvalue()
