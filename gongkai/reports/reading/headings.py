"""The headings of the six parts, by their words."""

from __future__ import annotations

import re
from functools import lru_cache

from gongkai.reports.reading.normalise import squash

SECTIONS = ("s1", "s2", "s3", "s4", "s5", "s6")
TEXT_SECTIONS = ("s1", "s5", "s6")
LONGEST_HEADING = 46

_NUMBERING = (
    r"(?:[(（]?[一二三四五六七八九十\d]{1,2}[)）]?[、.,，．:：]?|第[一二三四五六]部分[、:：]?)?"
)
_PATTERNS = {
    "s1": r"(?:.{0,20}(?:年度?|工作|信息公开))?(?:总体(?:工作)?(?:情况|状况|概况)|基本情况)(?:概述)?",
    "s2": r".{0,12}主动公开(?:的)?(?:政府)?信息(?:的)?(?:工作)?情况(?:统计表?)?",
    "s3": r".{0,12}(?:收到(?:和|及|与|、)?处理|处理)(?:的)?(?:政府)?信息公开申请(?:的)?(?:情况|统计).{0,6}",
    "s4": r".{0,26}(?:行政复议(?:和|及|与|、|,)?.{0,8}行政诉讼|行政诉讼(?:和|及|与|、|,)?.{0,8}行政复议|复议、?诉讼).{0,8}情况.{0,4}",
    "s5": r".{0,16}(?:存在|主要).{0,6}问题.{0,4}(?:改进|整改|措施|打算|对策).{0,8}",
    "s6": r".{0,8}(?:其他|其它)?(?:需要|应当|需)(?:报告|说明)的?(?:其他|其它)?事项(?:情况)?|(?:其他|其它)(?:需要)?报告(?:的)?事项",
}
_HEADINGS = {
    name: re.compile(rf"{_NUMBERING}(?P<title>{pattern})(?:[(（][^()（）]{{1,14}}[)）])?[:：。]?")
    for name, pattern in _PATTERNS.items()
}
#: A heading with its text in the same paragraph, which needs its number to be believed.
_RUN_IN = {
    name: re.compile(
        rf"(?:[一二三四五六][、.．,，]|[(（][一二三四五六][)）]|\d[、.．])(?:{pattern})[:：。]"
    )
    for name, pattern in _PATTERNS.items()
    if name in TEXT_SECTIONS
}


@lru_cache(maxsize=8192)
def heading_of(text: str) -> str | None:
    """The part whose heading a line is."""
    if not text or len(text) > 3 * LONGEST_HEADING:
        return None
    flat = squash(text)
    if len(flat) > LONGEST_HEADING:
        return None
    for name, pattern in _HEADINGS.items():
        if pattern.fullmatch(flat):
            return name
    return None


def run_in(text: str) -> tuple[str, str] | None:
    """(part, text) of a paragraph that begins with its heading."""
    start = text[:60]
    for name, pattern in _RUN_IN.items():
        match = pattern.match(re.sub(r"[ \u3000]", "", start))
        if match:
            # The heading's characters are counted off in the text as it is, spaces and all.
            count, position = len(match.group()), 0
            while count and position < len(text):
                count -= text[position] not in " \u3000"
                position += 1
            return name, text[position:].strip()
    return None
