"""Third-party assets are what their manifest says, and nothing comes from elsewhere."""

import importlib.util
import json
import re
from pathlib import Path

import gongkai

ROOT = Path(gongkai.__file__).parent
SCRIPT = ROOT.parent / "scripts" / "vendor_assets.py"
VENDOR = ROOT / "static" / "vendor"


def load_script():
    spec = importlib.util.spec_from_file_location("vendor_assets", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_every_vendored_file_matches_its_checksum():
    assert load_script().problems() == []


def test_a_changed_an_added_and_a_lost_file_are_named(tmp_path, monkeypatch):
    script = load_script()
    monkeypatch.setattr(script, "VENDOR_DIR", tmp_path)
    monkeypatch.setattr(script, "MANIFEST", tmp_path / "manifest.json")
    (tmp_path / "a.js").write_text("one")
    (tmp_path / "extra.js").write_text("two")
    digest = script.sha256(tmp_path / "a.js")
    manifest = {"packages": [{"files": {"a.js": digest, "gone.js": digest}}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "a.js").write_text("changed")

    assert script.problems() == [
        "extra.js is not in the manifest",
        "gone.js is missing",
        "a.js was changed after it was fetched",
    ]


def test_every_package_carries_its_licence():
    manifest = json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))
    for package in manifest["packages"]:
        assert package["licence"]
        assert f"{package['name']}/LICENSE.txt" in package["files"]


def test_templates_use_only_icons_of_the_sprite():
    sprite = (VENDOR / "lucide-static" / "sprite.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))
    used = {
        name
        for template in (ROOT / "portal" / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([a-z0-9-]+)" %}', template.read_text(encoding="utf-8"))
    }
    assert used
    assert used <= drawn
