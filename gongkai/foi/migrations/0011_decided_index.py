from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("foi", "0010_supply_asks")]

    operations = [
        migrations.AddIndex(
            model_name="foirequest",
            index=models.Index(
                fields=[
                    "organ",
                    "decided_on",
                    "outcome",
                    "received_on",
                    "applicant_kind",
                    "answered_late",
                    "result_days",
                ],
                name="foi_request_decided",
            ),
        )
    ]
