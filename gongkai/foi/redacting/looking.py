"""What stands on a page: its size, its picture, its characters and whether they can be seen."""

from __future__ import annotations

import ctypes
import io
import math
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops

from gongkai.foi.redacting.geometry import Block, Box, block_around
from gongkai.foi.redacting.problems import RedactionRefused
from gongkai.guard.readers.pdf import PDFIUM

MAX_CHARS: Final = 200_000
#: Pixels a page picture may have; larger sheets are drawn more coarsely.
MAX_PIXELS: Final = 25_000_000
_POINTS: Final = 72
#: Resolution at which is judged whether a character can be seen, in dots an inch.
_LOOK_DPI: Final = 110
#: Difference of brightness (0–255) from which on something is seen.
_SEEN: Final = 10
_FINE: Final = 100
_INVISIBLE: Final = frozenset(
    (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)
)
_DAMAGED: Final = "PDF 损坏，无法显示。请重新导出或者扫描后上传。"
_NOTHING: Final = "PDF 有一页的裁切框在页面之外，什么也不显示。请用“打印为 PDF”重新生成后上传。"
_MARGIN: Final = 0.5
#: Shapes of a page up to which is looked for one under another.
_MAX_SHAPES: Final = 400
#: Share of a shape or picture that may lie under a later one.
_HIDDEN: Final = 0.3
#: Points of height and width below which nobody can read a character, whatever ink it leaves.
_LEGIBLE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Char:
    """A character with the box it takes, that of its ink, and whether a reader can see it.

    `turn`: by how much it is turned against upright, anticlockwise as displayed: 0, 90, 180, 270.
    """

    text: str
    box: Box
    ink: Box
    seen: bool
    turn: int = 0


class _Raw(NamedTuple):
    """A character as pdfium tells it: with how it is painted, and whether in an optional layer."""

    text: str
    box: Box
    ink: Box
    turn: int
    mode: int
    optional: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page as displayed, turned and cropped: number from 1, size in points, characters."""

    number: int
    width: float
    height: float
    chars: tuple[Char, ...]
    has_pictures: bool
    simple: bool
    """Whether every object lies inside the page, none covers a picture, and all text can be told."""

    @property
    def is_scan(self) -> bool:
        """A picture without any text that can be searched."""
        return self.has_pictures and not any(one.seen for one in self.chars)


@contextmanager
def opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document in pdfium, which this process uses one thread at a time."""
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError:
            raise RedactionRefused(_DAMAGED) from None
        try:
            document.init_forms()
            yield document
        except pypdfium2.PdfiumError:
            raise RedactionRefused(_DAMAGED) from None
        finally:
            document.close()


def page_count(content: bytes) -> int | None:
    """Pages of a PDF; None for one that cannot be opened."""
    try:
        with opened(content) as document:
            return len(document)
    except RedactionRefused:
        return None


def render(content: bytes, number: int, *, pixels_wide: int) -> bytes:
    """A page as displayed, as PNG of this width. Raises `RedactionRefused`."""
    with opened(content) as document:
        if not 1 <= number <= len(document):
            raise RedactionRefused(f"没有第{number}页，共{len(document)}页。")
        page = document[number - 1]
        picture = draw(page, pixels_wide / _size(page)[0] * _POINTS)
    target = io.BytesIO()
    picture.save(target, "PNG", compress_level=3)
    return target.getvalue()


def sheets(
    content: bytes, *, only: Collection[int] | None = None, look: bool = True
) -> list[Sheet]:
    """Every page (or those of `only`) with its characters. Raises `RedactionRefused`.

    Whether a character can be seen takes two pictures of its page; without `look` all count as seen.
    """
    with opened(content) as document:
        numbers = range(1, len(document) + 1)
        return [
            _sheet(document[number - 1], number, look)
            for number in numbers
            if only is None or number in only
        ]


def text_of(sheet: Sheet, *, hidden: bool = False) -> str:
    """The characters of a page in their order; with `hidden` those that nobody sees as well."""
    return "".join(one.text for one in sheet.chars if one.seen or hidden)


