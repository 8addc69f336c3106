"""Whose report it is, and on which year: from the title, else from the words around it.

The year is never taken from the rule a report cites or from its format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gongkai.reports.reading.headings import heading_of
from gongkai.reports.reading.normalise import chinese_number, squash, tidy
from gongkai.reports.reading.rows import FoundRow, Mode
from gongkai.reports.reading.sections import Parts, signature_date, signature_organ

_YEAR = r"(?:(?P<year>(?:19|20)\d{2})|(?P<cnyear>[二一][〇零○O0九一二三四五六七八]{3}))年度?"
_TITLE_END = re.compile(
    r"(?:政府|政务)?(?:信息|政务)公开(?:工作)?(?:情况)?(?:的)?(?:(?P<within>20\d{2})年)?"
    r"(?:年度|年|度)?(?:工作)?(?:情况)?(?:的)?(?:年度)?(?:统计)?(?:报告|年报)"
)
_YEAR_AT = re.compile(_YEAR)
_CUT_BEFORE = re.compile(
    r".*(?:[>》|→»/\\:：】\]]|附件\d*|关于(?:公布|发布|印发)?|现将|公布|发布)(?=.{2})"
)
_EDGES = "《〈》“”\"'[]-—_·・、,，."
_META = re.compile(
    r"(?:发布|公开|制发|发文|制作|主办)(?:机构|单位|机关|部门)|责任(?:单位|部门)|(?:信息)?来源"
)
_PERIOD = re.compile(
    r"(?P<year>20\d{2})年(?:度)?1月1日(?:起)?[,，]?(?:至|到|—|-|~|～)+(?:(?:20\d{2})年)?12月31日"
)
_AUTHOR = re.compile(
    r"本(?:年度)?(?:年度)?报告(?:由|系)(?P<organ>.{2,30}?)(?:按照|根据|依据|依照|编制|汇总|负责)"
)
_PUBLISHED = re.compile(r"(?:现将|现公布|现发布|公布|特编制)(?P<organ>[^,，。]{2,30}?)20\d{2}年")
#: What follows a year that the text is about, and not one in which a rule was made.
_OWN_YEAR = r"(?=度?(?:[,，。;；、]|我|本|全|共|新|累计|未|没有|.{0,12}(?:局|县|市|区|办|厅|委|政府|收到|受理|公开|发布)))(?!.{0,6}(?:修订|修正|施行|实施|印发|制定|颁布))"
_ORGAN_END = re.compile(
    r"(?:政府|办公室|委员会|局|厅|署|院|中心|办事处|管委会|县|市|区|州|盟|旗|省|镇|乡|街道|总队|支队|大队|公司|校|所|站|处|队|办|委|会|社|库|馆)$"
)


@dataclass(slots=True)
class Identity:
    """``source`` of the year: title, period, text, file, date (of the signature), or empty."""

    issuer: str | None = None
    year: int | None = None
    title: str | None = None
    title_row: int = -1
    source: str = ""


def parse_title(text: str) -> tuple[str | None, int | None] | None:
    """(issuer, year) of a title such as “义马市人民政府2020年政府信息公开工作年度报告”."""
    flat = squash(text)
    if ("报告" not in flat and "年报" not in flat) or len(flat) > 120:
        return None
    ends = list(_TITLE_END.finditer(flat))
    if not ends:
        return None
    match = ends[-1]
    before, rest = flat[: match.start()], flat[match.end() :]
    head = before
    if before.endswith("人民") and match.group().startswith("政府"):
        before += "政府"
    if "关于" in before:  # “某局关于报送2023年…的函”, “关于某局2023年…的报告”
        organ, _, before = before.rpartition("关于")
        before = organ if _ORGAN_END.search(organ) else before
    before = _CUT_BEFORE.sub("", before).strip(_EDGES)
    year = int(match["within"]) if match["within"] else None
    found = list(_YEAR_AT.finditer(before))
    if found:
        last = found[-1]
        year = _as_year(last)
        before = before[: last.start()] + before[last.end() :]
    elif year is None and (later := _YEAR_AT.search(rest[:20]) or _YEAR_AT.search(head)):
        year = _as_year(later)
    name = before.strip(_EDGES + "的度").replace("(", "（").replace(")", "）")
    if name.count("（") != name.count("）"):
        name = name.strip("（）")
    return (name if 2 <= len(name) <= 40 else None), year


def _as_year(match: re.Match[str]) -> int | None:
    if match["year"]:
        return int(match["year"])
    return chinese_number(match["cnyear"].replace("O", "〇").replace("0", "〇"))


def find_title(rows: Sequence[FoundRow], titles: Iterable[str]) -> Identity:
    """The title among the first lines, in a page's metadata, or broken over lines."""
    best = Identity()
    lines = [
        (number, row)
        for number, row in enumerate(rows[:120])
        if not row.figures and row.labels and len(row.text) <= 90
    ]
    for number, row in lines:
        for cell in row.labels:
            if not cell.above:
                _consider(best, cell.text, number)
    if not (best.issuer and best.year):
        own = [one for one in lines if one[1].mode is not Mode.GRID and len(one[1].labels) == 1]
        for place, (number, _) in enumerate(own):
            for more in (1, 2):
                following = own[place : place + more + 1]
                if len(following) <= more or following[-1][0] - number > 4:
                    continue
                if heading_of(following[-1][1].text) is None:
                    _consider(best, "".join(one.text for _, one in following), following[-1][0])
    for text in titles:
        _consider(best, text, -1)
    return best


