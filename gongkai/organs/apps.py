from django.apps import AppConfig


class OrgansConfig(AppConfig):
    name = "gongkai.organs"
    label = "organs"
    verbose_name = "行政机关"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gongkai.organs import signals  # noqa: F401
