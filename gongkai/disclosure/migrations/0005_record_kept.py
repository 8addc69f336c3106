"""Decisions and public traces only grow; and the indexes of the start page and the yearly counts."""

from django.db import migrations, models

from gongkai.ledger.triggers import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("disclosure", "0004_imported_identity")]

    operations = [
        AppendOnly("disclosure_reviewdecision"),
        AppendOnly("disclosure_publictrace"),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["organ"],
                condition=models.Q(returned=True),
                name="disclosure_item_returned",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["organ"],
                condition=models.Q(blocking__gt=0),
                name="disclosure_item_blocked",
            ),
        ),
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["published_at", "organ", "column"],
                condition=models.Q(published_at__isnull=False),
                name="disclosure_item_year",
            ),
        ),
    ]
