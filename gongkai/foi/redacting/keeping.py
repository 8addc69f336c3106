"""Taking a page over as it is: only what is drawn on it, and only from a short list of kinds.

A page is taken over when everything on it is of the list; else the caller draws it anew. What is not
on the list of names below does not come along, whatever it is.
"""

from __future__ import annotations

from typing import Any, Final

import pikepdf

from gongkai.guard.files.images import strip_jpeg

_FONTS: Final = frozenset({"/Type1", "/TrueType", "/Type0", "/MMType1"})
_FONT: Final = (
    "/Type", "/Subtype", "/BaseFont", "/FirstChar", "/LastChar", "/Widths", "/FontDescriptor",
    "/Encoding", "/ToUnicode", "/DescendantFonts", "/CIDSystemInfo", "/DW", "/W", "/DW2", "/W2",
    "/CIDToGIDMap",
)  # fmt: skip
_DESCRIPTOR: Final = (
    "/Type", "/FontName", "/Flags", "/FontBBox", "/ItalicAngle", "/Ascent", "/Descent", "/CapHeight",
    "/XHeight", "/StemV", "/StemH", "/AvgWidth", "/MaxWidth", "/MissingWidth", "/Leading",
    "/FontFile", "/FontFile2", "/FontFile3", "/CIDSet",
)  # fmt: skip
_IMAGE: Final = (
    "/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Decode",
    "/DecodeParms", "/Filter", "/ImageMask", "/Interpolate", "/Intent",
)  # fmt: skip
_STATE: Final = (
    "/Type", "/LW", "/LC", "/LJ", "/ML", "/D", "/RI", "/OP", "/op", "/OPM", "/FL", "/SM", "/SA",
    "/BM", "/CA", "/ca", "/AIS", "/TK",
)  # fmt: skip
_STREAM: Final = (
    "/Filter", "/DecodeParms", "/Length1", "/Length2", "/Length3", "/Subtype", "/N", "/Alternate",
    "/Type", "/CMapName", "/CIDSystemInfo", "/WMode", "/UseCMap",
)  # fmt: skip
#: What may stand in a page's drawing; an operator that no reader knows may hold any text.
_DRAWING: Final = frozenset((
    "b", "b*", "B", "B*", "BT", "c", "cm", "cs", "CS", "d", "Do", "ET", "f", "F", "f*", "g",
    "G", "gs", "h", "i", "j", "J", "k", "K", "l", "m", "M", "n", "q", "Q", "re", "RG", "rg",
    "ri", "s", "S", "sc", "SC", "scn", "SCN", "T*", "Tc", "Td", "TD", "Tf", "Tj", "TJ", "TL",
    "Tm", "Tr", "Ts", "Tw", "Tz", "v", "w", "W", "W*", "y", "'", '"',
))  # fmt: skip
#: Marks around content: they carry alternative texts and layers, and draw nothing.
_MARKS: Final = frozenset({"BMC", "BDC", "EMC", "MP", "DP", "BX", "EX"})
_MAX_DEPTH: Final = 12


class _Unusual(Exception):
    """Something that is not on the list: the page is drawn anew."""


def _filters(stream: Any) -> list[str]:
    """The names of the filters of a stream, in the order in which they are taken off."""
    found = stream.get("/Filter")
    if isinstance(found, pikepdf.Array):
        return [str(one) for one in found]
    return [] if found is None else [str(found)]


