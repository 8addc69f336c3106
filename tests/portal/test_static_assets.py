"""The style sheets of a copy, on an install where no server laid them out yet."""

import pytest
from django.templatetags.static import static

from gongkai.portal.static_site import assets


def test_a_copy_lays_out_the_style_sheets_that_no_server_laid_out_yet(settings, tmp_path):
    # Given an install with hashed names on which `gongkai serve` never ran
    source = tmp_path / "source"
    source.mkdir()
    (source / "site.css").write_text("body { margin: 0 }", encoding="utf-8")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    with pytest.raises(ValueError, match=r"site\.css"):
        static("site.css")
    # When the exporter lays them out, then pages can name them
    assets.collect()
    name = static("site.css").rpartition("/")[2]
    assert (settings.STATIC_ROOT / name).exists()
