"""One sheet of the official table (catalogue of one field).

Tolerated, because tables come like that: merged cells (expanded before), 同上 and blanks meaning
"as above", ticks of every kind, a single column for the level, boxes read as 口 by a scanner.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

from gongkai.catalogue.exchange.channels import CHOSEN, NOT_CHOSEN, read_channels
from gongkai.catalogue.exchange.headings import find_header
from gongkai.catalogue.exchange.plain import SPECIFIC
from gongkai.catalogue.exchange.rows import EntryRow
from gongkai.organs import imports
from gongkai.organs.imports import ImportProblem, UnreadableTable
from gongkai.organs.imports.parse import as_text

AS_ABOVE: Final = frozenset({"同上", "〃", "″", "”", "“", '"', "''", "同前"})
NOTHING: Final = frozenset({"—", "-", "－", "--", "——", "/", "无"})
TICKS: Final = frozenset(CHOSEN) | {"v", "V", "y", "Y", "是", "1", "有", "对", "○"}
NO_TICKS: Final = frozenset(NOT_CHOSEN.replace("○", "")) | {"否", "0", "×", "x", "X"}
FILLED_DOWN: Final = ("level1", "basis", "time_limit_text", "subject", "channels")
"""Columns in which a blank cell means "as above"."""
LABELS: Final = {
    "seq": "序号", "code": "事项编码", "level1": "一级事项", "level2": "二级事项",
    "level3": "三级事项", "elements": "公开内容（要素）", "basis": "公开依据",
    "time_limit_text": "公开时限", "subject": "公开主体", "channels": "公开渠道和载体",
    "audience": "公开对象", "audience_all": "全社会", "audience_specific": "特定群体",
    "mode": "公开方式", "mode_proactive": "主动", "mode_on_request": "依申请",
    "level": "公开层级", "level_county": "县级", "level_township": "乡级",
}  # fmt: skip
LENGTHS: Final = {
    "code": 40, "level1": 200, "level2": 200, "level3": 200, "elements": 4000, "basis": 4000,
    "time_limit_text": 300, "subject": 200,
}  # fmt: skip
_WORDS: Final = {
    "audience": (("audience_all", "全社会"), ("audience_specific", "特定")),
    "mode": (("mode_proactive", "主动"), ("mode_on_request", "依申请")),
    "level": (("level_county", "县"), ("level_township", "乡")),
}
_SEQ: Final = re.compile(r"(\d{1,5})(?:\.0)?")


class OfficialSheet:
    """Iterate for `EntryRow`s; `problems`, `warnings` and `ignored` fill meanwhile."""

    def __init__(self, rows: list[list[Any]], *, level: str = "", place: str = "") -> None:
        header = find_header(rows)
        if header is None:
            raise UnreadableTable("没有找到标准目录的表头。")
        self.start, self.columns = header
        self.rows, self.level, self.place = rows, level, place
        self.problems: list[ImportProblem] = []
        self.warnings: list[str] = []
        self.ignored = self._ignored()
        self.caption = " ".join(
            as_text(cell) for row in rows[: self.start - 1] for cell in row[:4] if cell
        )
        self.present = set(self.columns.values())
        self._above: dict[str, Any] = {}

    def _ignored(self) -> tuple[str, ...]:
        heads = self.rows[self.start - 1]
        found = [as_text(c) for i, c in enumerate(heads) if i not in self.columns and c]
        return tuple(dict.fromkeys(found))

    def __iter__(self) -> Iterator[EntryRow]:
        running = 0
        used: set[int] = set()
        for number, raw in enumerate(self.rows[self.start :], start=self.start + 1):
            cells = {name: self._cell(raw, i) for i, name in self.columns.items()}
            texts = {name: cells.get(name, "") for name in ("level1", "level2", "elements")}
            if not any(texts.values()) or self._is_note(raw):
                continue
            row = EntryRow(number, self.place, {})
            good = self._take(row, cells)
            running += 1
            stated = _SEQ.fullmatch(cells.get("seq", ""))
            seq = int(stated[1]) if stated and int(stated[1]) else running
            if seq in used:
                seq = max(used) + 1
            used.add(seq)
            running = seq
            row.values["seq"] = seq
            if good:
                yield row

    def _cell(self, raw: list[Any], index: int) -> str:
        value = raw[index] if index < len(raw) else None
        if value is None:
            return ""
        return as_text(value).replace("\r\n", "\n").replace("\r", "\n")

    def _is_note(self, raw: list[Any]) -> bool:
        """A remark below the table: one cell over the whole width, or 注：…"""
        texts = {as_text(cell) for cell in raw if cell not in (None, "")}
        first = next(iter(texts), "")
        return len(texts) == 1 and (
            first.startswith(("注", "备注", "说明", "填表", "联系")) or len(self.columns) > 4
        )

    # -- one row -----------------------------------------------------------------------------
    def _take(self, row: EntryRow, cells: dict[str, str]) -> bool:
        before = len(self.problems)
        values = row.values
        for name in ("level1", "level2", "level3", "elements", "basis", "time_limit_text",
                     "subject"):  # fmt: skip
            if name in self.present:
                values[name] = self._text(row, name, cells[name])
        if third := values.pop("level3", ""):
            values["level2"] = f"{values.get('level2', '')}：{third}".strip("：")
        if not values.get("level1"):
            self._problem(row, "level1", "没有一级事项，上面也没有可以沿用的，请填写。")
        self._channels(row, cells)
        self._ticks(row, cells)
        return len(self.problems) == before

    def _text(self, row: EntryRow, name: str, cell: str) -> str:
        plain = cell.strip()
        if plain in AS_ABOVE or (not plain and name in FILLED_DOWN):
            return str(self._above.get(name, ""))
        if plain in NOTHING and name != "level1":
            plain = ""
        try:
            found = str(imports.text(LENGTHS[name], lines=True)(plain)) if plain else ""
        except ValueError as error:
            self._problem(row, name, str(error))
            found = ""
        self._above[name] = found
        return found

    def _channels(self, row: EntryRow, cells: dict[str, str]) -> None:
        single = [n for n in self.present if n.startswith("channel:")]
        if single:
            row.values["channels"] = read_channels(
                ";".join(
                    n.partition(":")[2] for n in sorted(single) if self._tick(row, n, cells[n])
                )
            )
            return
        if "channels" not in self.present:
            return
        plain = cells["channels"].strip()
        if not plain or plain in AS_ABOVE:
            row.values["channels"] = list(self._above.get("channels", []))
            return
        try:
            found = [] if plain in NOTHING else read_channels(plain)
        except ValueError as error:
            self._problem(row, "channels", str(error))
            return
        row.values["channels"] = found
        self._above["channels"] = found

    def _ticks(self, row: EntryRow, cells: dict[str, str]) -> None:
        values = row.values
        for group, pairs in _WORDS.items():
            named = [name for name, _ in pairs if name in self.present]
            if named:
                for name in named:
                    if name == "audience_specific":
                        values[name] = self._specific(cells[name])
                    else:
                        values[name] = self._tick(row, name, cells[name])
            elif group in self.present:
                self._from_words(row, group, cells[group])
        self._levels(row)
        if "audience_all" in values and not values["audience_all"]:
            # Neither ticked is the whole of society: that is what proactive disclosure means.
            values["audience_all"] = not values.get("audience_specific")
        if "mode_proactive" in values or "mode_on_request" in values:
            values.setdefault("mode_on_request", False)
            values.setdefault("mode_proactive", not values["mode_on_request"])
            if not values["mode_proactive"] and not values["mode_on_request"]:
                self._problem(row, "mode", "没有勾选公开方式，请在“主动”或“依申请”下打√。")

    def _levels(self, row: EntryRow) -> None:
        values = row.values
        if "level_county" in values or "level_township" in values:
            values.setdefault("level_county", False)
            values.setdefault("level_township", False)
            if not values["level_county"] and not values["level_township"]:
                self._problem(row, "level", "没有勾选公开层级，请在“县级”或“乡级”下打√。")
        elif self.level:
            values["level_county"] = self.level != "township"
            values["level_township"] = self.level != "county"

    def _from_words(self, row: EntryRow, group: str, cell: str) -> None:
        """A single column that says it in words: 全社会; 主动; 县级、乡级."""
        found = False
        for name, word in _WORDS[group]:
            chosen = self._chosen_word(cell, word)
            found = found or chosen
            if name == "audience_specific":
                row.values[name] = SPECIFIC if chosen else ""
            else:
                row.values[name] = chosen
        if cell.strip() and not found:
            self._problem(row, group, f"没有认出“{cell.strip()[:30]}”，请写明或者打√。")

    def _chosen_word(self, cell: str, word: str) -> bool:
        plain = unicodedata.normalize("NFKC", cell)
        place = plain.find(word)
        if place < 0 and word == "乡":
            place = next((plain.find(w) for w in ("镇", "街道", "村") if w in plain), -1)
        if place < 0:
            return False
        before = plain[:place].rstrip()[-1:]
        return before not in NO_TICKS

    def _tick(self, row: EntryRow, name: str, cell: str) -> bool:
        plain = unicodedata.normalize("NFKC", cell).strip()
        if not plain or plain in NOTHING or plain in NO_TICKS:
            return False
        if plain in TICKS:
            return True
        label = LABELS.get(name, name.partition(":")[2])
        if plain == unicodedata.normalize("NFKC", label):
            return True
        self._problem(row, name, f"“{plain[:20]}”应为√或者空白。")
        return False

    def _specific(self, cell: str) -> str:
        plain = cell.strip()
        if not plain or plain in NOTHING or plain in NO_TICKS:
            return ""
        return SPECIFIC if plain in TICKS else plain[:120]

    def _problem(self, row: EntryRow, name: str, message: str) -> None:
        label = LABELS.get(name, name.partition(":")[2])
        if row.place:
            label = f"{row.place}：{label}"
        self.problems.append(ImportProblem(row.number, label, message))
