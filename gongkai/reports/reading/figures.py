"""Figures that the text itself states: requests, reviews, suits, processing fee.

Conservative: a figure is taken only where it stands right behind its noun, and left out when the
text states two different ones without saying which is the whole.
"""

from __future__ import annotations

import re

from gongkai.reports.reading.normalise import squash

_COUNT = r"(?P<count>\d{1,3}(?:,\d{3})+|\d+)(?:余)?(?:件次|件|宗|份|起|条|次|封|例|个|项|人次)"
_WHO = r"(?:关于|对|办理|处理|公民|公众|群众|社会|法人|其他组织|申请人|各类|书面|网上|线上|有效|新|的|和|、|,|或|及|各渠道|各种形式|通过\w{0,8})*"
_NOUN = (
    r"(?:依申请公开(?:政府)?信息(?:公开)?|依申请(?:政府)?信息公开|依申请公开|政府信息依申请公开|政府信息公开|政务信息公开|信息公开|申请公开(?:政府)?信息|申请政府信息公开)"
    r"(?:的)?(?:申请|事项|申请件|信息|件|申请事项|申请表|答复件)?"
)
_RECEIVED = re.compile(
    rf"(?P<verb>(?:收到|接到|受理|接收|新收)(?:了)?){_WHO}{_NOUN}(?:数量|总数)?(?:共计|共|总计|合计|为|:)*{_COUNT}"
)
_RECEIVED_AFTER = re.compile(
    rf"(?:收到|接到|受理|接收|新收)(?:了)?(?:的)?{_COUNT}(?:的)?{_WHO}{_NOUN}"
)
_RECEIVED_PLAIN = re.compile(
    rf"(?:收到|接到|受理|接收)(?:了)?(?:的)?(?:各类|书面|有效)?申请(?:共计|共|总计|合计|为|:)*{_COUNT}"
)
_NOT_RECEIVED = re.compile(
    rf"(?:未|没有|无)(?:曾)?(?:收到|接到|受理|接收)(?:过|到)?(?:任何|有关|相关)?{_WHO}{_NOUN}"
)
_PART_BEFORE = re.compile(
    r"(?:其中|含|包括|上年度?结转|去年|上年|同比|比上年|较上年|网上|信函|当面|电子邮件)[^。;；]{0,6}$"
)
_WHOLE_BEFORE = re.compile(r"(?:共计?|总计?|累计|合计|一共|全年|年度内?)(?:新)?$")

_REVIEW = re.compile(rf"行政复议(?:案件|申请)?(?:数量|总数)?(?:共计|共|总计|合计|为|:)*{_COUNT}")
_SUIT = re.compile(rf"行政诉讼(?:案件)?(?:数量|总数)?(?:共计|共|总计|合计|为|:)*{_COUNT}")
_NEITHER = re.compile(
    r"(?:未|没有|无)(?:发生|收到|产生|出现|有|因\w{0,12})*(?:被)?(?:申请|提起|引发)?(?:政府信息公开(?:工作)?(?:的)?(?:相关)?)?"
    r"行政复议(?:案件|申请)?(?:和|及|与|、|或|,|以及)(?:被)?(?:申请|提起)?行政诉讼"
)
_TOPIC = re.compile(r"信息公开|依申请|政务公开")

_AMOUNT = r"(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<unit>万元|元)"
_FEE = re.compile(
    rf"(?P<what>实际收取|实收|应收|减免|信息处理费|处理费|收费|费用|收取|金额)[^。;,]{{0,14}}?{_AMOUNT}"
)
_FEE_BEFORE = re.compile(rf"(?P<what>收取|收费)[^。;,]{{0,10}}?{_AMOUNT}[^。;,]{{0,8}}信息处理费")
_NO_FEE = re.compile(
    r"(?:未|没有|无|不)(?:发生|产生|收取|收过|涉及|向\w{0,10}收取|对\w{0,10}收取|存在)?(?:任何|相关|过|政府信息公开|依申请公开|的|有关)*"
    r"(?:信息处理费|处理费|收费(?:情况|行为|事项)?|费用|信息公开收费)"
    r"|(?:信息处理费|处理费)(?:收取)?(?:情况)?[^。;,\d]{0,8}(?:未收取|未发生|未产生|没有收取|无收取)"
)


def _int(text: str) -> int:
    return int(text.replace(",", ""))


def read_figures(narrative: dict[str, str | None]) -> dict[str, int | float]:
    """``requests_received``, ``reviews``, ``litigation``, ``handling_fee_yuan``, as far as stated."""
    first = squash(narrative.get("s1") or "")
    sixth = squash(narrative.get("s6") or "")
    found: dict[str, int | float] = {}
    if (received := _requests(first)) is not None:
        found["requests_received"] = received
    reviews, litigation = _remedies(first)
    if reviews is not None:
        found["reviews"] = reviews
    if litigation is not None:
        found["litigation"] = litigation
    fee = _fee(sixth)
    if fee is None:
        fee = _fee(first) if "信息处理费" in first else None
    if fee is not None:
        found["handling_fee_yuan"] = fee
    return found


def _requests(text: str) -> int | None:
    counts: list[tuple[bool, int]] = []
    for pattern in (_RECEIVED, _RECEIVED_AFTER):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 16) : match.start()]
            if _PART_BEFORE.search(before):
                continue
            if re.match(
                r"(?:[(（][^)）]{0,12})?(?:含|包括)?上年", text[match.end() : match.end() + 8]
            ):
                continue  # with those carried over: not the year's new requests
            counts.append((bool(_WHOLE_BEFORE.search(before)), _int(match["count"])))
    if not counts:
        for match in _RECEIVED_PLAIN.finditer(text):
            sentence = text[text.rfind("。", 0, match.start()) + 1 : match.start()]
            if _TOPIC.search(sentence) and not _PART_BEFORE.search(sentence[-16:]):
                counts.append((True, _int(match["count"])))
    whole = {count for is_whole, count in counts if is_whole}
    every = {count for _, count in counts}
    if len(every) == 1:
        return every.pop()
    if len(whole) == 1:
        return whole.pop()
    if not counts and _NOT_RECEIVED.search(text):
        return 0
    return None


def _remedies(text: str) -> tuple[int | None, int | None]:
    reviews, suits = _stated(_REVIEW, text), _stated(_SUIT, text)
    if reviews is None and suits is None and _NEITHER.search(text):
        return 0, 0
    return reviews, suits


def _stated(pattern: re.Pattern[str], text: str) -> int | None:
    counts: set[int] = set()
    for match in pattern.finditer(text):
        sentence = text[text.rfind("。", 0, match.start()) + 1 : match.start()]
        before = text[max(0, match.start() - 12) : match.start()]
        if not _TOPIC.search(sentence) or re.search(r"其中|同比|较上年|比上年", before):
            continue
        counts.add(_int(match["count"]))
    return counts.pop() if len(counts) == 1 else None


def _fee(text: str) -> int | float | None:
    amounts: set[float] = set()
    actual: set[float] = set()
    for pattern in (_FEE, _FEE_BEFORE):
        for match in pattern.finditer(text):
            amount = float(match["amount"].replace(",", ""))
            amount = round(amount * 10000, 2) if match["unit"] == "万元" else amount
            amounts.add(amount)
            if match["what"] in ("实际收取", "实收"):
                actual.add(amount)
    stated = actual or amounts
    if len(stated) == 1:
        amount = stated.pop()
        return int(amount) if amount == int(amount) else amount
    if not stated and _NO_FEE.search(text):
        return 0
    return None
