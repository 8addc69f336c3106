"""A Word file as a layout that can be drawn: paragraphs, runs, tables, pictures, page.

Reads what a notice may hold, resolves styles, and says in Chinese what it cannot draw (`CannotDraw`):
text boxes, automatic numbering, tracked changes, several sections. After reading, the letters of the
file are counted against those of the layout, so that nothing is lost unnoticed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

from docx import Document
from docx.image.image import Image
from docx.oxml.ns import qn

_TWIP: Final = 20
_EMU: Final = 12700
_MOST_BLOCKS: Final = 4000
_MOST_PIXELS: Final = 6000
_LONG: Final = 24
_PIECE: Final = 6


class CannotDraw(ValueError):
    """The file holds something that would be missing from the PDF; says what and what to do."""


@dataclass
class Layout:
    """What typst draws. Lengths are points. `images` are named by their place in the list."""

    title: str
    author: str
    page: dict[str, float]
    footer: list[dict[str, Any]]
    blocks: list[dict[str, Any]]
    images: list[bytes] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Every letter that is printed, in order, one line a paragraph."""
        return "\n".join(_texts(self.blocks))

    def data(self) -> dict[str, Any]:
        """As JSON for typst."""
        return {
            "title": self.title,
            "author": self.author,
            "page": self.page,
            "footer": self.footer,
            "blocks": self.blocks,
            "images": [list(image) for image in self.images],
        }


def read_layout(docx: bytes) -> Layout:
    """The layout of a Word file. Raises `CannotDraw`."""
    return _Reader(Document(BytesIO(docx))).layout()


def text_of(docx: bytes) -> str:
    """The letters of a Word file's body, one line a paragraph, straight from its XML."""
    body = Document(BytesIO(docx)).element.body
    return "\n".join(
        "".join(t.text or "" for t in paragraph.iter(qn("w:t")))
        for paragraph in body.iter(qn("w:p"))
    )


def letters(text: str) -> str:
    """`text` without white space and places to break: what is equal in two readings of a paper."""
    return "".join(text.replace("\u200b", "").split())


def _texts(blocks: list[dict[str, Any]]) -> Iterator[str]:
    for block in blocks:
        if block["kind"] == "p":
            yield "".join(
                "\n" if run["kind"] == "break" else run.get("text", "") for run in block["runs"]
            )
        else:
            for row in block["rows"]:
                for cell in row:
                    yield from _texts(cell["blocks"])


#: What has no place on the paper, with what to do instead.
_REFUSED: Final[Mapping[str, str]] = {
    "w:txbxContent": "文本框，请把文字放在普通段落或者表格里",
    "w:pict": "画出来的线条、图形或者水印，请删去（红线请用段落的下框线），或者改为插入图片（PNG、JPG）",
    "w:object": "嵌入的对象，请删去",
    "w:sym": "“符号”字体的字符，请改用普通字符",
    "w:ins": "修订痕迹，请先接受全部修订",
    "w:del": "修订痕迹，请先接受全部修订",
    "w:moveFrom": "修订痕迹，请先接受全部修订",
    "w:moveTo": "修订痕迹，请先接受全部修订",
    "w:footnoteReference": "脚注，请把内容放在正文里",
    "w:endnoteReference": "尾注，请把内容放在正文里",
    "w:commentReference": "批注，请先删去全部批注",
    "w:altChunk": "嵌入的其他文件，请删去",
    "w:subDoc": "子文档，请删去",
    "w:numPr": "自动编号或者项目符号，请改为直接输入的编号",
    "w:vanish": "隐藏文字，请取消隐藏或者删去",
    "m:oMath": "公式，请改为普通文字",
}


