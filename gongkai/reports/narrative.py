"""A first draft of a report's text, written from the figures and last year's report.

The draft says what the records say, in plain sentences with numbers, under the five heads of
the summary (国办公开办函〔2021〕30号): 主动公开、依申请公开、政府信息管理、平台建设、监督保障; a
government's draft also has the heads for assessment, public evaluation and accountability that
条例第五十条第一款第四项 asks of governments. What no record knows (what was published
elsewhere, how many people were trained) is never invented: the draft leaves a marked gap
(`content.gap`), and a report with open gaps cannot be submitted.

Section five begins with what last year's report promised, one by one, each with a gap for what
came of it: the promise is quoted, the answer is not made up.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from gongkai.organs.models import Organ
from gongkai.reports import content
from gongkai.reports.content import gap
from gongkai.reports.figures import BuiltReport
from gongkai.reports.values import show
from gongkai.statute.formats import CellValue

HEADS = (
    "（一）主动公开",
    "（二）依申请公开",
    "（三）政府信息管理",
    "（四）政府信息公开平台建设",
    "（五）监督保障",
)
GOVERNMENT_HEADS = ("工作考核", "社会评议", "责任追究结果")
"""What a government's report must say besides (条例第五十条第一款第四项)."""

MAX_PROMISES = 8
_PROMISE = re.compile(
    r"[（(][一二三四五六七八九十\d]+[)）]|[一二三四五六七八九十]是|第[一二三四五六七八九十][，,、]|\d+[.、．]"
)
_HEADING = re.compile(r"<h[1-6]>.*?</h[1-6]>", re.DOTALL)
_ANSWERED = "落实情况："
_STOPS = "。；;，,"
_SPLIT = re.compile(r"(?=[一二三四五六七八九十]是)")


@dataclass(frozen=True)
class Contact:
    """Where readers may ask, as the body's record says; empty parts become gaps."""

    office: str = ""
    address: str = ""
    phone: str = ""

    @classmethod
    def of(cls, organ: Organ) -> Contact:
        return cls(organ.office_name, organ.address, organ.phone)


def draft(built: BuiltReport, contact: Contact | None = None) -> dict[str, str]:
    """The text sections (s1, s5, s6) of a report, as far as the records can tell them."""
    return {
        "s1": _summary(built, contact or Contact()),
        "s5": _problems(built),
        "s6": _other_matters(built),
    }


def paragraph(*sentences: str) -> str:
    """Sentences as one paragraph, escaped; empty ones are left out."""
    text = "".join(sentence for sentence in sentences if sentence)
    return f"<p>{html.escape(text, quote=False)}</p>" if text else ""


def head(text: str) -> str:
    return f"<h3>{html.escape(text, quote=False)}</h3>"


# -- 一、总体情况 --------------------------------------------------------------------------------


def _summary(built: BuiltReport, contact: Contact) -> str:
    year = built.year
    bodies = ""
    if built.is_aggregate:
        number = len(built.parts or ()) or 1
        bodies = f"本报告汇总了本机关及所属部门、下级政府共{number}份报告的数据。"
    parts = [
        paragraph(
            "本报告依据《中华人民共和国政府信息公开条例》（国务院令第711号）第五十条和",
            f"《{built.format.title}》（{built.format.basis}）编制。",
            f"所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
            bodies,
            _contact(contact),
        ),
        head(HEADS[0]),
        paragraph(*_proactive(built)),
        paragraph(*_published(built)),
        head(HEADS[1]),
        paragraph(*_requests(built)),
        paragraph(*_remedies(built)),
        head(HEADS[2]),
        paragraph(*_documents(built), gap("公开属性审查、目录和指南更新、信息清理等情况")),
        head(HEADS[3]),
        paragraph(gap("政府网站公开专栏、政务新媒体账号数量和检查整改、公开查阅场所等情况")),
        head(HEADS[4]),
        paragraph(gap("组织领导、制度建设、业务培训的场次和人数等情况")),
    ]
    if built.organ.is_government:
        parts += [paragraph(f"{name}：", gap(f"本年{name}")) for name in GOVERNMENT_HEADS]
    return "".join(parts)


def _contact(contact: Contact) -> str:
    office = contact.office or gap("工作机构名称")
    address = contact.address or gap("办公地址")
    phone = contact.phone or gap("联系电话")
    return f"对本报告如有疑问，请与{office}联系（地址：{address}；电话：{phone}）。"


