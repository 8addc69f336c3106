"""Fetch the third-party assets that Gongkai serves itself, and write their manifest.

Government networks have no content delivery network, so every script and picture comes from
our own static files. This script is the only way they get there: it takes the packages below
with ``npm pack``, keeps the files named here, and records name, version, licence and SHA-256
of each in ``gongkai/static/vendor/manifest.json``. A test compares the checksums.

Usage: ``python scripts/vendor_assets.py`` (needs npm); ``--check`` only verifies what is there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

VENDOR_DIR = Path(__file__).resolve().parent.parent / "gongkai" / "static" / "vendor"
MANIFEST = VENDOR_DIR / "manifest.json"


@dataclass(frozen=True)
class Package:
    """One npm package: ``files`` maps a path in the package to a path in our folder."""

    name: str
    version: str
    licence: str
    files: Mapping[str, str]
    icons: tuple[str, ...] = field(default=())


PACKAGES = (
    # The "simple" build holds line, bar and grid on a canvas. The canvas matters: the SVG
    # renderer and the HTML tooltip write style attributes, which our content security policy
    # refuses.
    Package(
        name="echarts",
        version="6.1.0",
        licence="Apache-2.0",
        files={
            "dist/echarts.simple.min.js": "echarts.simple.min.js",
            "LICENSE": "LICENSE.txt",
            "NOTICE": "NOTICE.txt",
            "licenses/LICENSE-d3": "LICENSE-d3.txt",
        },
    ),
    # The editor of disclosed items: tables, pasting from Word and WeChat, keyboard, Chinese. The
    # es2018 build runs on the older browsers of office computers.
    Package(
        name="jodit",
        version="4.15.13",
        licence="MIT",
        files={
            "es2018/jodit.min.js": "jodit.min.js",
            "es2018/jodit.min.css": "jodit.min.css",
            "LICENSE.txt": "LICENSE.txt",
        },
    ),
    Package(
        name="lucide-static",
        version="1.62.0",
        licence="ISC AND MIT",
        files={"LICENSE": "LICENSE.txt"},
        icons=(
            "arrow-right",
            "bell",
            "book-open",
            "braces",
            "building-2",
            "calendar-days",
            "chart-line",
            "check",
            "chevron-down",
            "chevron-left",
            "chevron-right",
            "circle-alert",
            "circle-check",
            "circle-help",
            "contrast",
            "copy",
            "download",
            "external-link",
            "eye",
            "file-down",
            "file-image",
            "file-spreadsheet",
            "file-text",
            "files",
            "flag",
            "folder-open",
            "funnel",
            "gavel",
            "grid-2x2",
            "history",
            "hourglass",
            "house",
            "inbox",
            "info",
            "key-round",
            "landmark",
            "languages",
            "layers",
            "library",
            "link",
            "list",
            "list-tree",
            "log-in",
            "mail",
            "map-pin",
            "megaphone",
            "menu",
            "moon",
            "newspaper",
            "pause",
            "phone",
            "play",
            "printer",
            "qr-code",
            "rss",
            "scale",
            "search",
            "send",
            "shield-check",
            "square",
            "sun",
            "table-2",
            "tags",
            "triangle-alert",
            "type",
            "user-round",
            "users",
            "volume-2",
            "wrench",
            "x",
            "zoom-in",
        ),
    ),
)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def unpack(package: Package, into: Path) -> Path:
    """Download and unpack one package; returns the folder that holds its files."""
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm was not found; it is needed only to refresh vendored assets.")
    spec = f"{package.name}@{package.version}"
    packed = subprocess.run(
        [npm, "pack", "--silent", "--pack-destination", str(into), spec],
        check=True,
        capture_output=True,
        text=True,
    )
    archive = into / packed.stdout.strip().splitlines()[-1]
    target = into / package.name
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def sprite(folder: Path, icons: tuple[str, ...]) -> str:
    """One SVG file with a ``<symbol>`` per icon; strokes are set on the symbol itself."""
    symbols = []
    for icon in sorted(icons):
        source = (folder / "icons" / f"{icon}.svg").read_text(encoding="utf-8")
        inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
        if inner is None:
            raise SystemExit(f"{icon}.svg does not look like an icon")
        shapes = " ".join(line.strip() for line in inner.group(1).strip().splitlines())
        symbols.append(
            f'<symbol id="{icon}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
            f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{shapes}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def vendor(package: Package, scratch: Path) -> dict[str, object]:
    """Copy the chosen files of one package and return its entry of the manifest."""
    source = unpack(package, scratch)
    target = VENDOR_DIR / package.name
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for inside, ours in package.files.items():
        shutil.copyfile(source / inside, target / ours)
    if package.icons:
        (target / "sprite.svg").write_text(sprite(source, package.icons), encoding="utf-8")
    files = sorted(path for path in target.iterdir() if path.is_file())
    return {
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "files": {f"{package.name}/{path.name}": sha256(path) for path in files},
    }


def problems() -> list[str]:
    """What differs between the manifest and the folder, in words; empty when all is well."""
    listed = {
        path: digest
        for package in json.loads(MANIFEST.read_text(encoding="utf-8"))["packages"]
        for path, digest in package["files"].items()
    }
    present = {
        path.relative_to(VENDOR_DIR).as_posix()
        for path in VENDOR_DIR.rglob("*")
        if path.is_file() and path != MANIFEST
    }
    found = [f"{path} is not in the manifest" for path in sorted(present - listed.keys())]
    found += [f"{path} is missing" for path in sorted(listed.keys() - present)]
    found += [
        f"{path} was changed after it was fetched"
        for path in sorted(present & listed.keys())
        if sha256(VENDOR_DIR / path) != listed[path]
    ]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="verify the checksums and stop")
    if parser.parse_args().check:
        found = problems()
        print("\n".join(found) or "Every vendored file is as the manifest says.")
        return 1 if found else 0
    with tempfile.TemporaryDirectory() as scratch:
        entries = [vendor(package, Path(scratch)) for package in PACKAGES]
    MANIFEST.write_text(
        json.dumps({"packages": entries}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