class _Reader:
    def __init__(self, word: Any) -> None:
        self.word = word
        self.body = word.element.body
        self.images: list[bytes] = []
        self.count = 0
        styles = word.styles.element
        self.styles = {one.get(qn("w:styleId")): one for one in styles.findall(qn("w:style"))}
        self.default_style = next(
            (
                one.get(qn("w:styleId"))
                for one in styles.findall(qn("w:style"))
                if one.get(qn("w:type")) == "paragraph"
                and one.get(qn("w:default")) in ("1", "true")
            ),
            "",
        )
        self.default_p = styles.find(f"{qn('w:docDefaults')}/{qn('w:pPrDefault')}/{qn('w:pPr')}")
        self.default_r = styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")

    def layout(self) -> Layout:
        self._refuse()
        section = self.word.sections[0]
        blocks = self._blocks(self.body)
        layout = Layout(
            title=self.word.core_properties.title or "",
            author=self.word.core_properties.author or "",
            page={
                "width": section.page_width / _EMU,
                "height": section.page_height / _EMU,
                "top": section.top_margin / _EMU,
                "bottom": section.bottom_margin / _EMU,
                "left": section.left_margin / _EMU,
                "right": section.right_margin / _EMU,
                "footer": (section.footer_distance or 0) / _EMU,
            },
            footer=[self._paragraph(p) for p in section.footer._element.iterchildren(qn("w:p"))]
            if not section.footer.is_linked_to_previous
            else [],
            blocks=blocks,
            images=self.images,
        )
        whole = "".join(t.text or "" for t in self.body.iter(qn("w:t")))
        if letters(whole) != letters(layout.text):
            raise CannotDraw(
                "文件里有不能印到 PDF 上的文字（例如文本框、域、控件里的文字），"
                "请把文字放在普通段落或者表格里。"
            )
        return layout

    def _refuse(self) -> None:
        for name, what in _REFUSED.items():
            if name == "m:oMath":
                tag = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
            else:
                tag = qn(name)
            if next(self.body.iter(tag), None) is not None:
                raise CannotDraw(f"文件里有{what}。")
        if len(list(self.body.iter(qn("w:sectPr")))) > 1:
            raise CannotDraw("文件分了几节，请删去分节符，整份文书用同一种页面设置。")
        section = self.word.sections[0]
        if not section.header.is_linked_to_previous and any(
            (t.text or "").strip() for t in section.header._element.iter(qn("w:t"))
        ):
            raise CannotDraw("页眉里有文字，请移到正文里。")
        if section.different_first_page_header_footer:
            raise CannotDraw("页面设置了“首页不同”，请取消，页码放在统一的页脚里。")
        if self.word.settings.odd_and_even_pages_header_footer:
            raise CannotDraw("页面设置了“奇偶页不同”，请取消，页码放在统一的页脚里。")

    # -- blocks --------------------------------------------------------------------------------
    def _blocks(self, container: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for child in container.iterchildren():
            if child.tag == qn("w:p"):
                self.count += 1
                if self.count > _MOST_BLOCKS:
                    raise CannotDraw("文件过长，文书一般只有几页。")
                found.append(self._paragraph(child))
            elif child.tag == qn("w:tbl"):
                found.append(self._table(child))
            elif child.tag == qn("w:sdt"):
                content = child.find(qn("w:sdtContent"))
                if content is not None:
                    found += self._blocks(content)
        return found

    def _chain(self, style_id: str | None) -> list[Any]:
        """The styles from the farthest base to the style itself."""
        chain: list[Any] = []
        while style_id and style_id in self.styles and len(chain) < 20:
            style = self.styles[style_id]
            chain.insert(0, style)
            base = style.find(qn("w:basedOn"))
            style_id = base.get(qn("w:val")) if base is not None else None
        return chain

    def _paragraph(self, element: Any) -> dict[str, Any]:
        own = element.find(qn("w:pPr"))
        named = own.find(qn("w:pStyle")) if own is not None else None
        style_id = named.get(qn("w:val")) if named is not None else self.default_style
        chain = self._chain(style_id)
        layers = [self.default_p, *(one.find(qn("w:pPr")) for one in chain), own]
        if any(layer is not None and layer.find(qn("w:numPr")) is not None for layer in layers):
            raise CannotDraw(f"文件里有{_REFUSED['w:numPr']}。")
        fonts = _Run(self.default_r)
        for one in chain:
            fonts = fonts.under(one.find(qn("w:rPr")))
        layout = _paragraph_layout(layers, fonts.size)
        runs: list[dict[str, Any]] = []
        floats: list[dict[str, Any]] = []
        for child in element.iterchildren():
            self._inline(child, fonts, runs, floats)
        _drop_field_codes(runs)
        level = _heading_level(chain, layers)
        return {
            "kind": "p",
            **layout,
            "level": level,
            "runs": [piece for run in runs for piece in _broken(run)],
            "floats": floats,
            "size": fonts.size,
        }

    def _inline(self, element: Any, fonts: _Run, runs: list[Any], floats: list[Any]) -> None:
        tag = element.tag
        if tag == qn("w:r"):
            named = element.find(f"{qn('w:rPr')}/{qn('w:rStyle')}")
            for style in self._chain(named.get(qn("w:val")) if named is not None else None):
                fonts = fonts.under(style.find(qn("w:rPr")))
            look = fonts.under(element.find(qn("w:rPr"))).look()
            for child in element.iterchildren():
                self._in_run(child, look, runs, floats)
        elif tag in (qn("w:hyperlink"), qn("w:smartTag"), qn("w:fldSimple")):
            if tag == qn("w:fldSimple"):
                name = _field_name(element.get(qn("w:instr")) or "")
                if name:
                    runs.append({"kind": name, **fonts.look()})
                    return
            for child in element.iterchildren():
                self._inline(child, fonts, runs, floats)
        elif tag == qn("w:sdt"):
            content = element.find(qn("w:sdtContent"))
            for child in content.iterchildren() if content is not None else ():
                self._inline(child, fonts, runs, floats)

    def _in_run(self, child: Any, look: dict[str, Any], runs: list[Any], floats: list[Any]) -> None:
        if child.tag == qn("w:t"):
            runs.append({"kind": "text", "text": child.text or "", **look})
        elif child.tag == qn("w:tab"):
            runs.append({"kind": "tab", **look})
        elif child.tag in (qn("w:br"), qn("w:cr")):
            page = child.get(qn("w:type")) == "page"
            runs.append({"kind": "page" if page else "break"})
        elif child.tag == qn("w:noBreakHyphen"):
            runs.append({"kind": "text", "text": "\u2011", **look})
        elif child.tag == qn("w:fldChar"):
            runs.append({"kind": "field", "at": child.get(qn("w:fldCharType"))})
        elif child.tag == qn("w:instrText"):
            runs.append({"kind": "code", "code": child.text or "", **look})
        elif child.tag == qn("w:drawing"):
            self._drawing(child, runs, floats)

    def _drawing(self, element: Any, runs: list[Any], floats: list[Any]) -> None:
        wp = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
        for frame in element.iterchildren():
            extent = frame.find(f"{{{wp}}}extent")
            blip = next(frame.iter(qn("a:blip")), None)
            named = frame.find(f"{{{wp}}}docPr")
            key = blip.get(qn("r:embed")) if blip is not None else None
            if extent is None or key is None:
                raise CannotDraw("文件里有图形、图表或者链接的图片，请改为插入的图片（PNG、JPG）。")
            part = self.word.part.related_parts[key]
            if part.content_type not in ("image/png", "image/jpeg"):
                raise CannotDraw("文件里的图片不是 PNG 或者 JPG，请换一种格式。")
            picture_size = Image.from_blob(part.blob)
            if max(picture_size.px_width, picture_size.px_height) > _MOST_PIXELS:
                raise CannotDraw(f"文件里的图片宽或者高超过{_MOST_PIXELS}像素，请缩小。")
            self.images.append(part.blob)
            picture = {
                "image": len(self.images) - 1,
                "alt": (named.get("descr") if named is not None else "") or "图片",
                "width": int(extent.get("cx")) / _EMU,
                "height": int(extent.get("cy")) / _EMU,
            }
            if frame.tag == f"{{{wp}}}inline":
                runs.append({"kind": "image", **picture})
                continue
            picture |= {
                "dx": _offset(frame, wp, "positionH"),
                "dy": _offset(frame, wp, "positionV"),
            }
            floats.append(picture)

    def _table(self, element: Any) -> dict[str, Any]:
        grid = element.find(qn("w:tblGrid"))
        widths = [
            int(one.get(qn("w:w")) or 0) / _TWIP for one in grid.iterchildren(qn("w:gridCol"))
        ]
        rows: list[list[dict[str, Any]]] = []
        open_cells: dict[int, dict[str, Any]] = {}
        for line in element.iterchildren(qn("w:tr")):
            row: list[dict[str, Any]] = []
            column = 0
            height = line.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
            least = int(height.get(qn("w:val")) or 0) / _TWIP if height is not None else 0
            for cell in line.iterchildren(qn("w:tc")):
                properties = cell.find(qn("w:tcPr"))
                span = properties.find(qn("w:gridSpan")) if properties is not None else None
                merge = properties.find(qn("w:vMerge")) if properties is not None else None
                middle = properties.find(qn("w:vAlign")) if properties is not None else None
                across = int(span.get(qn("w:val")) or 1) if span is not None else 1
                if (
                    merge is not None
                    and merge.get(qn("w:val")) != "restart"
                    and column in open_cells
                ):
                    open_cells[column]["rowspan"] += 1
                    open_cells[column]["blocks"] += [
                        block for block in self._blocks(cell) if letters("\n".join(_texts([block])))
                    ]
                    column += across
                    continue
                made = {
                    "colspan": across,
                    "rowspan": 1,
                    "middle": middle is not None and middle.get(qn("w:val")) == "center",
                    "blocks": self._blocks(cell),
                    "height": least,
                }
                open_cells.pop(column, None)
                if merge is not None:
                    open_cells[column] = made
                row.append(made)
                column += across
            rows.append(row)
        return {"kind": "table", "widths": widths, "rows": rows, "border": self._bordered(element)}

    def _bordered(self, element: Any) -> bool:
        own = element.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}")
        if own is not None:
            return any(one.get(qn("w:val")) not in (None, "none", "nil") for one in own)
        named = element.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        chain = self._chain(named.get(qn("w:val")) if named is not None else None)
        return any(style.find(f".//{qn('w:tblBorders')}") is not None for style in chain)


