"""What the system writes in a notice: dates, channels, articles, the history of a case.

Pure: takes events and texts, gives texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

REGULATION: Final = "《中华人民共和国政府信息公开条例》"
_LAWS: Final = {
    "条例": REGULATION,
    "信息处理费管理办法": "《政府信息公开信息处理费管理办法》",
}

CHANNEL_WORDS: Final[Mapping[str, str]] = {
    "counter": "当面",
    "registered_mail": "通过邮寄",
    "ordinary_mail": "通过平常信函",
    "online": "通过互联网",
    "email": "通过电子邮件",
    "fax": "通过传真",
}

RECEIPT_BASIS: Final[Mapping[str, str]] = {
    "counter": "当面提交申请的，以提交之日为收到申请之日（《条例》第三十一条第一项）",
    "registered_mail": "以邮寄方式提交申请的，以签收之日为收到申请之日（《条例》第三十一条第二项）",
    "ordinary_mail": "以平常信函等无需签收的邮寄方式提交申请的，以与申请人确认之日为收到申请之日"
    "（《条例》第三十一条第二项）",
    "online": "通过互联网渠道提交申请的，以双方确认之日为收到申请之日（《条例》第三十一条第三项）",
    "email": "通过互联网渠道提交申请的，以双方确认之日为收到申请之日（《条例》第三十一条第三项）",
    "fax": "以传真提交申请的，以双方确认之日为收到申请之日（《条例》第三十一条第三项）",
}
"""Why a day is the day of receipt, by channel (Article 31)."""

OWN_EVENT: Final[Mapping[str, tuple[str, ...]]] = {
    "N02": ("correction_requested",),
    "N04": ("extended",),
    "N05": ("third_party_consulted",),
    "N06": ("third_party_consulted", "organ_consulted"),
    "N07": ("organ_consulted",),
    "N09": ("fee_noticed",),
    "N19": ("delay_stated",),
    "N22": ("correction_lapsed", "fee_lapsed", "withdrawn"),
}
"""What a notice says itself and therefore does not repeat as history."""


def day(on: date | None) -> str:
    """A date as GB/T 9704 writes it: 2026年3月6日; "" for none."""
    return f"{on.year}年{on.month}月{on.day}日" if on is not None else ""


def period(text: str) -> str:
    """A period as the sentence wants it: “15个工作日” and “截至2026年4月10日” are completed."""
    text = text.strip().rstrip("。")
    if re.fullmatch(r"[0-9一二三四五六七八九十]+(?:个工作日|日|天)", text):
        return f"自收到本告知书之日起{text}内"
    until = re.fullmatch(r"(?:截至|至|于)?([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日)(?:前|止)?", text)
    return f"于{until[1]}前（含当日）" if until else text


def articles(cited: Sequence[str]) -> str:
    """Articles with the full name of their law, once: 《…条例》第十四条、第三十六条第三项."""
    parts: list[str] = []
    current = ""
    for one in cited:
        match = re.fullmatch(r"(?:(?!第).)*", one.partition("第")[0])
        name = match[0] if match else ""
        law = _LAWS.get(name, f"《{name}》" if name else "")
        rest = one[len(name) :]
        parts.append(rest if law == current else f"{law}{rest}")
        current = law
    return "、".join(parts)


def history(events: Iterable[Mapping[str, Any]], *, leave_out: Sequence[str] = ()) -> str:
    """The steps of a case with their dates, in one sentence; "" when nothing happened.

    `events`: mappings with "type", "on" (a date) and the event's data.
    """
    steps = [
        words
        for event in sorted(events, key=lambda one: one["on"])
        if event["type"] not in leave_out and (words := _step(event))
    ]
    return f"办理过程中，本机关{'，'.join(steps)}。" if steps else ""


def _step(event: Mapping[str, Any]) -> str:
    on = day(event["on"])
    data = event.get("data", {})
    match event["type"]:
        case "correction_requested":
            return f"于{on}告知补正"
        case "correction_received":
            return f"于{on}收到补正内容"
        case "third_party_consulted":
            return f"于{on}征求第三方意见"
        case "third_party_answered":
            return f"于{on}收到第三方的意见"
        case "organ_consulted":
            return f"于{on}征求其他机关意见"
        case "organ_answered":
            return f"于{on}收到其他机关的意见"
        case "extended":
            return f"于{on}告知延长答复期限{data.get('days', '')}个工作日"
        case "delay_stated":
            return f"于{on}告知延迟答复"
        case "fee_noticed":
            return f"于{on}发出收费通知"
        case "fee_paid":
            return f"于{on}收到信息处理费"
        case "reopened":
            return f"于{on}收到责令重新答复的决定（判决）"
    return ""


_BODIES = re.compile(
    r"(公司|局|委员会|委|院|中心|厂|店|社|会|所|学校|大学|部|站|馆|集团|合作社|政府|办公室)$"
)


def pronoun(name: str, *, is_person: bool | None = None) -> str:
    """您 for a person, 你单位 for a body; judged by the name when it is not known."""
    if is_person is None:
        is_person = not _BODIES.search(name.strip())
    return "您" if is_person else "你单位"


def contact(office: str, phone: str, address: str, hours: str = "") -> str:
    """Who can be asked, in one line; "" when nothing is known."""
    parts = [("联系人", office), ("联系电话", phone), ("地址", address), ("办公时间", hours)]
    return "；".join(f"{label}：{text}" for label, text in parts if text)