def lines_of(sheet: Sheet) -> list[str]:
    """The visible text of a page, line by line."""
    lines: list[str] = []
    bottom: float | None = None
    for char in sheet.chars:
        if not char.seen:
            continue
        if bottom is None or abs(char.box.bottom - bottom) > 0.6 * char.box.height:
            lines.append("")
        bottom = char.box.bottom
        lines[-1] += char.text
    return lines


def find(pages: Sequence[Sheet], needle: str) -> list[Block]:
    """A block over every place where `needle` stands, one for each line of it.

    Width of forms, case and blanks make no difference: “１３８ 0000” is found in "1380000".
    """
    wanted = plain(needle)
    if not wanted:
        return []
    found = []
    for sheet in pages:
        chars: list[Char] = []
        text = ""
        for char in sheet.chars:
            folded = plain(char.text) if char.seen else ""
            text += folded
            chars.extend([char] * len(folded))
        place = text.find(wanted)
        while place >= 0:
            for line in _lines(chars[place : place + len(wanted)]):
                found.append(block_around(sheet.number, line, sheet.width, sheet.height, _MARGIN))
            place = text.find(wanted, place + len(wanted))
    return found


def plain(text: str) -> str:
    """The text as it is compared: compatibility forms folded, no case, no blanks."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if not char.isspace() and char.isprintable())


def _lines(chars: Sequence[Char]) -> list[Box]:
    """Boxes around the characters of each line."""
    boxes: list[Box] = []
    for char in chars:
        box = char.box
        if boxes:
            last = boxes[-1]
            shared = last.common(box)
            level = min(last.bottom, box.bottom) - max(last.top, box.top)
            upright = min(last.right, box.right) - max(last.left, box.left)
            same_line = level > 0.5 * min(last.height, box.height) and (
                abs(box.left - last.right) < 2 * max(box.height, box.width) or shared.area > 0
            )
            same_column = upright > 0.5 * min(last.width, box.width) and (
                abs(box.top - last.bottom) < 0.5 * box.height and last.height > 1.5 * last.width
            )
            if same_line or same_column:
                boxes[-1] = last.around(box)
                continue
        boxes.append(box)
    return boxes


def _size(page: Any) -> tuple[float, float]:
    """Width and height as displayed. Raises `RedactionRefused` for a page of which nothing is shown."""
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        raise RedactionRefused(_NOTHING)
    return width, height


def draw(page: Any, dpi: float) -> Image.Image:
    """The page as displayed, RGB on white, notes left out, at most `MAX_PIXELS`."""
    width, height = _size(page)
    scale = min(dpi / _POINTS, math.sqrt(MAX_PIXELS / max(width * height, 1.0)))
    bitmap = page.render(scale=scale, may_draw_forms=True, no_smoothtext=False)
    picture: Image.Image = bitmap.to_pil().convert("RGB")
    bitmap.close()
    return picture


def _sheet(page: Any, number: int, look: bool) -> Sheet:
    width, height = _size(page)
    has_pictures, simple = _objects(page, width, height)
    raw, told = _raw(page, width, height)
    simple = simple and told
    if look and raw:
        chars = tuple(_looked_at(page, raw, width, height))
    else:
        chars = tuple(Char(one.text, one.box, one.ink, True, one.turn) for one in raw)
    return Sheet(number, width, height, chars, has_pictures, simple)


def _raw(page: Any, width: float, height: float) -> tuple[list[_Raw], bool]:
    """The characters of a page as pdfium has them, and whether it could tell all of them."""
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        if count > MAX_CHARS:
            raise RedactionRefused("PDF 的一页文字过多，无法处理。请重新导出后上传。")
        modes: dict[int, tuple[int, bool]] = {}
        raw, told = [], True
        page_turn = page.get_rotation()
        for index in range(count):
            code = pdfium.FPDFText_GetUnicode(textpage, index)
            if code < 32 or code in (0xFFFE, 0xFFFF, 0xFFFD):
                # Line ends and hyphens are pdfium's own; else a character whose meaning is hidden.
                told = told and (
                    code in (9, 10, 13)
                    or pdfium.FPDFText_IsGenerated(textpage, index) == 1
                    or pdfium.FPDFText_IsHyphen(textpage, index) == 1
                )
                continue
            box = _box(page, textpage, index, width, height)
            if box is None:
                told = told and chr(code).isspace()
                continue
            obj = pdfium.FPDFText_GetTextObject(textpage, index)
            address = ctypes.addressof(obj.contents) if obj else 0
            if address not in modes:
                modes[address] = _mode(obj)
            ink = _ink(page, textpage, index, width, height) or box
            turn = _turn(textpage, index, page_turn)
            raw.append(_Raw(chr(code), box, ink, turn, *modes[address]))
    finally:
        textpage.close()
    return list(_joined(raw)), told


def _looked_at(page: Any, raw: Sequence[_Raw], width: float, height: float) -> Iterator[Char]:
    """Each character with whether a reader sees it: whether the page looks different without it."""
    with_text = draw(page, _LOOK_DPI).convert("L")
    without = _without_text(page)
    changed = ImageChops.difference(with_text, without)
    scale_x, scale_y = with_text.width / width, with_text.height / height
    for text, box, ink, turn, mode, optional in raw:
        if text.isspace():
            yield Char(text, box, ink, True, turn)
            continue
        area = (
            max(math.floor(box.left * scale_x), 0),
            max(math.floor(box.top * scale_y), 0),
            min(math.ceil(box.right * scale_x), with_text.width),
            min(math.ceil(box.bottom * scale_y), with_text.height),
        )
        seen = False
        legible = max(box.width, box.height) >= _LEGIBLE
        if legible and not optional and area[0] < area[2] and area[1] < area[3]:
            # Invisible text is the text layer of a scan: it stands for the ink under it.
            invisible = mode in _INVISIBLE
            shown = with_text if invisible else changed
            darkest, brightest = shown.crop(area).getextrema()
            least = float(darkest) if invisible else 0.0
            seen = float(brightest) - least >= _SEEN
        yield Char(text, box, ink, seen, turn)


def _joined(raw: Sequence[_Raw]) -> Iterator[_Raw]:
    """Halves of a character outside the basic plane put together."""
    index = 0
    while index < len(raw):
        one = raw[index]
        index += 1
        if "\ud800" <= one.text <= "\udbff" and index < len(raw):
            low = raw[index]
            if "\udc00" <= low.text <= "\udfff":
                index += 1
                whole = (one.text + low.text).encode("utf-16", "surrogatepass").decode("utf-16")
                yield one._replace(
                    text=whole, box=one.box.around(low.box), ink=one.ink.around(low.ink)
                )
                continue
        if not "\ud800" <= one.text <= "\udfff":
            yield one


def _mode(obj: Any) -> tuple[int, bool]:
    """How a text object is painted, and whether it lies in an optional layer."""
    if not obj:
        return pdfium.FPDF_TEXTRENDERMODE_FILL, False
    optional = False
    for index in range(max(pdfium.FPDFPageObj_CountMarks(obj), 0)):
        mark = pdfium.FPDFPageObj_GetMark(obj, index)
        buffer = (ctypes.c_ushort * 32)()
        needed = ctypes.c_ulong()
        if pdfium.FPDFPageObjMark_GetName(mark, buffer, 64, needed):
            name = bytes(buffer).decode("utf-16-le", "replace").partition("\x00")[0]
            optional = optional or name == "OC"
    return pdfium.FPDFTextObj_GetTextRenderMode(obj), optional


def _without_text(page: Any) -> Image.Image:
    """The page as it looks when its text is not painted (it is painted again afterwards)."""
    texts = [one.raw for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])]
    before = [pdfium.FPDFTextObj_GetTextRenderMode(obj) for obj in texts]
    for obj in texts:
        pdfium.FPDFTextObj_SetTextRenderMode(obj, pdfium.FPDF_TEXTRENDERMODE_INVISIBLE)
    try:
        return draw(page, _LOOK_DPI).convert("L")
    finally:
        for obj, mode in zip(texts, before, strict=True):
            pdfium.FPDFTextObj_SetTextRenderMode(obj, mode)


def _turn(textpage: Any, index: int, page_turn: int) -> int:
    """How a character is turned as displayed; the angle of pdfium is that of the page's own space."""
    angle = pdfium.FPDFText_GetCharAngle(textpage, index)
    return (round(math.degrees(angle) / 90) * 90 - page_turn) % 360 if angle >= 0 else 0


