"""Files made for tests: of every kind, with words planted wherever a kind has room for them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from tests.guard.people import identity_number

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN = "application/vnd.openxmlformats-officedocument."
WORD = f"{MAIN}wordprocessingml.document.main+xml"
SHEET = f"{MAIN}spreadsheetml.sheet.main+xml"
SLIDES = f"{MAIN}presentationml.presentation.main+xml"

Members = dict[str, str | bytes]


def identity(serial: int) -> str:
    """The identity number of nobody, one for each serial number."""
    return identity_number(f"41128119900101{serial:03d}")


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def unzipped(data: bytes) -> Members:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def relations(*rows: tuple[str, str, str]) -> str:
    """(id, type's last word, target) as a part of relations; a target with “:” is external."""
    return (
        f'<Relationships xmlns="{RELATIONS}">'
        + "".join(
            f'<Relationship Id="{number}" Type="{R}/{kind}" Target="{target}"'
            + (' TargetMode="External"' if ":" in target else "")
            + "/>"
            for number, kind, target in rows
        )
        + "</Relationships>"
    )


def types(main: str, part: str, *more: str) -> str:
    return (
        f'<Types xmlns="{TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}"/>' + "".join(more) + "</Types>"
    )


# --- Word ------------------------------------------------------------------------------------------


def word(body: str, rows: tuple[tuple[str, str, str], ...] = (), **parts: str | bytes) -> bytes:
    """A Word file with this body; `parts` are names with “__” for “/” and “_” for “.”."""
    return zipped(word_members(body, rows, **parts))


def word_members(
    body: str, rows: tuple[tuple[str, str, str], ...] = (), **parts: str | bytes
) -> Members:
    members: Members = {
        "[Content_Types].xml": types(WORD, "word/document.xml"),
        "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
        "word/document.xml": story("document", f"<w:body>{body}</w:body>"),
        "word/_rels/document.xml.rels": relations(*rows),
    }
    for name, content in parts.items():
        members[name.replace("__", "/").replace("_", ".")] = content
    return members


def story(root: str, inside: str) -> str:
    return (
        f'<w:{root} xmlns:w="{W}" xmlns:r="{R}" xmlns:v="urn:schemas-microsoft-com:vml" '
        f'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        f'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        f"{inside}</w:{root}>"
    )


def p(text: str, properties: str = "") -> str:
    rpr = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f"<w:p><w:r>{rpr}<w:t>{text}</w:t></w:r></w:p>"


# --- Excel -----------------------------------------------------------------------------------------


def sheet(rows: str, after: str = "") -> str:
    return f'<worksheet xmlns="{S}" xmlns:r="{R}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def workbook(
    sheets: Mapping[str, str],
    *,
    hidden: tuple[str, ...] = (),
    inside: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook of sheets given as XML."""
    rows = [(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]
    rows += [("rs", "sharedStrings", "sharedStrings.xml"), ("rt", "styles", "styles.xml")]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"'
        + (' state="veryHidden"' if name in hidden else "")
        + "/>"
        for n, name in enumerate(sheets, 1)
    )
    members: Members = {
        "[Content_Types].xml": types(SHEET, "xl/workbook.xml"),
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{S}" xmlns:r="{R}"><sheets>{listed}</sheets>{inside}</workbook>',
        "xl/_rels/workbook.xml.rels": relations(*rows),
        "xl/sharedStrings.xml": f'<sst xmlns="{S}"><si><r><t>共享</t></r><r><t>文字</t></r><rPh><t>gong</t></rPh></si></sst>',
        "xl/styles.xml": (
            f'<styleSheet xmlns="{S}"><numFmts><numFmt numFmtId="170" formatCode="0000000000"/>'
            '<numFmt numFmtId="171" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts>'
            '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/>'
            '<xf numFmtId="22"/><xf numFmtId="20"/></cellXfs></styleSheet>'
        ),
        **{f"xl/worksheets/sheet{n}.xml": content for n, content in enumerate(sheets.values(), 1)},
        **(parts or {}),
    }
    return zipped(members)


# --- PowerPoint, OFD -------------------------------------------------------------------------------


def slides(text: str, note: str = "备注", **parts: str | bytes) -> bytes:
    def shape(words: str) -> str:
        return (
            f'<p:sld xmlns:p="{P}" xmlns:a="{A}"><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:sld>'
        )

    members: Members = {
        "[Content_Types].xml": types(SLIDES, "ppt/presentation.xml"),
        "_rels/.rels": relations(("r1", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst><p:sldId id="256" r:id="r7"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(("r7", "slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": shape(text),
        "ppt/slides/_rels/slide1.xml.rels": relations(
            ("r1", "notesSlide", "../notesSlides/notesSlide1.xml")
        ),
        "ppt/notesSlides/notesSlide1.xml": shape(note),
    }
    for name, content in parts.items():
        members[name.replace("__", "/").replace("_", ".")] = content
    return zipped(members)


def ofd(objects: str, *, inside: str = "", document: str = "", **parts: str | bytes) -> bytes:
    space = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    members: Members = {
        "OFD.xml": (
            f"<ofd:OFD {space}><ofd:DocBody><ofd:DocInfo><ofd:Title>标题</ofd:Title>"
            "<ofd:Author>某某</ofd:Author></ofd:DocInfo>"
            f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{inside}</ofd:DocBody></ofd:OFD>"
        ),
        "Doc_0/Document.xml": (
            f'<ofd:Document {space}><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/>'
            f"</ofd:Pages>{document}</ofd:Document>"
        ),
        "Doc_0/Pages/Page_0/Content.xml": (
            f"<ofd:Page {space}><ofd:Content><ofd:Layer>{objects}</ofd:Layer></ofd:Content></ofd:Page>"
        ),
    }
    for name, content in parts.items():
        members[name.replace("__", "/").replace("_xml", ".xml")] = content
    return zipped(members)


def ofd_text(text: str, x: float = 10, y: float = 10, width: float = 50) -> str:
    return (
        f'<ofd:TextObject Boundary="{x} {y} {width} 5"><ofd:TextCode X="0" Y="5">{text}'
        "</ofd:TextCode></ofd:TextObject>"
    )


# --- PDF -------------------------------------------------------------------------------------------


def pdf(source: str) -> bytes:
    """A PDF of text, set by typst in a face that has Chinese."""
    import typst

    page = (
        '#set page(width: 300pt, height: 300pt)\n#set text(font: "Noto Sans CJK SC", size: 12pt)\n'
    )
    return typst.compile((page + source).encode())


def blank_pdf(pages: int = 1):
    """An open PDF of blank pages, to put things into."""
    import pikepdf

    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page(page_size=(300, 300))
    return made


def saved(made, **options) -> bytes:
    out = io.BytesIO()
    made.save(out, **options)
    return out.getvalue()


def scan(pages: int = 1) -> bytes:
    """A PDF that only holds pictures."""
    from PIL import Image

    pictures = [Image.new("RGB", (60, 60), (200, 10, 10 * n)) for n in range(pages)]
    out = io.BytesIO()
    pictures[0].save(out, "PDF", save_all=True, append_images=pictures[1:])
    return out.getvalue()


# --- old Office files ------------------------------------------------------------------------------


def ole(streams: Mapping[str, bytes]) -> bytes:
    """A compound file with these streams (“storage/stream” at most one level deep)."""
    sector = 512
    tree: list[tuple[str, int, bytes]] = [("Root Entry", 5, b"")]  # name, type, content
    storages = sorted({name.partition("/")[0] for name in streams if "/" in name})
    top = [(name, 1) for name in storages] + [(name, 2) for name in streams if "/" not in name]
    children: dict[int, list[int]] = {0: []}
    for name, kind in top:
        tree.append((name, kind, streams.get(name, b"")))
        here = len(tree) - 1
        children[0].append(here)
        if kind == 1:
            children[here] = []
            for inner, content in streams.items():
                folder, _, base = inner.partition("/")
                if folder == name and base:
                    tree.append((base, 2, content))
                    children[here].append(len(tree) - 1)
    fat: list[int] = []
    body = bytearray()

    def put(content: bytes) -> int:
        count = max(1, -(-len(content) // sector))
        start = len(fat)
        fat.extend([*range(start + 1, start + count), 0xFFFFFFFE])
        body.extend(content.ljust(count * sector, b"\x00"))
        return start

    # Streams of 4,096 bytes and more lie in sectors of their own; shorter ones are padded to that.
    places = {
        n: put(content.ljust(4096, b"\x00"))
        for n, (_, kind, content) in enumerate(tree)
        if kind == 2
    }
    directory = bytearray()
    none = 0xFFFFFFFF
    siblings = {
        one: (group[place + 1] if place + 1 < len(group) else none)
        for group in children.values()
        for place, one in enumerate(group)
    }
    for n, (name, kind, content) in enumerate(tree):
        raw = name.encode("utf-16-le") + b"\x00\x00"
        child = children.get(n, [])
        directory += struct.pack(
            "<64sHBBIII16sIQQIQ",
            raw,
            len(raw),
            kind,
            1,
            none,
            siblings.get(n, none),
            child[0] if child else none,
            b"",
            0,
            0,
            0,
            places.get(n, 0xFFFFFFFE if kind == 5 else 0),
            max(len(content), 4096) if kind == 2 else 0,
        )
    start = put(bytes(directory))
    table = len(fat)
    count = 1
    while count * 128 < len(fat) + count:
        count += 1
    fat.extend([0xFFFFFFFD] * count)
    body.extend(b"".join(struct.pack("<I", one) for one in fat).ljust(count * sector, b"\xff"))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        count,
        start,
        0,
        4096,
        0xFFFFFFFE,
        0,
        0xFFFFFFFE,
        0,
    )
    header += b"".join(
        struct.pack("<I", table + n if n < count else 0xFFFFFFFF) for n in range(109)
    )
    return header + bytes(body)


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def biff(
    cells: Mapping[tuple[int, int], str | float],
    *,
    dt: int = 0,
    more: bytes = b"",
    inside: bytes = b"",
    cut: int = 0,
) -> bytes:
    """The records of a workbook with one sheet “名单”.

    `more` are records of the workbook, `inside` of the sheet; the shared strings are continued in a
    second record from their last `cut` bytes on.
    """
    name = "名单".encode("utf-16-le")
    strings = [one for one in cells.values() if isinstance(one, str)]
    table = struct.pack("<II", len(strings), len(strings)) + b"".join(
        struct.pack("<HB", len(one.encode("utf-16-le")) // 2, 1) + one.encode("utf-16-le")
        for one in strings
    )
    begin = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    shared = record(0xFC, table)
    if cut:
        shared = record(0xFC, table[:-cut]) + record(0x3C, b"\x01" + table[-cut:])
    rest = shared + record(0x0A, b"")
    user = record(0x5C, b"\x04\x00\x00\x6d\x61\x72\x79".ljust(112))
    size = len(begin) + len(user) + len(more) + 4 + 8 + len(name) + len(rest)
    bound = record(0x85, struct.pack("<IBBBB", size, 0, dt, 2, 1) + name)
    sheet_ = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    for (row, column), value in cells.items():
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            sheet_ += record(0xFD, place + struct.pack("<I", strings.index(value)))
        else:
            sheet_ += record(0x203, place + struct.pack("<d", value))
    return begin + user + more + bound + rest + sheet_ + inside + record(0x0A, b"")


def xls(cells: Mapping[tuple[int, int], str | float], **options) -> bytes:
    return ole({"Workbook": biff(cells, **options)})
