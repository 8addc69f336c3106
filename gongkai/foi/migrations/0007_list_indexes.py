from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foi", "0006_notices"),
        ("organs", "0002_deputation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="foirequest",
            index=models.Index(
                fields=["organ", "-received_on", "-id"], name="foi_request_own_list"
            ),
        ),
        migrations.AddIndex(
            model_name="foirequest",
            index=models.Index(
                condition=models.Q(("due_on__isnull", False)),
                fields=["organ", "due_on", "id", "state"],
                name="foi_request_own_waiting",
            ),
        ),
    ]
