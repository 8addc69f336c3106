"""The synonyms and recommended words that a city begins with; the office changes them at will."""

import csv
from importlib.resources import files

from django.db import migrations


def install(apps, schema_editor):
    data = files("gongkai.search") / "data"
    group = apps.get_model("search", "SynonymGroup")
    source = (data / "synonyms.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(source.splitlines()))
    group.objects.bulk_create(
        group(
            kind="one_way" if row["规范用词"] else "two_way",
            words=row["词语"],
            meant=row["规范用词"],
            note=row["说明"],
        )
        for row in rows
    )
    words = (data / "asked.txt").read_text(encoding="utf-8").splitlines()
    kept = [word for word in words if word and not word.startswith("#")]
    curated = apps.get_model("search", "CuratedWord")
    curated.objects.bulk_create(curated(word=word, position=i) for i, word in enumerate(kept))
    version = apps.get_model("search", "WordsVersion")
    version.objects.bulk_create(version(name=name, number=1) for name in ("office", "vocabulary"))


class Migration(migrations.Migration):
    dependencies = [("search", "0002_office")]

    operations = [migrations.RunPython(install, migrations.RunPython.noop, elidable=False)]