_SAID = {
    "issued": "本年制发{row}{n}件",
    "repealed": "废止{n}件",
    "in_force": "现行有效{n}件",
    "made": "本年新制作{row}{n}件",
    "published": "新公开{n}件",
    "open_total": "对外公开总数{n}件",
    "prev_items": "{row}上一年项目{n}项",
    "change": "本年{n}",
    "decisions": "作出处理决定{n}件",
    "amount": "金额{n}万元",
    "items": "{row}项目{n}项",
}
"""How a column of table two is told. A column not named here is told by its label."""
_ALONE = {"decisions": "作出{row}处理决定{n}件", "amount": "收取{row}{n}万元"}
"""The same where it is the only column of its part."""


def _proactive(built: BuiltReport) -> list[str]:
    """Table two in sentences: one for each of its parts that the format has."""
    sentences = []
    for part in built.format.t2:
        clauses = []
        for row in part.rows:
            said = []
            for column in part.columns:
                cell = f"t2.{row.id}.{column.id}"
                if built.cells.get(cell) is None:
                    continue
                told = _ALONE if len(part.columns) == 1 else _SAID
                words = told.get(column.id, f"{{row}}{column.label}{{n}}{column.unit}")
                said.append(words.format(row=row.label, n=_number(built, cell)))
            if said:
                clauses.append("，".join(said))
        if clauses:
            sentences.append("；".join(clauses) + "。")
    return sentences


_KINDS = {
    "m.items.overview": "概况类信息",
    "m.items.news": "政务动态信息",
    "m.items.catalogue": "信息公开目录信息",
}
"""Kinds of columns told beside the total; they part some of it, so the rest is told too."""


QUOTED = {
    "s1": ("m.items.published", *_KINDS),
    "s6": ("m.fee.requests", "m.fee.amount"),
}
"""Section → the measures its draft quotes."""


def _published(built: BuiltReport) -> list[str]:
    """How much was published in the year, as far as the records know (条例第二十三条)."""
    total = built.measures.get("m.items.published")
    if not total:
        return [gap("本年在政府网站、政务新媒体等渠道主动公开信息的条数和重点内容")]
    told = [(name, built.measures.get(measure) or 0) for measure, name in _KINDS.items()]
    parts = [f"{name}{show(number)}条" for name, number in told if number]
    rest = total - sum(number for _name, number in told)
    if parts and rest:
        parts.append(f"其他信息{show(rest)}条")
    of_which = f"，其中{'、'.join(parts)}" if parts else ""
    return [
        f"本年通过本平台主动公开政府信息{show(total)}条{of_which}。",
        gap("主动公开的重点内容，以及政务新媒体等其他渠道的公开情况"),
    ]


def _number(built: BuiltReport, cell: str) -> str:
    value = built.cells.get(cell)
    if built.format.cells[cell].signed and isinstance(value, int):
        return f"{'减少' if value < 0 else '增加'}{abs(value)}项" if value else "没有增减"
    return show(value)


def _requests(built: BuiltReport) -> list[str]:
    cells = built.cells
    new, carried_in = cells.get("t3.new.total"), cells.get("t3.carried_in.total")
    done, left = cells.get("t3.result_total.total"), cells.get("t3.carried_out.total")
    if new is None:
        return [gap("本年收到和处理政府信息公开申请的情况")]
    if not any((new, carried_in, done, left)):
        return ["本年新收政府信息公开申请0件，上年结转0件，没有需要办理的申请。"]
    natural = cells.get("t3.new.natural") or 0
    received = f"本年新收政府信息公开申请{show(new)}件"
    if new:
        received += f"，其中自然人{show(natural)}件、法人或其他组织{show(new - natural)}件"
    groups = _result_groups(built)
    told = "、".join(f"{name}{show(value)}件" for name, value in groups if value)
    # Each sentence has one sum, so that a reader (and the review flags) can add it up.
    return [
        f"{received}。",
        _compared(new, (built.previous or {}).get("t3.new.total")),
        f"上年结转{show(carried_in)}件。",
        f"本年度办结{show(done)}件{'，其中' + told if told else ''}。",
        f"结转下年度继续办理{show(left)}件。",
    ]


def _compared(now: CellValue, before: CellValue) -> str:
    """This year's requests against last year's, as a sentence."""
    if now is None or before is None:
        return ""
    if now == before:
        return f"新收数量与上年（{show(before)}件）持平。"
    difference: Any = now - before
    word = "增加" if difference > 0 else "减少"
    percent = f"（{abs(difference) * 100 / before:.1f}%）" if before else ""
    return f"新收数量比上年（{show(before)}件）{word}{show(abs(difference))}件{percent}。"


def _result_groups(built: BuiltReport) -> list[tuple[str, Any]]:
    """The results added up under the heads （一）…（六） of table three."""
    totals: dict[str, Any] = {}
    for row in built.format.t3.result_rows:
        heads = row.path[1:]
        name = re.sub(r"^（.）|（.*）$", "", heads[0] if heads else row.label)
        value = built.cells.get(f"t3.{row.id}.total") or 0
        totals[name] = totals.get(name, 0) + value
    return list(totals.items())