def _box(page: Any, textpage: Any, index: int, width: float, height: float) -> Box | None:
    rect = pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(textpage, index, rect):
        return None
    edges = (rect.left, rect.bottom, rect.right, rect.top)
    return _sized(_shown_box(page, edges, width, height))


def _ink(page: Any, textpage: Any, index: int, width: float, height: float) -> Box | None:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not pdfium.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        return None
    edges = (left.value, bottom.value, right.value, top.value)
    return _sized(_shown_box(page, edges, width, height))


def _sized(box: Box) -> Box | None:
    return box if box.width > 0.05 and box.height > 0.05 else None


def _shown_box(
    page: Any, edges: tuple[float, float, float, float], width: float, height: float
) -> Box:
    """A box of the page's own space (left, bottom, right, top) as displayed."""
    first = _shown(page, edges[0], edges[3], width, height)
    second = _shown(page, edges[2], edges[1], width, height)
    return Box(
        min(first[0], second[0]),
        min(first[1], second[1]),
        max(first[0], second[0]),
        max(first[1], second[1]),
    )


def _shown(page: Any, x: float, y: float, width: float, height: float) -> tuple[float, float]:
    """A point of the page's own space, in points from the upper left corner as displayed."""
    across, down = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDF_PageToDevice(
        page, 0, 0, round(width * _FINE), round(height * _FINE), 0, x, y, across, down
    )
    return across.value / _FINE, down.value / _FINE


