"""Template and fields to a Word file: the fields go in as data, whatever they hold.

docxtpl finds the fields; Jinja evaluates them in its sandbox with nothing but texts in reach. A
value's line breaks become paragraphs like the one the field stands in. Every character that means
something to XML, to Jinja or to docxtpl goes in as a character reference, so that an applicant who
writes “{{ 7*7 }}”, “<w:p>” or a control character gets just that printed, or, for what no XML file
may hold, nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime, time
from io import BytesIO
from typing import Any, Final

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from gongkai.foi.notices.fields import SEAL, names_of
from gongkai.foi.notices.kinds import NoticeKind

SEAL_WIDTH_MM: Final = 42
"""Seals of county-level departments measure 42 mm across [from knowledge]."""
_EMU_PER_MM: Final = 36000
_EMU_PER_PT: Final = 12700

_UNPRINTABLE = re.compile(r"[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MEANINGFUL = re.compile(r"[&<>\"'{}%#_\[\]]")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")


class Template(DocxTemplate):  # type: ignore[misc]
    """docxtpl without what is never a field here: document properties and footnotes."""

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """Properties are set after filling, never evaluated."""

    def render_footnotes(self, context: Any, jinja_env: Any = None) -> None:
        """Templates with footnotes are refused."""


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja with nothing to call: no filters, tests or globals, and no silent gaps."""
    env = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    env.globals.clear()
    env.filters.clear()
    return env


def plain(text: str) -> str:
    """`text` without what cannot be printed, or could make the paper read otherwise than it is
    (control characters, direction overrides); one line break for each, and no empty lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = text.replace("\u2029", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    text = _BIDI.sub("", _UNPRINTABLE.sub("", text)).replace("\t", " ")
    return "\n".join(line for line in (line.strip() for line in text.split("\n")) if line)


def fill(
    template: bytes,
    kind: NoticeKind,
    values: Mapping[str, str],
    *,
    title: str = "",
    author: str = "",
    on: Date | None = None,
    seal: bytes = b"",
) -> bytes:
    """The filled template as a .docx file; `seal` is a PNG that is put over the date.

    Fields without a value are empty. Raises `jinja2.TemplateError` for a template that never went
    through `checking`.
    """
    marker = f"SEAL{secrets.token_hex(16)}SEAL"
    context = {name: _data(values.get(name, "")) for name in names_of(kind)}
    context[SEAL] = Markup(marker)  # noqa: S704 - our own letters and digits
    word = Template(BytesIO(template))
    word.render(context, environment(), autoescape=True)
    document = word.docx
    _place_seal(document, marker, seal)
    properties = document.core_properties
    properties.title, properties.author = title or kind.title, author
    properties.last_modified_by, properties.comments, properties.subject = author, "", ""
    properties.keywords, properties.language = "", "zh-CN"
    if on is not None:
        stamped = datetime.combine(on, time())
        properties.created = properties.modified = stamped
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def _data(value: str) -> Markup:
    """The value as XML text in which nothing has a meaning; lines as docxtpl's paragraph mark."""
    lines = (
        _MEANINGFUL.sub(lambda m: f"&#{ord(m[0])};", line) for line in plain(value).split("\n")
    )
    return Markup("\a".join(lines))  # noqa: S704 - every meaningful character is a reference


# -- the seal ----------------------------------------------------------------------------------


def _place_seal(document: Any, marker: str, seal: bytes) -> None:
    """Put the seal where its marker stands; without a picture only take the marker out."""
    for paragraph in document.element.body.iter(qn("w:p")):
        for text in list(paragraph.iter(qn("w:t"))):
            if text.text is None or marker not in text.text:
                continue
            text.text = text.text.replace(marker, "")
            if seal:
                text.getparent().append(_anchor(document, paragraph, seal))
                seal = b""  # once


def _anchor(document: Any, paragraph: Any, seal: bytes) -> Any:
    """A floating picture in whose middle the paragraph's line stands."""
    relation, image = document.part.get_or_add_image(BytesIO(seal))
    width = SEAL_WIDTH_MM * _EMU_PER_MM
    height = round(width * image.px_height / image.px_width)
    left, right = _indents(document, paragraph)
    section = document.sections[0]
    column = section.page_width - section.left_margin - section.right_margin
    across = left + (column - left - right - width) // 2
    # The lower part over the date, the upper over the issuer (下压发文机关署名和成文日期).
    down = -round(height * 0.55)
    xml = _ANCHOR.format(across=across, down=down, width=width, height=height, relation=relation)
    return parse_xml(xml)


def _indents(document: Any, paragraph: Any) -> tuple[int, int]:
    from docx.text.paragraph import Paragraph

    layout = Paragraph(paragraph, document).paragraph_format
    return int(layout.left_indent or 0), int(layout.right_indent or 0)


_ANCHOR: Final = """
<w:drawing xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"
 xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
 xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="1"
 locked="1" layoutInCell="1" allowOverlap="1">
<wp:simplePos x="0" y="0"/>
<wp:positionH relativeFrom="column"><wp:posOffset>{across}</wp:posOffset></wp:positionH>
<wp:positionV relativeFrom="paragraph"><wp:posOffset>{down}</wp:posOffset></wp:positionV>
<wp:extent cx="{width}" cy="{height}"/>
<wp:effectExtent l="0" t="0" r="0" b="0"/>
<wp:wrapNone/>
<wp:docPr id="900" name="印章" descr="印章"/>
<wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">
<pic:pic><pic:nvPicPr><pic:cNvPr id="900" name="印章" descr="印章"/><pic:cNvPicPr/></pic:nvPicPr>
<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>
<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic>
</a:graphicData></a:graphic></wp:anchor></w:drawing>
""".strip()
