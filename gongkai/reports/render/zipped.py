"""Office files with fixed dates: the same document gives the same bytes."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

#: The earliest moment a ZIP entry can carry; says “no date”.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CORE = "docProps/core.xml"
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")


def repack(data: bytes, stamped_on: date) -> bytes:
    """The same office file, its entries undated and its properties dated ``stamped_on``."""
    stamp = f"{stamped_on.isoformat()}T00:00:00Z".encode()
    target = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(target, "w", ZIP_DEFLATED) as packed:
        for name in source.namelist():
            content = source.read(name)
            if name == _CORE:
                content = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            entry = ZipInfo(name, _EPOCH)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            packed.writestr(entry, content)
    return target.getvalue()