def _remedies(built: BuiltReport) -> list[str]:
    cells = built.cells
    review = cells.get("t4.review.total")
    suits = [cells.get("t4.direct.total"), cells.get("t4.after_review.total")]
    if review is None and all(one is None for one in suits):
        return [gap("因政府信息公开工作被申请行政复议、提起行政诉讼的情况")]
    lawsuits = sum(one or 0 for one in suits)
    if not review and not lawsuits:
        return ["本年没有因政府信息公开工作被申请行政复议或者提起行政诉讼。"]
    return [
        f"因政府信息公开工作被申请行政复议{show(review)}件{_results(built, ['review'])}，",
        f"被提起行政诉讼{lawsuits}件{_results(built, ['direct', 'after_review'])}。",
    ]


def _results(built: BuiltReport, groups: list[str]) -> str:
    """How the cases of these groups of table four ended, in brackets."""
    told = []
    for column in built.format.t4.leaf_columns:
        number = sum(built.cells.get(f"t4.{group}.{column.id}") or 0 for group in groups)
        if number:
            told.append(f"{column.label}{show(number)}件")
    return f"（{'、'.join(told)}）" if told else ""


def _documents(built: BuiltReport) -> list[str]:
    in_force = built.cells.get("t2.normative.in_force")
    if in_force is None:
        return []
    return [f"截至{built.year}年12月31日，现行有效的行政规范性文件{show(in_force)}件。"]


# -- 五、存在的主要问题及改进情况 ------------------------------------------------------------------


def _problems(built: BuiltReport) -> str:
    parts = []
    promises = last_promises((built.previous_sections or {}).get("s5", ""))
    if promises:
        parts.append(head("（一）上年报告所列问题的改进情况"))
        items = "".join(
            f"<li>{html.escape(f'{promise.rstrip(_STOPS)}。{_ANSWERED}', quote=False)}"
            f"{html.escape(gap('本年做了什么、结果如何'), quote=False)}</li>"
            for promise in promises
        )
        parts.append(f"<ul>{items}</ul>")
    parts.append(head(f"（{'二' if promises else '一'}）本年存在的主要问题"))
    parts.append(paragraph(*_observed(built), gap("逐条写明本年存在的主要问题")))
    parts.append(head(f"（{'三' if promises else '二'}）改进措施"))
    parts.append(paragraph(gap("对照上述问题逐条写明改进措施")))
    return "".join(parts)


def _observed(built: BuiltReport) -> list[str]:
    """What the figures themselves say against the body; nothing else is claimed."""
    cells = built.cells
    corrected = sum(cells.get(f"t4.{group.id}.corrected") or 0 for group in built.format.t4.groups)
    found = []
    if corrected:
        found.append(f"本年行政复议、行政诉讼中有{show(corrected)}件结果为纠正，答复质量有待提高。")
    missing = cells.get("t3.unavailable_not_held.total") or 0
    done = cells.get("t3.result_total.total") or 0
    if done and missing * 2 > done:
        found.append(
            f"办结的{show(done)}件申请中有{show(missing)}件因本机关不掌握而无法提供，"
            "申请渠道的指引有待加强。"
        )
    return found


def last_promises(text: str) -> list[str]:
    """The points of last year's section five that announce something, as they were written.

    Headings are not points, and what answers a promise of the year before is none either.
    """
    found = []
    for line in content.plain(_HEADING.sub("", text)).splitlines():
        if _ANSWERED in line:
            continue
        # What stands before “一是” only announces the list.
        for piece in _SPLIT.split(line):
            point = piece.strip(" ；;")
            if _PROMISE.match(point) and not content.gaps(point):
                found.append(point if len(point) <= 120 else f"{point[:118]}……")
    return found[:MAX_PROMISES]


# -- 六、其他需要报告的事项 ------------------------------------------------------------------------


def _other_matters(built: BuiltReport) -> str:
    rest = paragraph(gap("其他需要报告的事项；没有的，写“无其他需要报告的事项”"))
    if not built.format.section("s6").must_contain:
        return rest
    return paragraph(*_fees(built)) + rest


def _fees(built: BuiltReport) -> list[str]:
    rule = "依据《政府信息公开信息处理费管理办法》（国办函〔2020〕109号），"
    amount = built.measures.get("m.fee.amount")
    number = built.measures.get("m.fee.requests")
    if amount is None:
        return [rule, gap("本年收取信息处理费的件数和金额；没有收取的，写明未收取")]
    if not amount:
        return [rule, "本年度未收取政府信息公开信息处理费（0元）。"]
    of = f"对{show(number)}件申请" if number else ""
    return [rule, f"本年度{of}收取政府信息公开信息处理费{show(amount)}元。"]
