"""From a prepared PDF and blocks to a new document in which what lay under the blocks is gone."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pikepdf
from PIL import Image, ImageChops, ImageDraw

from gongkai.foi.redacting.geometry import Block, Box
from gongkai.foi.redacting.keeping import Keeper
from gongkai.foi.redacting.layer import layer_font, text_layer
from gongkai.foi.redacting.looking import Char, Sheet, draw, opened, sheets
from gongkai.foi.redacting.opening import add_picture_page
from gongkai.foi.redacting.problems import RedactionRefused
from gongkai.foi.redacting.proving import Leftover, leftovers, prove

DPI: Final = 200
#: Share of a character under a block from which on it belongs to what is struck out.
COVERED: Final = 0.25
#: Difference between the colours of a pixel (0–255) up to which a page counts as grey.
_GREY: Final = 12


@dataclass(frozen=True)
class Redacted:
    """What may be given out: the PDF, which pages were drawn anew, where struck texts still stand.

    `leftovers`: places elsewhere in the document where a text that was struck out can still be
    read; whether that is right, the person decides.
    """

    content: bytes
    pages: int
    redrawn: tuple[int, ...]
    leftovers: tuple[Leftover, ...]


def redact(prepared: bytes, blocks: Sequence[Block]) -> Redacted:
    """Strike out `blocks` from a PDF that `prepare` made. Raises `RedactionRefused`.

    The result has been opened and read again; it is refused when anything under a block is left.
    """
    before = sheets(prepared)
    _check(blocks, len(before))
    struck: dict[int, list[Block]] = defaultdict(list)
    for block in blocks:
        struck[block.page].append(block)
    made = pikepdf.new()
    redrawn = []
    with pikepdf.open(io.BytesIO(prepared)) as source, opened(prepared) as document:
        keeper = Keeper(source, made, {number - 1 for number in struck})
        font: Any = None
        for sheet in before:
            index = sheet.number - 1
            if sheet.number not in struck and _is_plain(sheet) and keeper.keep(index):
                continue
            if font is None:
                font = layer_font(made)
            redrawn.append(sheet.number)
            picture = draw(document[index], DPI)
            _burn(picture, struck[sheet.number])
            layer = text_layer(remaining(sheet, struck[sheet.number]), sheet.height)
            add_picture_page(made, _in_grey(picture), (sheet.width, sheet.height), layer, font)
    target = io.BytesIO()
    made.save(
        target,
        deterministic_id=True,
        compress_streams=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    content = target.getvalue()
    after = prove(content, before, blocks)
    return Redacted(content, len(before), tuple(redrawn), tuple(leftovers(before, after, blocks)))


def remaining(sheet: Sheet, blocks: Sequence[Block]) -> list[Char]:
    """The characters that a reader sees and that no block covers."""
    boxes = [block.box(sheet.width, sheet.height) for block in blocks]
    return [one for one in sheet.chars if one.seen and not is_struck(one, boxes)]


def is_struck(char: Char, blocks: Sequence[Box]) -> bool:
    """Whether blocks cover a good part of a character's place or of its ink (“一” is all ink)."""
    return any(
        box.common(block).area > COVERED * box.area
        for box in (char.box, char.ink)
        for block in blocks
        if box.touches(block)
    )


def _check(blocks: Sequence[Block], pages: int) -> None:
    if not blocks:
        raise RedactionRefused("还没有画出要遮盖的区域。整份文件都可以公开的，请直接提供原件。")
    for block in blocks:
        if not block.is_sound:
            raise RedactionRefused(
                f"第{block.page}页的遮盖区域不完整：左应小于右、上应小于下，都在0至1000之间。"
            )
        if block.page > pages:
            raise RedactionRefused(f"文件只有{pages}页，没有第{block.page}页，请核对遮盖区域。")


def _is_plain(sheet: Sheet) -> bool:
    """Whether a page holds nothing that a reader cannot see."""
    return sheet.simple and all(one.seen for one in sheet.chars)


def _burn(picture: Image.Image, blocks: Sequence[Block]) -> None:
    brush = ImageDraw.Draw(picture)
    for block in blocks:
        brush.rectangle(block.pixels(picture.width, picture.height), fill=(0, 0, 0))


def _in_grey(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()
    for first, second in ((red, green), (green, blue)):
        if float(ImageChops.difference(first, second).getextrema()[1]) > _GREY:
            return picture
    return picture.convert("L")
