"""What people wrote for the sample city: guides to its affairs, notices, policies, news, answers.

Beside the generated rows, which make the city's numbers, these are pages that a citizen finds by
his own words. They lie in the months before the last day, never in 2020, whose figures are printed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

from gongkai.demo.city import Body, City, packaged, seeded

FIRST: Final = date(2021, 1, 1)
GUIDE_SPACING: Final = 5
"""Days between two guides, going back from three weeks before the last day."""
APART: Final = re.compile(r"[（）、]")
"""What a file's name in a list of names must not hold."""
HEADING: Final = re.compile(r"^[一二三四五六七八九十]、[^。：]{1,18}[。：]")


@dataclass(frozen=True)
class Written:
    """A row of the import table. ``reads``: (title of the document it interprets, form)."""

    day: date
    row: dict[str, Any]
    numbered: bool = False
    reads: tuple[str, str] | None = None
    file: dict[str, Any] | None = field(default=None, compare=False)
    entry: str = ""
    """The matter of the standard catalogue that it answers, if its body has taken that on."""


@cache
def _packaged(name: str) -> dict[str, Any]:
    return packaged(name)


def written(city: City, seed: int, until: date) -> list[Written]:
    """Everything written for the city, the latest first."""
    bodies = {body.code: body for body in (city.government, *city.bodies)}
    found = [*_guides(city, bodies, seed, until), *_writings(city, bodies, seed, until)]
    return [one for one in found if one.day >= FIRST]


def _body_of(city: City, bodies: dict[str, Body], suffix: str) -> Body:
    return bodies[city.code if suffix == "000" else f"{city.code}-{suffix}"]


def _row(
    body: Body, seed: int, day: date, one: dict[str, Any], title: str, text: str
) -> dict[str, Any]:
    rng = seeded(seed, "written", title)
    mounts = f"zdly-{one['field']}" if "field" in one else ""
    row = {
        "title": title,
        "organ": body.code,
        "column": one.get("column", "bsfw"),
        "mounts": mounts,
        "document_kind": "非公文信息",
        "topic": one.get("topic", body.topics[0]),
        "formed_on": day - timedelta(days=rng.randint(0, 4)),
        "published_at": f"{day} {rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}",
        "keywords": "、".join(one["keywords"]),
        "source": body.name,
        "statutory_item": one.get("statutory", ""),
        "body": text,
    }
    if one.get("file"):
        row["attachments"] = one["file"]["name"]
    return row


def _weekday(day: date) -> date:
    """The day, or the Friday before it."""
    return day - timedelta(days=max(0, day.isoweekday() - 5))


# -- guides ----------------------------------------------------------------------------------------
def _guides(city: City, bodies: dict[str, Body], seed: int, until: date) -> Iterator[Written]:
    for place, one in enumerate(_packaged("affairs.toml")["affairs"]):
        body = _body_of(city, bodies, one["organ"])
        day = _weekday(until - timedelta(days=21 + GUIDE_SPACING * place))
        name = (
            one["title"]
            .removesuffix("办事指南")
            .removesuffix("申请指南")
            .removesuffix("指南")
            .removesuffix("申请")
        )
        given = dict(one)
        if "form" in one:
            given["file"] = _form(name, one)
        row = _row(
            body, seed, day, {**given, "statutory": "20-05"}, one["title"], _guide(one, body)
        )
        yield Written(day, row, file=given.get("file"), entry=one.get("entry", ""))


def _guide(one: dict[str, Any], body: Body) -> str:
    def section(title: str, text: str) -> str:
        return f"<h3>{title}</h3><p>{html.escape(text, quote=False)}</p>"

    def listed(title: str, lines: list[str], tag: str) -> str:
        items = "".join(f"<li>{html.escape(line, quote=False)}</li>" for line in lines)
        return f"<h3>{title}</h3><{tag}>{items}</{tag}>"

    return "".join(
        (
            section("一、哪些人可以办", one["who"]),
            listed("二、需要带什么", one["bring"], "ul"),
            listed("三、怎么办", one["steps"], "ol"),
            section("四、多长时间办完", one["time"]),
            section("五、收不收费", one["fee"]),
            section("六、到哪里办", f"{one['where']}。咨询电话：{phone_of(body)}。"),
            section("七、请注意", one["note"]),
            f"<p>本指南由{body.name}负责解释，内容有变动的，及时更新。</p>",
        )
    )