class Keeper:
    """Takes pages of `source` over into `made`, none that shares a part with pages `struck`."""

    def __init__(self, source: pikepdf.Pdf, made: pikepdf.Pdf, struck: set[int]) -> None:
        self._source, self._made = source, made
        self._copied: dict[tuple[int, int], Any] = {}
        self._barred: set[tuple[int, int]] = set()
        for index in struck:
            self._bar(source.pages[index].obj.get("/Resources"))

    def keep(self, index: int) -> bool:
        """Whether the page could be taken over; nothing was added when not."""
        page = self._source.pages[index]
        try:
            made = self._page(page)
        except (_Unusual, pikepdf.PdfError, ValueError, KeyError, TypeError, RecursionError):
            return False
        self._made.pages.append(pikepdf.Page(made))
        return True

    def _page(self, page: pikepdf.Page) -> Any:
        if "/Annots" in page.obj:
            raise _Unusual
        media = [float(one) for one in page.mediabox]
        if [float(one) for one in page.cropbox] != media:
            raise _Unusual
        if page.obj.get("/UserUnit", 1) != 1:
            raise _Unusual
        used: dict[str, set[str]] = {}
        drawing = []
        clips = pictures = False
        for instruction in pikepdf.parse_content_stream(page):
            operator = str(instruction.operator)
            if operator in _MARKS:
                if any(str(one) == "/OC" for one in instruction.operands):
                    raise _Unusual
                continue
            if operator not in _DRAWING:
                # A picture in the midst of the drawing (INLINE IMAGE) may hang on names and filters
                # of its own; shadings and whatever nobody knows are drawn anew as well.
                raise _Unusual
            clips = clips or operator in ("W", "W*")
            pictures = pictures or operator == "Do"
            if clips and pictures:
                # What was cut off a picture is still in it.
                raise _Unusual
            self._note(used, operator, list(instruction.operands))
            drawing.append(instruction)
        found = page.obj.get("/Resources", pikepdf.Dictionary())
        resources = pikepdf.Dictionary()
        for group, names in used.items():
            available = found.get(group, pikepdf.Dictionary())
            taken = pikepdf.Dictionary()
            for name in sorted(names):
                if name in available:
                    taken[name] = self._resource(group, available[name])
                elif group != "/ColorSpace":
                    raise _Unusual
            if taken.keys():
                resources[group] = taken
        contents = pikepdf.Stream(self._made, pikepdf.unparse_content_stream(drawing))
        made = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=pikepdf.Array(media),
            Resources=resources,
            Contents=self._made.make_indirect(contents),
        )
        turned = int(page.obj.get("/Rotate", 0)) % 360
        if turned:
            made["/Rotate"] = turned
        return self._made.make_indirect(made)

    def _note(self, used: dict[str, set[str]], operator: str, operands: list[Any]) -> None:
        if operator == "Do":
            used.setdefault("/XObject", set()).add(str(operands[0]))
        elif operator == "Tf":
            used.setdefault("/Font", set()).add(str(operands[0]))
        elif operator == "gs":
            used.setdefault("/ExtGState", set()).add(str(operands[0]))
        elif operator in ("cs", "CS"):
            used.setdefault("/ColorSpace", set()).add(str(operands[0]))
        elif operator in ("scn", "SCN") and any(isinstance(o, pikepdf.Name) for o in operands):
            raise _Unusual

    def _resource(self, group: str, value: Any) -> Any:
        if group == "/XObject":
            if str(value.get("/Subtype")) != "/Image":
                raise _Unusual
            return self._image(value)
        if group == "/Font":
            return self._font(value)
        if group == "/ExtGState":
            if isinstance(value.get("/SMask"), pikepdf.Dictionary) or "/Font" in value:
                raise _Unusual
            return self._picked(value, _STATE, 0)
        return self._copy(value, 0)

    def _image(self, value: Any) -> Any:
        self._refuse_barred(value)
        if {"/OC", "/SMask", "/Mask"} & set(value.keys()):
            # A mask hides pixels that are still there.
            raise _Unusual
        filters = _filters(value)
        if "/JPXDecode" in filters:
            raise _Unusual
        if filters == ["/DCTDecode"]:
            return self._jpeg(value)
        return self._stream(value, _IMAGE, 0)

    def _jpeg(self, value: Any) -> Any:
        """A JPEG without what a camera or a program wrote into it: place, author, small picture."""
        plain = strip_jpeg(value.read_raw_bytes())
        return self._stream(value, _IMAGE, 0, plain)

    def _font(self, value: Any) -> Any:
        if str(value.get("/Subtype")) not in _FONTS:
            raise _Unusual
        self._refuse_barred(value)
        made = self._picked(value, _FONT, 0)
        return self._made.make_indirect(made)

    def _refuse_barred(self, value: Any) -> None:
        """A picture or a font of a struck page would bring its pixels, shapes or characters along."""
        stack, seen = [value], 0
        while stack:
            one = stack.pop()
            seen += 1
            if seen > 200:
                raise _Unusual
            if one.is_indirect and one.objgen in self._barred:
                raise _Unusual
            for key in ("/FontDescriptor", "/DescendantFonts", "/ToUnicode", "/SMask", "/Mask",
                        "/FontFile", "/FontFile2", "/FontFile3"):  # fmt: skip
                inner = (
                    one.get(key) if isinstance(one, pikepdf.Dictionary | pikepdf.Stream) else None
                )
                if isinstance(inner, pikepdf.Array):
                    stack.extend(x for x in inner if isinstance(x, pikepdf.Dictionary))
                elif isinstance(inner, pikepdf.Dictionary | pikepdf.Stream):
                    stack.append(inner)

    def _bar(self, value: Any) -> None:
        """Note every object that a struck page draws with, however deep it lies."""
        stack = [value]
        while stack:
            one = stack.pop()
            if isinstance(one, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array):
                if one.is_indirect:
                    if one.objgen in self._barred:
                        continue
                    self._barred.add(one.objgen)
                stack.extend(
                    list(one)
                    if isinstance(one, pikepdf.Array)
                    else [one[key] for key in one.keys() if key not in ("/Parent", "/P")]  # noqa: SIM118
                )

    # -- copying by name ---------------------------------------------------------------------

    def _picked(self, value: Any, names: tuple[str, ...], depth: int) -> Any:
        made = pikepdf.Dictionary()
        for name in names:
            if name in value:
                made[name] = self._copy(value[name], depth + 1)
        return made

    def _stream(
        self, value: Any, names: tuple[str, ...], depth: int, data: bytes | None = None
    ) -> Any:
        """A stream with the entries `names` and its bytes as they are packed, or `data`."""
        known = self._copied.get(value.objgen) if value.is_indirect else None
        if known is not None:
            return known
        made = pikepdf.Stream(self._made, value.read_raw_bytes() if data is None else data)
        for name in names:
            if name in value:
                made[name] = self._copy(value[name], depth + 1)
        result = self._made.make_indirect(made)
        if value.is_indirect:
            self._copied[value.objgen] = result
        return result

    def _copy(self, value: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise _Unusual
        if isinstance(value, pikepdf.Stream):
            return self._stream(value, _STREAM, depth)
        if isinstance(value, pikepdf.Dictionary):
            kind = str(value.get("/Type", ""))
            if kind == "/FontDescriptor":
                return self._picked(value, _DESCRIPTOR, depth)
            if kind == "/Font":
                return self._made.make_indirect(self._picked(value, _FONT, depth))
            made = pikepdf.Dictionary()
            for key in value.keys():  # noqa: SIM118
                made[key] = self._copy(value[key], depth + 1)
            return made
        if isinstance(value, pikepdf.Array):
            return pikepdf.Array([self._copy(one, depth + 1) for one in value])
        if isinstance(value, pikepdf.String):
            return pikepdf.String(bytes(value))
        if isinstance(value, pikepdf.Name):
            return pikepdf.Name(str(value))
        return value
