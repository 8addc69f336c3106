"""The configuration with which nginx shows a copy, and asks the application for the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from csp.utils import build_policy
from django.conf import settings

from gongkai.portal.display import COOKIE
from gongkai.portal.static_site.state import FOLDER

EXTENSIONS: Final = (
    "pdf", "docx", "xlsx", "csv", "txt", "png", "jpg", "gif", "webp", "bmp", "svg", "bin",
)  # fmt: skip
INDEXES: Final = ("index.html", *(f"index.{extension}" for extension in EXTENSIONS))
"""What may lie under an address that ends in a stroke: a page, or a file."""
SHOWN: Final = ("pdf", "png", "jpg", "gif", "webp", "bmp")

_HEAD: Final = """\
# {name}: the static copy in {root}.
# The first block belongs into http {{}}; redirects and names are read again by `nginx -s reload`.
map_hash_bucket_size 2048;
map_hash_max_size 131072;
map $uri $gongkai_moved {{
    default "";
    include {root}/{folder}/redirects*.map;
}}
# By which name a file is saved.
map $uri $gongkai_name {{
    default "";
    include {root}/{folder}/names*.map;
}}
{maps}
server {{
    listen {listen};
    server_name {host};
    root {root};
    index {indexes};
    charset utf-8;
    source_charset utf-8;
    etag on;
    gzip on;
    gzip_comp_level 5;
    gzip_types text/css text/plain text/csv text/xml application/xml application/javascript
               application/json image/svg+xml application/atom+xml;

    # Looked up by the address that was asked, before `try_files` makes it that of a file.
    set $gongkai_saved $gongkai_name;

    add_header Cache-Control "public, no-cache" always;
    add_header X-Content-Type-Options nosniff always;
    add_header X-Frame-Options SAMEORIGIN always;
    add_header Referrer-Policy same-origin always;
    add_header Content-Security-Policy "{policy}" always;
    add_header Content-Disposition $gongkai_saved;

    error_page 404 /404.html;
    error_page 410 ${{uri}}gone.html;
    error_page 500 502 503 504 /503.html;

    location ^~ /{folder}/ {{ return 404; }}
    location = /404.html {{ internal; }}
    location = /503.html {{ internal; }}
    location ~ /gone\\.html$ {{ internal; }}
    location ~ /feed\\.xml$ {{ types {{ }} default_type "application/atom+xml; charset=utf-8"; }}

    # Files with their own names are looked after below; addresses without one hold an index.
    location ~ ^/info/[0-9]+/files/[0-9]+/$ {{
        types {{
            {types}
        }}
        default_type application/octet-stream;
        add_header X-Content-Type-Options nosniff always;
        add_header Content-Disposition $gongkai_saved;
        add_header Content-Security-Policy
            "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'" always;
        try_files {indexes_tried} {fallback};
    }}

    location / {{
        if ($gongkai_moved) {{ return 301 $gongkai_moved; }}
        if (-f $document_root${{uri}}gone.html) {{ return 410; }}
{ask}        try_files $uri $uri/index.html $uri/ {fallback};
    }}
{app}}}
"""
_APP: Final = """
    # Searching, facets, choices of display, the staff: the application.
    location @app {{
        proxy_pass {upstream};
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        # An empty header of its own keeps those of the files away from the answers of the app.
        add_header Content-Disposition "";
    }}
    location ~ ^/(staff|search|display|static/wagtail|demo)/ {{
        proxy_pass {upstream};
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-Proto $scheme;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        # An empty header of its own keeps those of the files away from the answers of the app.
        add_header Content-Disposition "";
        client_max_body_size {upload}m;
    }}
"""
_ASK: Final = """\
        # Who asks a question, or has chosen another display or language, is answered by the app.
        error_page 418 = @app;
        if ($args) {{ return 418; }}
        if ($gongkai_chosen) {{ return 418; }}
"""
_MAPS: Final = """\
map $http_cookie $gongkai_chosen {{
    default "";
    "~(^|; ?)({display}|{language}|{session})=" 1;
}}
"""


def configuration(
    root: Path, *, with_app: bool, listen: str = "80", upstream: str = "http://127.0.0.1:8000"
) -> str:
    """The configuration for this copy."""
    directives: dict[str, Any] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]  # type: ignore[assignment]
    policy = build_policy(config=directives)
    types = {
        "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif",
        "image/webp": "webp", "image/bmp": "bmp",
    }  # fmt: skip
    return _HEAD.format(
        name=settings.SITE_NAME,
        root=root,
        folder=FOLDER,
        listen=listen,
        host=urlsplit(settings.WAGTAILADMIN_BASE_URL).hostname or "_",
        indexes=" ".join(INDEXES),
        policy=policy.replace('"', "'"),
        types="\n            ".join(f"{kind} {extension};" for kind, extension in types.items()),
        indexes_tried=" ".join(f"${{uri}}{name}" for name in INDEXES),
        fallback="@app" if with_app else "=404",
        maps=_MAPS.format(
            display=COOKIE,
            language=settings.LANGUAGE_COOKIE_NAME,
            session=settings.SESSION_COOKIE_NAME,
        )
        if with_app
        else "",
        ask=_ASK.format() if with_app else "",
        app=_APP.format(upstream=upstream, upload=settings.UPLOAD_MAX_MB) if with_app else "",
    )
