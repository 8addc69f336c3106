"""The thirteen check boxes of the column 公开渠道和载体, written and read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from gongkai.catalogue.models import CHANNELS

CHOSEN: Final = "■☑☒√✓✔◼●▇"
NOT_CHOSEN: Final = "□☐口▢◻○▯"
OTHER: Final = "其他"
_SPELLINGS: Final = {
    "政府网站": ("政府门户网站", "政府网站"),
    "两微一端": ("两微一端", "微博微信客户端"),
    "发布会/听证会": ("发布会/听证会", "发布会听证会", "新闻发布会/听证会", "发布会、听证会"),
    "公开查阅点": ("公开查阅点", "公共查阅点", "政府信息公开查阅点"),
    "政务服务中心": ("政务服务中心", "行政服务中心"),
    "便民服务站": ("便民服务站/点", "便民服务点/站", "便民服务站", "便民服务点"),
    "入户/现场": ("入户/现场", "入户现场", "入户、现场"),
    "社区/企事业单位/村公示栏(电子屏)": (
        "社区/企事业单位/村公示栏(电子屏)",
        "社区/企事业单位、村公示栏(电子屏)",
        "社区、企事业单位、村公示栏(电子屏)",
        "社区/企事业单位/村公示栏",
    ),
    OTHER: ("其他", "其它"),
}
_BOX: Final = re.compile(rf"[{CHOSEN}{NOT_CHOSEN}]")
_SEPARATORS: Final = re.compile(r"[;\n]+|(?<=[^/])、")


def _spelling_table() -> list[tuple[str, str]]:
    pairs = [(s, channel) for channel in CHANNELS for s in _SPELLINGS.get(channel, (channel,))]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


_TABLE: Final = _spelling_table()
_KNOWN: Final = re.compile(
    rf"([{CHOSEN}{NOT_CHOSEN}])\s*(?:"
    + "|".join(f"({re.escape(s)})" for s, _ in _TABLE)
    + r")(?:\s*\(([^()]*)\))?"
)
_EXACT: Final = dict(_TABLE)


def channels_text(channels: Iterable[str]) -> str:
    """The cell of the official table: every box, chosen ones black, two a line."""
    listed = list(channels)
    own = [channel for channel in listed if channel not in CHANNELS]
    boxes = []
    for channel in CHANNELS:
        if channel == OTHER and own:
            inside = ";".join([*([OTHER] if OTHER in listed else []), *own])
            boxes.append(f"■{OTHER}({inside})")
        else:
            boxes.append(("■" if channel in listed else "□") + channel)
    return "\n".join(" ".join(boxes[start : start + 2]) for start in range(0, len(boxes), 2))


def read_channels(text: str) -> list[str]:
    """The channels that a cell names, in the official order, others after them.

    With boxes (also read as 口 by a scanner) the black ones; without any, all that are named.
    Raises ValueError for boxes before names that nobody knows.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"(?<![\s一-龥■□)])口(?=[一-龥])", "□", plain)
    if not _has_boxes(plain):
        return _ordered(_plain_names(plain))
    found: list[str] = []
    rest = plain
    for match in _KNOWN.finditer(plain):
        channel = next(c for (_, c), g in zip(_TABLE, match.groups()[1:], strict=False) if g)
        rest = rest.replace(match[0], " ", 1)
        if match[1] not in CHOSEN:
            continue
        inside = match.groups()[-1]
        if channel == OTHER and inside and inside.strip():
            found += [name.strip() for name in inside.split(";") if name.strip()]
        else:
            found.append(channel)
    unknown = [w for w in re.split(r"\s+", rest) if _BOX.match(w) and len(w) > 1]
    chosen = [w[1:] for w in unknown if w[0] in CHOSEN]
    found += [_canonical(name) for name in chosen]
    if not _KNOWN.search(plain):
        raise ValueError(f"没有认出公开渠道“{text.strip()[:40]}”，请按“■政府网站 □政府公报”填写。")
    return _ordered(found)


def _has_boxes(plain: str) -> bool:
    return any(c in plain for c in CHOSEN + NOT_CHOSEN.replace("口", "")) or bool(
        re.search(r"(?:^|\s)口", plain)
    )


def _plain_names(plain: str) -> list[str]:
    return [_canonical(part.strip()) for part in _SEPARATORS.split(plain) if part.strip()]


def _canonical(name: str) -> str:
    return _EXACT.get(name, name)


def _ordered(found: Iterable[str]) -> list[str]:
    unique = list(dict.fromkeys(found))
    known = [channel for channel in CHANNELS if channel in unique]
    return known + [channel for channel in unique if channel not in CHANNELS]