# -- looks -------------------------------------------------------------------------------------


class _Run:
    """The look of letters as it comes together from defaults, styles and the run itself."""

    def __init__(self, properties: Any = None) -> None:
        self.east, self.size, self.bold, self.color = "", 10.5, False, "#000000"
        self.underline, self.italic, self.raised = False, False, ""
        self._read(properties)

    def under(self, properties: Any) -> _Run:
        if properties is None:
            return self
        made = _Run()
        made.__dict__.update(self.__dict__)
        made._read(properties)
        return made

    def _read(self, properties: Any) -> None:
        if properties is None:
            return
        fonts = properties.find(qn("w:rFonts"))
        if fonts is not None:
            self.east = fonts.get(qn("w:eastAsia")) or fonts.get(qn("w:ascii")) or self.east
        size = properties.find(qn("w:sz"))
        if size is not None:
            self.size = int(size.get(qn("w:val"))) / 2
        self.bold = _on(properties, "w:b", self.bold)
        self.italic = _on(properties, "w:i", self.italic)
        color = properties.find(qn("w:color"))
        if color is not None and re.fullmatch(r"[0-9A-Fa-f]{6}", color.get(qn("w:val")) or ""):
            self.color = f"#{color.get(qn('w:val'))}"
        line = properties.find(qn("w:u"))
        if line is not None:
            self.underline = line.get(qn("w:val")) not in ("none", None)
        raised = properties.find(qn("w:vertAlign"))
        if raised is not None:
            self.raised = raised.get(qn("w:val")) or ""

    def look(self) -> dict[str, Any]:
        return {
            "sans": bool(re.search(r"黑|Hei|Arial|Sans|Calibri|等线", self.east)),
            "heavy": self.bold or "小标宋" in self.east,
            "size": self.size,
            "color": self.color,
            "underline": self.underline,
            "raised": self.raised if self.raised in ("superscript", "subscript") else "",
        }


