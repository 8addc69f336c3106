"""Text as it is printed → text that can be compared.

Published reports write one label in many ways: full-width or half-width, with spaces inside
words, Kangxi radicals from a PDF's font, ① or （1） or 1、 for 1. Everything here is pure and
quick: it runs for each cell of a file.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Shapes that PDF fonts put in place of the character; NFKC does not know these.
_RADICALS = str.maketrans(
    "⺠⻓⻔⻅⻋⻚⻛⻜⻝⻢⻥⻦⻬⻩⻆⻄⻁⻉⺟⺌⺮⺶⻊⻎⻏⻟⻰⻳⻘⻙⻤⻣⻒⻌⺄⺍⺝⺫⺼⻨⻧⻯",
    "民长门见车页风飞食马鱼鸟齐黄角西虎刂母小竹羊足辶邑饣龙龟青韦鬼骨长辶乙小月目肉麦卤龙",
)

# Traditional characters, as pages converted for other readers have them; those that labels,
# headings and the figures' words use, and the commonest besides.
_TRADITIONAL = str.maketrans(
    "萬與業個為舉義書鄉產眾衆會體傳減辦務動區單廳縣發處復複員號國實審對將屬師庫應廢開強當總護報據無時機權條來構匯彙沒點狀現電"
    "確種稱穩類係糾納線組織經結統繼續維編繳網罰獲規計訂認議許訪訴訟詢說請負責購費轉較輯過這進邏郵採鎮門問隊際項頒題額館馬製餘"
    "後範準於徵臺劃關東兩檔協級衛環農財監調證設資創優勢擔擇擴損術極樣標檢職聯藝蘇訊記論識試話該語課談變讀貨質賬贈軍輔運達違遠"
    "適選遞還釋鄰醫針錄錯鍵長閉間陳險難靜須預領頻顯顧願風飛飲養驗黨齊齡龍勞圖團場塊壓奪學寧導層歲帶幣幹廠廣彌徑從愛態慮慶憑懷"
    "戰戶揮換撥擬數敵斷楊榮樓樹橋欄歡歷歸殺決況淨測湯滿漢漸潔濟灣烏煙熱爭牆獎畢畫異療癥盡盤碼禮積窮競筆節築簡約紀純紙細終給絡"
    "絕綜綠練縮績罷習聖聞聲聽肅腦膽臨興舊艙莊華葉著蓋薦蘭虛補襲見視親覺覽觀觸訓託評誌誤誰諸謀謝譯讓貝貢貧販貫貴買貸貿賀賓賞賠"
    "賢賣賴賽贏車軌軟載輕輛輝輪輸轄週",
    "万与业个为举义书乡产众众会体传减办务动区单厅县发处复复员号国实审对将属师库应废开强当总护报据无时机权条来构汇汇没点状现电"
    "确种称稳类系纠纳线组织经结统继续维编缴网罚获规计订认议许访诉讼询说请负责购费转较辑过这进逻邮采镇门问队际项颁题额馆马制余"
    "后范准于征台划关东两档协级卫环农财监调证设资创优势担择扩损术极样标检职联艺苏讯记论识试话该语课谈变读货质账赠军辅运达违远"
    "适选递还释邻医针录错键长闭间陈险难静须预领频显顾愿风飞饮养验党齐龄龙劳图团场块压夺学宁导层岁带币干厂广弥径从爱态虑庆凭怀"
    "战户挥换拨拟数敌断杨荣楼树桥栏欢历归杀决况净测汤满汉渐洁济湾乌烟热争墙奖毕画异疗症尽盘码礼积穷竞笔节筑简约纪纯纸细终给络"
    "绝综绿练缩绩罢习圣闻声听肃脑胆临兴旧舱庄华叶着盖荐兰虚补袭见视亲觉览观触训托评志误谁诸谋谢译让贝贡贫贩贯贵买贷贸贺宾赏赔"
    "贤卖赖赛赢车轨软载轻辆辉轮输辖周",
)

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb]"
)
_SPACE = re.compile(r"[\s\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]+")
_PUNCTUATION = re.compile(r"[^0-9A-Za-z\u3007\u3400-\u9fff\uf900-\ufaff]+")

_CIRCLED = {chr(code): f"{code - 0x2460 + 1}." for code in range(0x2460, 0x2474)}
_CIRCLED |= {chr(code): f"{code - 0x2776 + 1}." for code in range(0x2776, 0x2780)}
_CIRCLED |= {chr(code): f"{code - 0x2780 + 1}." for code in range(0x2780, 0x278A)}
_CIRCLED |= {chr(code): f"{code - 0x278A + 1}." for code in range(0x278A, 0x2794)}
_CIRCLED_MARK = re.compile("[" + "".join(_CIRCLED) + "]")

_CN_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_CN_DIGITS |= {"零": 0, "○": 0, "两": 2}


def visible(text: str) -> str:
    """The text without characters that are not seen and with every kind of space as a space."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", text.translate(_RADICALS))