def _form(name: str, one: dict[str, Any]) -> dict[str, Any]:
    """The form that belongs to the guide, with how to fill it in."""
    lines = [f"{label}：" for label in one["form"]]
    lines += [
        "填表说明：",
        "请用黑色墨水笔填写，字迹清楚；也可以在网上填写后打印。没有的栏目写“无”。",
        f"随表交验：{'；'.join(one['bring'])}。",
        "本人承诺以上内容属实，同意受理机关为办理本事项核对有关信息。",
        "申请人签名：　　　　　　　　　申请日期：　　　　年　　月　　日",
    ]
    return {"name": f"{APART.sub('', name)}申请表.docx", "kind": "docx",
            "lines": lines}  # fmt: skip


# -- writings --------------------------------------------------------------------------------------
def _writings(city: City, bodies: dict[str, Body], seed: int, until: date) -> Iterator[Written]:
    for one in _packaged("writings.toml")["writings"]:
        body = _body_of(city, bodies, one["organ"])
        day = _weekday(until - timedelta(days=one["days"]))
        title = _dated(one["title"], day)
        text = paragraphs(_dated(one["text"], day))
        if one.get("column") in ("zcwjk", "tzgg"):
            text += f'<p align="right">{body.name}</p>'
            text += f'<p align="right">{day.year}年{day.month}月{day.day}日</p>'
        row = _row(body, seed, day, one, title, text)
        if one["column"] == "zcwjk":
            row |= {"document_kind": "其他政策文件", "genre": one["genre"], "formed_on": day,
                    "statutory_item": "20-01"}  # fmt: skip
        elif one["column"] == "zcjd":
            row["document_kind"] = "政策解读"
        reads = (one["reads"], one["form"]) if "reads" in one else None
        yield Written(
            day, row, one.get("numbered", False), reads, one.get("file"), one.get("entry", "")
        )


def _dated(text: str, day: date) -> str:
    return text.replace("{year}", str(day.year)).replace("{next_year}", str(day.year + 1))


def paragraphs(text: str) -> str:
    """A paragraph a line; the heading that begins a numbered point stands out."""
    made = []
    for line in text.strip().splitlines():
        escaped = html.escape(line.strip(), quote=False)
        heading = HEADING.match(escaped)
        if heading:
            escaped = f"<strong>{heading[0]}</strong>{escaped[heading.end() :]}"
        made.append(f"<p>{escaped}</p>")
    return "".join(made)


# -- bodies ----------------------------------------------------------------------------------------
OFFICE_HOURS: Final = "周一至周五 8:30—12:00，13:30—17:30（法定节假日除外）"


def _suffix(body: Body) -> str:
    return body.code.partition("-")[2] or "000"


def phone_of(body: Body) -> str:
    """Well-formed and of nobody: no number of the area begins with 000."""
    return f"0398-0000{_suffix(body)}"


def fax_of(body: Body) -> str:
    return f"0398-0009{_suffix(body)}"


def email_of(body: Body) -> str:
    return f"gongkai{_suffix(body)}@yima.example"


def address_of(body: Body) -> str:
    return f"义马市演示路{int(_suffix(body)) + 1}号"


def office_of(body: Body) -> str:
    """The body's office for disclosure (工作机构, Art. 4)."""
    first = _packaged("functions.toml")["bodies"][_suffix(body)]["offices"][0]
    if body.kind == "government":
        return "义马市人民政府办公室政务公开科"
    return f"{body.name}{first}"