def _on(properties: Any, name: str, before: bool) -> bool:
    found = properties.find(qn(name))
    if found is None:
        return before
    return found.get(qn("w:val")) not in ("0", "false", "off")


def _paragraph_layout(layers: list[Any], size: float) -> dict[str, Any]:
    spacing: dict[str, str] = {}
    indent: dict[str, str] = {}
    align, keep, page, rule = "", False, False, None
    for layer in layers:
        if layer is None:
            continue
        for name, into in (("w:spacing", spacing), ("w:ind", indent)):
            found = layer.find(qn(name))
            if found is not None:
                into.update({key.partition("}")[2]: value for key, value in found.attrib.items()})
        found = layer.find(qn("w:jc"))
        align = found.get(qn("w:val")) if found is not None else align
        keep, page = _on(layer, "w:keepNext", keep), _on(layer, "w:pageBreakBefore", page)
        borders = layer.find(qn("w:pBdr"))
        if borders is not None:
            rule = borders.find(qn("w:bottom"))
    return {
        "align": {"center": "center", "right": "right", "end": "right", "left": "left"}.get(
            align, "justify"
        ),
        "before": _twips(spacing, "before"),
        "after": _twips(spacing, "after"),
        "line": _line(spacing, size),
        "left": _indent(indent, "left", "start", size),
        "right": _indent(indent, "right", "end", size),
        "first": _first(indent, size),
        "keep": keep,
        "page-before": page,
        "rule": _rule(rule),
    }


def _twips(attributes: Mapping[str, str], name: str) -> float:
    try:
        return int(attributes.get(name, "0")) / _TWIP
    except ValueError:
        return 0.0