def _consider(best: Identity, text: str, where: int) -> None:
    parsed = parse_title(text)
    if parsed is None or heading_of(text) is not None:
        return
    issuer, year = parsed
    if (issuer is not None) + (year is not None) > (best.issuer is not None) + (
        best.year is not None
    ):
        best.issuer = issuer or best.issuer
        best.year = year or best.year
        best.title = re.sub(r"\s+", "", tidy(text))
        if where >= 0:
            best.title_row = where
        best.source = "title" if best.year else ""


def complete(identity: Identity, rows: Sequence[FoundRow], parts: Parts, filename: str) -> Identity:
    """Issuer and year from elsewhere where the title does not say them."""
    text = squash(" ".join([parts.preamble, *(one or "" for one in parts.texts.values())]))
    if identity.issuer is None:
        identity.issuer = _issuer(rows, parts, text)
    elif not _ORGAN_END.search(identity.issuer) and len(identity.issuer) < 3:
        identity.issuer = None
    elif re.search(r"[县市区州旗]$", identity.issuer):
        # “义马市2020年…报告”: the text says whether the government is meant.
        full = identity.issuer + "人民政府"
        if full in text:
            identity.issuer = full
    if identity.year is None:
        identity.year, identity.source = _year(parts, text, filename)
    return identity


def _issuer(rows: Sequence[FoundRow], parts: Parts, text: str) -> str | None:
    for row in rows[:60]:
        cells = [cell.text for cell in (*row.labels, *row.values) if cell.text]
        for place, cell in enumerate(cells[:-1]):
            flat = squash(cell).strip(":：")
            if _META.fullmatch(flat) and 2 <= len(squash(cells[place + 1])) <= 30:
                return squash(cells[place + 1])
        if len(cells) == 1 and (
            match := re.match(rf"(?:{_META.pattern})[:：](.{{2,30}})$", squash(cells[0]))
        ):
            return match[1]
    if match := _AUTHOR.search(text):
        organ = match["organ"]
        return re.sub(r"(?<=政府)办公室$", "", organ)
    if match := _PUBLISHED.search(text):
        return match["organ"]
    return signature_organ(parts.ending)


def _year(parts: Parts, text: str, filename: str) -> tuple[int | None, str]:
    if match := _PERIOD.search(text):
        return int(match["year"]), "period"
    first = squash(parts.texts.get("s1") or "")
    years = Counter(int(year) for year in re.findall(rf"(20\d{{2}})年{_OWN_YEAR}", first))
    if years:
        year, count = years.most_common(1)[0]
        if count > 1 or len(years) == 1:
            return year, "text"
    if match := re.search(r"(?<!\d)(20[12]\d)(?!\d)", re.sub(r".*[/\\]", "", filename)):
        return int(match[1]), "file"
    _, signed = signature_date(parts.ending)
    if signed:
        return signed - 1, "date"
    return None, ""


def is_old_report(rows: Sequence[FoundRow]) -> bool:
    """Whether the headings are those of the reports before 2019 (一、概述 …)."""
    words = (
        "概述",
        "主动公开政府信息的情况",
        "依申请公开政府信息的情况",
        "依申请公开政府信息情况",
        "收费及减免情况",
    )
    found = {
        word
        for row in rows
        if row.mode is not Mode.GRID or len(row.labels) == 1
        for word in words
        if squash(row.text)[:40].endswith(word) or word in squash(row.text)[:24]
    }
    return len(found) >= 2