def functions_text(body: Body) -> str:
    """机构职能 as every body shows them, in one form (国办发〔2017〕47号)."""
    facts = _packaged("functions.toml")["bodies"][_suffix(body)]
    duties = "".join(f"<li>{one}。</li>" for one in facts["duties"])
    offices = "".join(f"<li>{one}</li>" for one in facts["offices"])
    return (
        f"<h3>一、机构名称</h3><p>{body.name}</p><h3>二、主要职责</h3><ol>{duties}</ol>"
        f"<h3>三、内设机构</h3><ul>{offices}</ul>"
        f"<h3>四、办公信息</h3><p>办公地址：{address_of(body)}</p>"
        f"<p>办公时间：{OFFICE_HOURS}</p><p>联系电话：{phone_of(body)}</p>"
        f"<p>负责人：见“领导信息”。</p>"
    )


def guide_text(body: Body, year: int) -> str:
    """The disclosure guide with all that Article 12 asks for."""
    facts = _packaged("functions.toml")["bodies"][_suffix(body)]
    duties = "；".join(facts["duties"])
    return "".join(
        f"<h3>{title}</h3>" + "".join(f"<p>{line}</p>" for line in lines)
        for title, lines in (
            ("一、政府信息的分类", (
                f"{body.name}在履行职责过程中制作或者获取的信息，按公开方式分为主动公开、依申请公开和"
                "不予公开三类；按内容分为机构职能、政策文件、规划计划、统计数据、行政许可、行政处罚、财政"
                "资金、民生服务、应急管理等类。",
                f"本机关的主要职责是：{duties}。主动公开的信息以履行这些职责形成的信息为主。",
            )),
            ("二、编排体系", (
                "主动公开的信息按目录编排，每一条都有索引号、名称、发布机构、主题分类、成文日期、发布日期、"
                "有效性等要素。索引号由机关代码、年份和流水号组成，是信息的唯一标识，终身不变。",
                "公众可以按栏目、机关、主题、年份查找，也可以直接输入关键词或者发文字号检索。",
            )),
            ("三、获取方式", (
                "（一）主动公开。通过政府网站、政府公报、政务新媒体、新闻发布会公布；在市档案馆、公共图书馆、"
                "政务服务大厅设有政府信息查阅场所，提供免费查阅和打印。自信息形成或者变更之日起二十个工作日内公开。",
                "（二）依申请公开。除主动公开的以外，公民、法人和其他组织可以当面、信函、传真或者网上申请。"
                "申请时写明姓名或者名称、有效身份证件、联系方式，所需信息的名称、文号或者便于查询的其他特征，"
                "以及获取信息的方式。能够当场答复的当场答复，不能当场答复的，自收到申请之日起二十个工作日内答复；"
                "需要延长的，经负责人同意并告知申请人，延长最多不超过二十个工作日。",
                "（三）收费。一般不收取费用。申请的数量、频次明显超过合理范围的，可以依照规定收取信息处理费。",
            )),
            ("四、政府信息公开工作机构", (
                f"机构名称：{office_of(body)}",
                f"办公地址：{address_of(body)}",
                f"办公时间：{OFFICE_HOURS}",
                f"联系电话：{phone_of(body)}　传真号码：{fax_of(body)}",
                f"互联网联系方式：{email_of(body)}，或者使用本网站“依申请公开”栏目。",
                f"通信地址：{address_of(body)}，信封左下角请注明“政府信息公开申请”。",
            )),
            ("五、监督和救济", (
                "公民、法人或者其他组织认为行政机关不依法履行政府信息公开义务的，可以向上一级行政机关或者政府"
                "信息公开工作主管部门投诉、举报；认为侵犯其合法权益的，可以依法申请行政复议或者提起行政诉讼。",
            )),
            ("六、更新", (f"本指南为{year}年版，工作机构、地址、电话等发生变化的，随时更新。",)),
        )
    )  # fmt: skip