def _objects(page: Any, width: float, height: float) -> tuple[bool, bool]:
    """Whether the page shows pictures; whether all lies inside it and nothing covers anything."""
    below: list[Box] = []
    has_pictures, simple = False, True
    sheet = Box(-1.0, -1.0, width + 1.0, height + 1.0)
    for one in page.get_objects(max_depth=1):
        if one.type == pdfium.FPDF_PAGEOBJ_FORM:
            simple = False
        if one.type == pdfium.FPDF_PAGEOBJ_TEXT:
            # Of what is smaller than this pdfium tells no characters at all.
            simple = simple and _size_of(one) >= _LEGIBLE
            continue
        if one.type == pdfium.FPDF_PAGEOBJ_FORM:
            continue
        is_picture = one.type == pdfium.FPDF_PAGEOBJ_IMAGE
        has_pictures = has_pictures or is_picture
        if not simple:
            continue
        box = _shown_box(page, one.get_bounds(), width, height)
        covers = one.type != pdfium.FPDF_PAGEOBJ_PATH or _is_filled(one)
        if (
            box.common(sheet) != box
            or len(below) > _MAX_SHAPES
            or (covers and any(box.common(under).area > _HIDDEN * under.area for under in below
                               if box.touches(under)))
        ):  # fmt: skip
            simple = False
        below.append(box)
    if not has_pictures and not simple:
        has_pictures = any(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE]))
    return has_pictures, simple


def _size_of(text: Any) -> float:
    """The size of the letters of a text object on the page, in points."""
    size = ctypes.c_float()
    if not pdfium.FPDFTextObj_GetFontSize(text.raw, size):
        return 0.0
    matrix = text.get_matrix()
    return float(abs(size.value)) * math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))


def _is_filled(path: Any) -> bool:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    return bool(
        pdfium.FPDFPath_GetDrawMode(path.raw, mode, stroked)
        and mode.value != pdfium.FPDF_FILLMODE_NONE
    )
