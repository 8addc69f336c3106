from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("disclosure", "0006_list_indexes"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="discloseditem",
            index=models.Index(
                fields=["-published_at", "-id", "live", "organ", "column"],
                name="disclosure_item_newest",
            ),
        ),
    ]
