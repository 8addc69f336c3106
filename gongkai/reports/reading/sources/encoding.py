"""Which characters the bytes of a text stand for.

What a page declares is often wrong (GB2312 declared, UTF-8 sent), so the bytes decide: a byte
order mark, else the encoding in which the words of a report appear.
"""

from __future__ import annotations

import codecs
import re

from gongkai.reports.reading.document import NotAReport

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CANDIDATES = ("utf-8", "gb18030", "utf-16-le", "utf-16-be", "big5")
_WORDS = ("信息", "公开", "行政", "申请", "政府", "数量", "结果", "总计")
_SAMPLE = 400_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")


def decode(data: bytes) -> str:
    """The text of the bytes. Raises ``NotAReport`` when they are no text."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if b"\x00" not in data:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            pass
    sample = data[: _SAMPLE + _SAMPLE % 2]
    best = max(_CANDIDATES, key=lambda encoding: _score(sample, encoding))
    text = data.decode(best, "replace")
    if len(_CONTROL.findall(text[:20_000])) > len(text[:20_000]) // 20:
        raise NotAReport("无法识别文件类型：既不是文本，也不是可读的 Word、Excel、PDF 或网页文件。")
    return text


def _score(sample: bytes, encoding: str) -> float:
    """Words of a report found, less what could not be decoded."""
    text = sample.decode(encoding, "replace")
    words = sum(text.count(word) for word in _WORDS)
    return (
        words - 3 * text.count("\ufffd") / (1 + len(text) / 100) - _CANDIDATES.index(encoding) / 10
    )
