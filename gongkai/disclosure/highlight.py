"""The text of an item with the places of the guard's findings marked, for the staff's eyes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from gongkai.disclosure import richtext

_TAG: Final = re.compile(r"""<(?:"[^"]*"|'[^']*'|[^'">])*>""")
BODY: Final = "正文"


def in_body(finding: Mapping[str, Any]) -> bool:
    """Whether the finding lies in the text itself, not in a field or an attachment."""
    return str(finding["where"]).startswith(BODY)


def marked(html: str, findings: Sequence[tuple[str, Mapping[str, Any]]]) -> SafeString:
    """`html` (as `richtext.clean` left it) with a `<mark>` around every finding.

    `findings`: (anchor, finding) with offsets into `html`. A finding that runs over tags is
    marked piece by piece, its anchor on the first. Of two that overlap the first is marked.
    """
    if richtext.clean(html) != html:
        return mark_safe(richtext.clean(html))  # noqa: S308
    pieces: list[str] = []
    at = 0
    for anchor, finding in sorted(findings, key=lambda one: (one[1]["start"], -one[1]["end"])):
        start, end = int(finding["start"]), int(finding["end"])
        if start < at or end > len(html) or start >= end:
            continue
        pieces.append(html[at:start])
        pieces.append(_wrapped(html[start:end], anchor, finding))
        at = end
    pieces.append(html[at:])
    return mark_safe("".join(pieces))  # noqa: S308


def _wrapped(source: str, anchor: str, finding: Mapping[str, Any]) -> str:
    opening = (
        f'<mark class="gd-found gd-found--{conditional_escape(finding["severity"])}" '
        f'title="{conditional_escape(finding["message"])}"'
    )
    first = f'{opening} id="{conditional_escape(anchor)}" tabindex="-1">'
    made: list[str] = []
    at = 0
    for tag in [*_TAG.finditer(source), None]:
        text = source[at : tag.start() if tag else len(source)]
        if text.strip():
            made.append(f"{first}{text}</mark>")
            first = f"{opening}>"
        else:
            made.append(text)
        if tag:
            made.append(tag.group())
            at = tag.end()
    return "".join(made)