def _line(spacing: Mapping[str, str], size: float) -> float:
    """The distance of lines in points; single spacing is 1.3 of the letters' size."""
    try:
        line = int(spacing.get("line", "240"))
    except ValueError:
        line = 240
    if spacing.get("lineRule") in ("exact", "atLeast"):
        return max(line / _TWIP, size if spacing["lineRule"] == "atLeast" else 1)
    return line / 240 * size * 1.3


def _indent(indent: Mapping[str, str], name: str, other: str, size: float) -> float:
    chars = indent.get(f"{name}Chars") or indent.get(f"{other}Chars")
    if chars and chars.lstrip("-").isdecimal() and int(chars):
        return int(chars) / 100 * size
    return _twips(indent, name if name in indent else other)


def _first(indent: Mapping[str, str], size: float) -> float:
    """The first line's indent; negative for a hanging one."""
    for name, sign in (("firstLine", 1), ("hanging", -1)):
        chars = indent.get(f"{name}Chars", "")
        if chars.isdecimal() and int(chars):
            return sign * int(chars) / 100 * size
    if _twips(indent, "hanging"):
        return -_twips(indent, "hanging")
    return _twips(indent, "firstLine")


def _rule(border: Any) -> dict[str, Any] | None:
    if border is None or border.get(qn("w:val")) in (None, "none", "nil"):
        return None
    color = border.get(qn("w:color")) or "000000"
    return {
        "width": int(border.get(qn("w:sz")) or 4) / 8,
        "space": int(border.get(qn("w:space")) or 1),
        "color": f"#{color}" if re.fullmatch(r"[0-9A-Fa-f]{6}", color) else "#000000",
    }


def _heading_level(chain: list[Any], layers: list[Any]) -> int:
    """The level of a heading, 1 for the title; 0 for text."""
    for style in chain:
        named = style.find(qn("w:name"))
        if named is not None and (named.get(qn("w:val")) or "").lower() in ("title", "标题"):
            return 1
    for layer in reversed(layers):
        found = layer.find(qn("w:outlineLvl")) if layer is not None else None
        if found is not None:
            level = int(found.get(qn("w:val")) or 9)
            return level + 1 if level < 6 else 0
    return 0


def _offset(frame: Any, wp: str, name: str) -> float:
    found = frame.find(f"{{{wp}}}{name}/{{{wp}}}posOffset")
    return int(found.text) / _EMU if found is not None and found.text else 0.0


# -- fields and long words ---------------------------------------------------------------------


def _field_name(code: str) -> str:
    words = code.split()
    return {"PAGE": "page-number", "NUMPAGES": "page-count"}.get(words[0] if words else "", "")


def _drop_field_codes(runs: list[dict[str, Any]]) -> None:
    """PAGE and NUMPAGES become the number; of other fields the text that was there stays."""
    kept: list[dict[str, Any]] = []
    name, in_result = "", False
    for run in runs:
        if run["kind"] == "field":
            if run["at"] == "begin":
                name, in_result = "", False
            elif run["at"] == "separate":
                in_result = True
            else:
                name, in_result = "", False
        elif run["kind"] == "code":
            found = _field_name(run["code"])
            if found:
                name = found
                kept.append({**run, "kind": found})
        elif not (name and in_result and run["kind"] == "text"):
            kept.append(run)
    runs[:] = kept


def _broken(run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The run; long words without a place to break get places, so that no letter leaves the page."""
    if run["kind"] != "text":
        yield run
        return
    start = 0
    for match in re.finditer(
        rf"[^\s\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]{{{_LONG},}}",
        run["text"],
    ):
        if match.start() > start:
            yield {**run, "text": run["text"][start : match.start()]}
        pieces = list(_pieces(match[0]))
        for place, piece in enumerate(pieces):
            yield {**run, "text": piece}
            if place < len(pieces) - 1:
                yield {"kind": "soft"}
        start = match.end()
    if start < len(run["text"]) or not run["text"]:
        yield {**run, "text": run["text"][start:]}


def _pieces(word: str) -> Iterator[str]:
    """The word in pieces that begin at a letter of their own, not at a mark that joins on."""
    piece = ""
    for letter in word:
        joins = (
            unicodedata.category(letter).startswith("M")
            or letter in "\u200d\ufe0f\ufe0e"
            or piece.endswith("\u200d")
            or "\U0001f3fb" <= letter <= "\U0001f3ff"
        )
        if len(piece) >= _PIECE and not joins:
            yield piece
            piece = ""
        piece += letter
    if piece:
        yield piece
