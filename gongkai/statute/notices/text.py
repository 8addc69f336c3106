"""The outside of a notice: plain characters, title, number, date, year, and its sections."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from .model import NoticeProblem, date_or_none

_PLAIN: Final = {
    **{ord("０") + n: ord("0") + n for n in range(10)},
    **{
        ord(wide): plain
        for wide, plain in zip("（）［］：；，．～〜－—–―‐‑−", "()[]:;,.---------", strict=True)
    },
    ord("~"): "-",
    ord("\u3000"): " ",
    ord("\u00a0"): " ",
    ord("\u200b"): " ",
    ord("\ufeff"): " ",
}


def plain_text(text: str) -> str:
    """The same text, character for character, with half-width digits, brackets and dashes.

    A comma inside brackets becomes 、 so that commas separate clauses and nothing else.
    """
    plain = text.translate(_PLAIN)
    return re.sub(r"\([^()]*\)", lambda match: match.group().replace(",", "、"), plain)


def squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)


def title_of(plain: str) -> str:
    match = re.search(r"(?:国务院办公厅)?\s*关于[^。:;]{2,60}?通\s*知(?!如)", plain)
    return squeeze(match.group()) if match else ""


def document_number(plain: str) -> str:
    match = re.search(r"(国办\w{0,6})\s*[〔\[(]\s*(20\d\d)\s*[〕\])]\s*(\d+)\s*号", plain)
    return f"{match[1]}〔{match[2]}〕{match[3]}号" if match else ""


_SIGNED: Final = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日[^放假上班。]*\Z")


def published_on(plain: str) -> date | None:
    """The date with which the notice is signed: the last thing in the text."""
    match = _SIGNED.search(plain)
    return date_or_none(int(match[1]), int(match[2]), int(match[3])) if match else None


def find_year(plain: str, given: int | None, problems: list[NoticeProblem]) -> int | None:
    """The year the arrangement is for: in the title, before a holiday's name, else in a date."""
    squeezed = squeeze(plain)
    match = re.search(r"(20\d\d)年(?!\d)", title_of(plain)) or re.search(
        r"(20\d\d)年(?=[^日。]{0,12}(?:节假日|元旦|春节|清明|劳动|端午|中秋|国庆|放假|假期))",
        squeezed,
    )
    dates = re.findall(r"(20\d\d)年\d{1,2}月", _SIGNED.sub("", squeezed))
    said = int(match[1]) if match else max(map(int, dates), default=None)
    if given is None and said is None:
        problems.append(
            NoticeProblem(
                "year",
                "通知里没有读到年度（如“关于2026年部分节假日安排的通知”）",
                "请连同标题一起粘贴，或者另行指定年度",
            )
        )
    elif given is not None and said is not None and given != said:
        problems.append(
            NoticeProblem(
                "year",
                f"通知写的是{said}年，而指定的年度是{given}年",
                "请核对是否贴错了通知，或者改正指定的年度",
            )
        )
    return said if given is None else given


_NAMES: Final = {
    "元旦": "元旦",
    "新年": "元旦",
    "春节": "春节",
    "清明": "清明节",
    "劳动": "劳动节",
    "五一": "劳动节",
    "端午": "端午节",
    "中秋": "中秋节",
    "国庆": "国庆节",
}
_NAME: Final = (
    r"[“\"]?(?:元旦|新年|春节|清明节?|五一[”\"]?(?:国际)?(?:劳动节)?|(?:国际)?劳动节"
    r"|端午节?|中秋节?|国庆节?)[”\"]?"
)
_HEADING: Final = re.compile(
    rf"(?P<names>{_NAME}(?:\s*[、和及与,]\s*{_NAME})*)(?:假期|放假)?\s*"
    r"(?::|(?=(?:20\d\d\s*年\s*)?\d{1,2}\s*月))"
    r"|(?m:^)\s*\(?[一二三四五六七八九十]+[)、.]\s*(?P<other>[^\n:。,、\d]{2,16}):"
)


@dataclass(frozen=True)
class Section:
    """A holiday's name, and its sentences as (written, plain)."""

    name: str
    sentences: tuple[tuple[str, str], ...]


def _holiday_names(words: str) -> str:
    """The holidays named in `words`, in their order, under their statutory names."""
    at: dict[str, int] = {}
    for word, name in _NAMES.items():
        if word in words:
            at.setdefault(name, words.index(word))
    return "、".join(sorted(at, key=lambda name: at[name]))


def sections(text: str, plain: str) -> Iterator[Section]:
    signed = _SIGNED.search(plain)
    end = signed.start() if signed else len(plain)
    headings = list(_HEADING.finditer(plain, 0, end))
    if not headings:
        start = plain.find("通知如下") + 4 if "通知如下" in plain else 0
        yield Section(_holiday_names(plain[:start]), _sentences(text, plain, start, end))
        return
    edges = [*(match.start() for match in headings), end]
    for match, following in zip(headings, edges[1:], strict=True):
        words = match["names"] or match["other"]
        name = _holiday_names(words) or words.strip()
        yield Section(name, _sentences(text, plain, match.end(), following))


def _sentences(text: str, plain: str, start: int, end: int) -> tuple[tuple[str, str], ...]:
    stops = [match.end() for match in re.compile(r"[。;]").finditer(plain, start, end)]
    return tuple(
        (squeeze(text[a:b]), squeeze(plain[a:b]))
        for a, b in pairwise([start, *stops, end])
        if plain[a:b].strip()
    )
