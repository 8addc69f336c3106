"""Recall and precision over a planted corpus, beside a naive search for the same numbers.

Author of the corpus and of the checks are one, so the figures say that the recipe is sufficient
for these shapes, not how it fares in every office. They stand in docs/algorithms/guard.md.
"""

import random
import re
from datetime import date, timedelta
from itertools import pairwise

import pytest

from gongkai.guard.engine import scan_html
from gongkai.guard.lexicon import Lexicon, Term
from gongkai.statute.identity import PROVINCES
from tests.guard.people import card_number, identity_number
from tests.guard.test_numbers import DECOYS

SEED = 20190515
PAGES = 600
WORDS = Lexicon(
    [
        Term("wrong_word", "按装", "安装"),
        Term("wrong_word", "布署", "部署"),
        Term("allowed", "按装饰"),
        Term("outdated_title", "国土资源局", "自然资源局", date(2019, 1, 1)),
        Term("removed_official", "虚构人甲", valid_from=date(2019, 1, 1), post="市长"),
    ]
)
FILLER = "为进一步做好政府信息公开工作，现将有关事项通知如下，请各单位认真贯彻落实。"
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
WORD_DECOYS = (
    "按装饰要求施工", "原国土资源局", "保守国家秘密", "商业秘密", "秘密级文件管理规定", "时任市长虚构人甲",
    "虚构人甲同学", "涉密资料不得外传，各单位应当遵守",
)  # fmt: skip
WORD_PLANTS = (
    ("wrong_word", "按装", "设备按装"),
    ("wrong_word", "布署", "周密布署"),
    ("wrong_word", "按装", "空调按<b>装</b>"),
    ("wrong_word", "布署", "统一布&#32626;"),
    ("outdated_title", "国土资源局", "市国土 资源局"),
    ("removed_official", "虚构人甲", "市长虚构人甲出席"),
    ("secrecy_mark", "机密★1年", "机密★1年"),
    ("secrecy_mark", "内部资料注意保存", "内部资料&nbsp;注意保存"),
)


def planted(chance: random.Random) -> tuple[str, str]:
    """(check, value) of a person who does not exist."""
    kind = chance.choice(["pii_id", "pii_mobile", "pii_bank"])
    if kind == "pii_id":
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(32_000))
        province = chance.choice(sorted(PROVINCES))
        body = f"{province}{chance.randrange(10_000):04d}{born:%Y%m%d}{chance.randrange(1000):03d}"
        return kind, identity_number(body)
    if kind == "pii_mobile":
        return kind, f"1{chance.randrange(3, 10)}{chance.randrange(10**9):09d}"
    return kind, card_number(f"62{chance.randrange(10**15):015d}"[: chance.choice([15, 17])])


def disguised(chance: random.Random, kind: str, value: str) -> str:
    """The number as it may stand in a page."""
    cut = chance.randrange(1, len(value))
    groups = {"pii_id": (6, 14), "pii_mobile": (3, 7), "pii_bank": (4, 8, 12)}[kind]
    bounds = [0, *groups, len(value)]
    parts = [value[first:last] for first, last in pairwise(bounds)]
    return chance.choice(
        [
            value,
            value,
            value.translate(FULL_WIDTH),
            f"<b>{value[:cut]}</b>{value[cut:]}",
            f"{value[:cut]}&#8203;{value[cut:]}",
            "".join(f"&#{ord(digit)};" for digit in value),
            " ".join(parts),
            "-".join(parts),
        ]
    )


def corpus() -> list[tuple[str, set[tuple[str, str]]]]:
    chance = random.Random(SEED)
    pages = []
    for _ in range(PAGES):
        truth: set[tuple[str, str]] = set()
        blocks = [FILLER]
        if chance.random() < 0.5:
            kind, value = planted(chance)
            label = chance.choice(["联系方式：", "证件：", "", "（"])
            blocks.append(f"某某，{label}{disguised(chance, kind, value)}，特此公示")
            truth.add((kind, value))
        if chance.random() < 0.3:
            check, value, html = chance.choice(WORD_PLANTS)
            blocks.append(html)
            truth.add((check, value))
        decoys = chance.sample([*DECOYS.values(), *WORD_DECOYS], 4)
        blocks += decoys
        chance.shuffle(blocks)
        pages.append(("".join(f"<p>{block}</p>\n" for block in blocks), truth))
    return pages


def naive(html: str) -> set[tuple[str, str]]:
    """What a search without normalising, check digits and surroundings finds."""
    text = re.sub(r"<[^>]+>", " ", html)
    found = {("pii_id", number) for number in re.findall(r"[0-9]{17}[0-9X]", text)}
    found |= {("pii_mobile", number) for number in re.findall(r"1[3-9][0-9]{9}", text)}
    found |= {("pii_bank", number) for number in re.findall(r"[0-9]{16,19}", text)}
    for word in ("按装", "布署"):
        found |= {("wrong_word", word)} if word in text else set()
    return found


def measured(find) -> dict[str, tuple[float, float]]:
    """Recall and precision of each check over (page, value)."""
    right: dict[str, int] = {}
    wanted: dict[str, int] = {}
    told: dict[str, int] = {}
    for html, truth in corpus():
        found = find(html)
        for check, _ in truth:
            wanted[check] = wanted.get(check, 0) + 1
        for item in found:
            told[item[0]] = told.get(item[0], 0) + 1
            right[item[0]] = right.get(item[0], 0) + (item in truth)
    return {
        check: (
            right.get(check, 0) / wanted[check],
            right.get(check, 0) / max(1, told.get(check, 0)),
        )
        for check in sorted(wanted)
    }


def ours(html: str) -> set[tuple[str, str]]:
    return {(finding.check, finding.value) for finding in scan_html(html, WORDS)}


CHECKS = ("pii_id", "pii_mobile", "pii_bank", "wrong_word", "outdated_title", "removed_official", "secrecy_mark")  # fmt: skip


@pytest.mark.parametrize("check", CHECKS)
def test_everything_planted_is_found_and_hardly_anything_else(check):
    recall, precision = measured(ours)[check]
    assert recall >= 0.99
    assert precision >= 0.98


def test_a_naive_search_shows_that_the_corpus_is_not_easy():
    figures = measured(naive)
    for check in ("pii_id", "pii_mobile", "pii_bank", "wrong_word"):
        recall, precision = figures[check]
        assert min(recall, precision) < 0.9