def squash(text: str) -> str:
    """Compatibility forms folded (full width, radicals, ①, traditional), every space removed."""
    text = _CIRCLED_MARK.sub(lambda mark: _CIRCLED[mark.group()], visible(text))
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).translate(_TRADITIONAL)


def tidy(text: str) -> str:
    """One line for people: invisible characters gone, runs of spaces one space."""
    return _SPACE.sub(" ", visible(text)).strip()


class Label(NamedTuple):
    """A label taken apart.

    ``core``: letters, digits and Chinese characters after the numbering, punctuation left out;
    ``bare``: the same without what stands in brackets; ``style``: how it is numbered
    (``"cn"`` 一、, ``"cnp"`` （一）, ``"ar"`` 1., ``""`` not); ``number``: its number or 0.
    """

    core: str
    bare: str
    style: str
    number: int


_NUMBERING = re.compile(
    r"(?:(?P<cnp>[(\[【〔](?P<cnp_n>[一二三四五六七八九十]{1,3})[)\]】〕]?|(?P<cnr_n>[一二三四五六七八九十]{1,2})[)\]】])"
    r"|(?P<cn>(?P<cn_n>[一二三四五六七八九十]{1,3})(?:[、.,:·,;]))"
    r"|(?P<arp>[(\[【〔](?P<arp_n>\d{1,2})[)\]】〕])"
    r"|(?P<ar>(?P<ar_n>\d{1,2})(?:[、.,:·;)\]]|(?=[^\d.%年月日件项个\u0000-\u007f]))))[、.,:·]*"
)
_BRACKETS = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]?")


@lru_cache(maxsize=16384)
def label(text: str) -> Label:
    """The parts of a label, for comparing. Long text is cut: no label of the form is that long."""
    flat = squash(text[:400])
    style, number, rest = "", 0, flat
    if found := _NUMBERING.match(flat):
        rest = flat[found.end() :]
        if figure := found["cnp_n"] or found["cnr_n"]:
            style, number = "cnp", chinese_number(figure) or 0
        elif figure := found["cn_n"]:
            style, number = "cn", chinese_number(figure) or 0
        else:
            style, number = "ar", int(found["arp_n"] or found["ar_n"])
        if not rest:  # “（一）” alone is a number, not a label with nothing in it
            rest = flat
    core = _PUNCTUATION.sub("", rest)
    bare = _PUNCTUATION.sub("", _BRACKETS.sub("", rest)) if "(" in rest or "[" in rest else core
    return Label(core, bare or core, style, number)


def chinese_number(text: str) -> int | None:
    """“二十一” → 21, “二〇二〇” → 2020, “零” → 0; ``None`` when it is no such number."""
    if not text:
        return None
    if all(char in _CN_DIGITS for char in text):
        return int("".join(str(_CN_DIGITS[char]) for char in text))
    total, section, digit = 0, 0, 0
    units = {"十": 10, "百": 100, "千": 1000}
    for place, char in enumerate(text):
        if char in _CN_DIGITS:
            digit = _CN_DIGITS[char]
        elif char in units:
            section += (digit or (1 if place == 0 or text[place - 1] in "万零" else 0)) * units[
                char
            ]
            digit = 0
        elif char == "万":
            total, section, digit = (total + section + digit) * 10000, 0, 0
        else:
            return None
    return total + section + digit
