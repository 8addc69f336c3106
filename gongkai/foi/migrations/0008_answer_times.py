from django.db import migrations, models


class Migration(migrations.Migration):
    """Filled for new events as they come; for older requests by `gongkai foi recompute --ended`."""

    dependencies = [("foi", "0007_list_indexes")]

    operations = [
        migrations.AddField(
            model_name="foirequest",
            name="answered_late",
            field=models.BooleanField(blank=True, null=True, verbose_name="逾期答复"),
        ),
        migrations.AddField(
            model_name="foirequest",
            name="result_days",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="办结用时"),
        ),
    ]
