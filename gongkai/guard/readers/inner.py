"""Files inside files: attachments, embedded objects, members of an archive."""

from __future__ import annotations

from gongkai.guard.readers.document import MAX_DEPTH, Collector


def read_inner(data: bytes, name: str, prefix: str, found: Collector) -> None:
    """Read a file that another holds, one level deep; what stays unread is noted."""
    from gongkai.guard.readers.reading import read

    if found.depth >= MAX_DEPTH:
        found.note(f"{prefix}嵌套过深，未读取。")
        return
    document = read(data, name, depth=found.depth + 1)
    found.adopt(document, prefix)
