"""Indexes for the public lists by topic and by the law's items."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0002_file_text")]

    operations = [
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("live", True)),
                fields=["topic", "-published_at", "-id"],
                name="disclosure_item_topic",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("live", True)),
                fields=["statutory_item", "-published_at", "-id"],
                name="disclosure_item_statutory",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                condition=models.Q(("live", True)),
                fields=["organ", "statutory_item", "-published_at", "-id"],
                name="disclosure_item_owed",
            ),
        ),
    ]
