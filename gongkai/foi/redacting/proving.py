"""Opening the result again and looking for what must not be there."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pikepdf

from gongkai.foi.redacting.geometry import Block, Box
from gongkai.foi.redacting.looking import Sheet, draw, opened, plain, sheets
from gongkai.foi.redacting.problems import RedactionRefused

_ROOT: Final = frozenset({"/Type", "/Pages"})
_PAGE: Final = frozenset({"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents", "/Rotate"})
_TRAILER: Final = frozenset({"/Root", "/Size", "/ID"})
#: Brightness (0–255) under a block above which something may shine through; JPEG is not exact.
_BLACK: Final = 24
#: Share of a character under a block from which on it is found there.
_FOUND: Final = 0.3
#: Letters and digits of which a text must have this many (Chinese characters count double).
_TELLING: Final = 4
_PROOF_DPI: Final = 110

_FAILED: Final = (
    "区分处理没有通过复查（{what}），文件没有保存。请把该页打印后重新扫描，再作区分处理。"
)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A struck text that can still be read elsewhere: the page, and how often."""

    text: str
    page: int
    times: int


def prove(content: bytes, before: Sequence[Sheet], blocks: Sequence[Block]) -> list[Sheet]:
    """The pages of the result. Raises `RedactionRefused` when anything struck out is still there.

    Looked at: what kinds of objects there are, the characters of every page, the pixels under every
    block, and every unpacked stream and string in the encodings in which a text can stand.
    """
    _structure(content)
    after = sheets(content, look=False)
    if len(after) != len(before):
        raise RedactionRefused(_FAILED.format(what="页数不符"))
    by_page: dict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        by_page[block.page].append(block)
    for number, found in by_page.items():
        sheet = after[number - 1]
        boxes = [block.box(sheet.width, sheet.height) for block in found]
        for char in sheet.chars:
            if char.text.strip() and _under(char.box, boxes):
                raise RedactionRefused(_FAILED.format(what=f"第{number}页遮盖下仍有文字"))
    _pixels(content, by_page)
    _streams(content, before, after, blocks)
    return after


def leftovers(
    before: Sequence[Sheet], after: Sequence[Sheet], blocks: Sequence[Block]
) -> Iterator[Leftover]:
    """Where in the result texts can still be read that were struck out somewhere."""
    texts = struck_texts(before, blocks)
    for sheet in after:
        read = plain("".join(one.text for one in sheet.chars))
        for text in texts:
            times = read.count(plain(text))
            if times:
                yield Leftover(text, sheet.number, times)


def struck_texts(before: Sequence[Sheet], blocks: Sequence[Block]) -> list[str]:
    """What stood under each block, if it is long enough to be recognised; each once."""
    found: dict[str, None] = {}
    for block in sorted(blocks):
        sheet = before[block.page - 1]
        box = block.box(sheet.width, sheet.height)
        text = ""
        for char in sheet.chars:
            if _under(char.box, [box], 0.5):
                text += char.text
        for word in text.split():
            if _weight(word) >= _TELLING:
                found.setdefault(word)
    return list(found)


def unpacked(content: bytes) -> Iterator[bytes]:
    """Every stream of a PDF unpacked, every other object as it is written, and the file itself."""
    yield content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Stream):
                try:
                    yield one.read_bytes()
                except pikepdf.PdfError:
                    yield one.read_raw_bytes()
                yield one.stream_dict.unparse(resolved=True)
            elif isinstance(one, pikepdf.Dictionary | pikepdf.Array):
                yield one.unparse(resolved=True)
            elif isinstance(one, pikepdf.String):
                yield bytes(one)
        yield pdf.trailer.unparse(resolved=False)


def encodings(text: str) -> set[bytes]:
    """The bytes in which a text may stand in a PDF, plain or as hexadecimal digits."""
    plain_forms = set()
    for name in ("utf-8", "utf-16-be", "utf-16-le", "gb18030", "latin-1"):
        try:
            plain_forms.add(text.encode(name))
        except UnicodeEncodeError:
            continue
    digits = {form.hex().encode() for form in plain_forms}
    return plain_forms | digits | {one.upper() for one in digits}


def _structure(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        strange = set(pdf.Root.keys()) - _ROOT
        strange |= {key for page in pdf.pages for key in page.obj.keys()} - _PAGE  # noqa: SIM118
        # What a cross-reference stream says of itself stands in the trailer as well.
        strange |= {
            key for key in pdf.trailer.keys()  # noqa: SIM118
            if key not in _TRAILER and key not in ("/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms")
        }  # fmt: skip
    if strange or content.count(b"startxref") != 1:
        raise RedactionRefused(_FAILED.format(what="文件结构中有多余的内容"))


def _pixels(content: bytes, by_page: dict[int, list[Block]]) -> None:
    with opened(content) as document:
        for number, blocks in by_page.items():
            picture = draw(document[number - 1], _PROOF_DPI).convert("L")
            for block in blocks:
                left, top, right, bottom = block.pixels(picture.width, picture.height)
                # The outermost pixels are mixed with their neighbours when a page is scaled.
                inner = (left + 1, top + 1, right, bottom)
                if inner[0] >= inner[2] or inner[1] >= inner[3]:
                    continue
                if float(picture.crop(inner).getextrema()[1]) > _BLACK:
                    raise RedactionRefused(_FAILED.format(what=f"第{number}页遮盖处不是全黑"))


def _streams(
    content: bytes, before: Sequence[Sheet], after: Sequence[Sheet], blocks: Sequence[Block]
) -> None:
    readable = plain("".join(one.text for sheet in after for one in sheet.chars))
    wanted: set[bytes] = set()
    for text in struck_texts(before, blocks):
        if plain(text) not in readable:
            wanted |= {form for form in encodings(text) if len(form) >= 6}
    if not wanted:
        return
    for data in unpacked(content):
        if any(form in data for form in wanted):
            raise RedactionRefused(_FAILED.format(what="文件内部仍有被遮盖的文字"))


def _under(box: Box, blocks: Sequence[Box], share: float = _FOUND) -> bool:
    return any(box.common(one).area > share * box.area for one in blocks if box.touches(one))


def _weight(word: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in word if char.isalnum())
