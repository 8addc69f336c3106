"""Dated legal parameters: every number the law fixes, with its article, source and mark.

A legal number is never a literal in code. It lives in `parameters/*.toml` with the day from
which it holds, and the value is chosen by date, so that an old case keeps its old rule:

>>> from datetime import date
>>> parameter("foi.answer_days", date(2026, 3, 6)).value
20
>>> parameter("foi.answer_days", date(2018, 3, 6)).value
15

Marks travel with the values: ``verified`` (read against a text), ``from knowledge`` (probable,
not checked against a text), ``reading`` (our interpretation where the text is silent).
"""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

MARKS: Final = ("verified", "from knowledge", "reading")

_KEY: Final = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class ParameterError(LookupError):
    """A legal number was asked for that the data files cannot give."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownParameter(ParameterError):
    """No data file knows this key."""


class NoParameterValue(ParameterError):
    """The key is known, but no value held on the day asked for."""


class ParameterFileError(ValueError):
    """A data file is wrong: names the file, the key and what to put right."""


@dataclass(frozen=True)
class Parameter:
    """One legal number as it holds from `valid_from` until the next value of the same key.

    `value` is an `int`, a `str`, a `bool`, or, for schedules and lists, a tuple of read-only
    mappings. `unit` is Chinese (工作日, 日, 月, 元/页 …); `article` is printed on screens and
    notices; `source` and `mark` say how far to trust it.
    """

    key: str
    label: str
    unit: str
    value: Any
    valid_from: date
    article: str
    source: str
    mark: str
    note: str = ""


def parameter(key: str, on: date) -> Parameter:
    """The value of `key` that held on the day `on`.

    Raises `UnknownParameter` for a key no file has, `NoParameterValue` when the rule did not
    exist yet on that day; both messages are Chinese and say what to do.
    """
    values = _registry().get(key)
    if values is None:
        near = difflib.get_close_matches(key, _registry(), n=3)
        hint = f"是否指 {'、'.join(near)}？" if near else "可用 all_parameters() 列出全部参数。"
        raise UnknownParameter(f"没有名为“{key}”的法定参数。{hint}")
    for candidate in reversed(values):
        if candidate.valid_from <= on:
            return candidate
    first = values[0]
    raise NoParameterValue(
        f"“{first.label}”（{key}）在 {on.isoformat()} 尚无规定：最早自 "
        f"{first.valid_from.isoformat()} 起适用（{first.article}）。请核对日期。"
    )


def number(key: str, on: date) -> int:
    """The whole number that held for `key` on `on` (see `parameter`), typed for arithmetic."""
    value = parameter(key, on).value
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{key} is {type(value).__name__}, not a whole number")
    return value


def all_parameters() -> tuple[Parameter, ...]:
    """Every value of every parameter, by key, then by date: what the reference page prints."""
    return tuple(value for key in sorted(_registry()) for value in _registry()[key])


def read_parameter_file(text: str, name: str) -> dict[str, tuple[Parameter, ...]]:
    """Parse and validate one data file; `name` appears in the errors.

    Raises `ParameterFileError` with the key and the mistake: unknown mark, missing article or
    source, a date that is no date, values out of order or twice from the same day.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ParameterFileError(f"{name}：不是有效的 TOML 文件：{error}") from error
    return {key: _values(name, key, table) for key, table in _tables(tree, name)}


@cache
def _registry() -> Mapping[str, tuple[Parameter, ...]]:
    registry: dict[str, tuple[Parameter, ...]] = {}
    folder = files(__package__) / "parameters"
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if not path.name.endswith(".toml"):
            continue
        for key, values in read_parameter_file(path.read_text("utf-8"), path.name).items():
            if key in registry:
                raise ParameterFileError(f"{path.name}：参数“{key}”在别的文件里已有定义")
            registry[key] = values
    return MappingProxyType(registry)


def _tables(
    tree: Mapping[str, Any], name: str, prefix: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    for part, node in tree.items():
        key = f"{prefix}{part}"
        if not isinstance(node, dict):
            raise ParameterFileError(f"{name}：“{key}”不是参数表；每个参数要有 label、unit、values")
        if "values" in node or "label" in node:
            yield key, node
        else:
            yield from _tables(node, name, f"{key}.")


def _values(name: str, key: str, table: dict[str, Any]) -> tuple[Parameter, ...]:
    def fail(problem: str) -> ParameterFileError:
        return ParameterFileError(f"{name}：参数“{key}”{problem}")

    if not _KEY.fullmatch(key):
        raise fail("的名称应为小写英文，以点分隔，如 foi.answer_days")
    for field in ("label", "unit"):
        if not isinstance(table.get(field), str) or not table[field].strip():
            raise fail(f"缺少 {field}")
    if unknown := set(table) - {"label", "unit", "values"}:
        raise fail(f"有不认识的字段：{'、'.join(sorted(unknown))}")
    rows = table.get("values")
    if not isinstance(rows, list) or not rows:
        raise fail("没有任何取值（values）")
    values: list[Parameter] = []
    for row in rows:
        if not isinstance(row, dict):
            raise fail("的每个取值应是一张表（[[…values]]）")
        if unknown := set(row) - {"valid_from", "value", "article", "source", "mark", "note"}:
            raise fail(f"的取值有不认识的字段：{'、'.join(sorted(unknown))}")
        valid_from = row.get("valid_from")
        if not isinstance(valid_from, date) or isinstance(valid_from, datetime):
            raise fail("的 valid_from 应为日期，如 2019-05-15（不加引号）")
        if values and valid_from <= values[-1].valid_from:
            raise fail(f"的取值应按 valid_from 先后排列且不重复：{valid_from.isoformat()}")
        if "value" not in row:
            raise fail(f"自 {valid_from.isoformat()} 起的取值缺少 value")
        for field in ("article", "source"):
            if not isinstance(row.get(field), str) or not row[field].strip():
                raise fail(f"自 {valid_from.isoformat()} 起的取值缺少 {field}")
        if row.get("mark") not in MARKS:
            raise fail(f"的 mark 应为 {'、'.join(MARKS)} 之一，现为“{row.get('mark')}”")
        values.append(
            Parameter(
                key=key,
                label=table["label"],
                unit=table["unit"],
                value=_freeze(row["value"]),
                valid_from=valid_from,
                article=row["article"],
                source=row["source"],
                mark=row["mark"],
                note=row.get("note", ""),
            )
        )
    return tuple(values)


def _freeze(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_freeze(item) for item in value)
    if isinstance(value, dict):
        return MappingProxyType({key: _freeze(item) for key, item in value.items()})
    return value
