from django.apps import AppConfig


class DisclosureConfig(AppConfig):
    name = "gongkai.disclosure"
    label = "disclosure"
    verbose_name = "主动公开"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gongkai.disclosure import (
            checks,  # noqa: F401 (registers the system checks)
            documents,  # noqa: F401 (listens to what changes)
        )
        from gongkai.disclosure.bulk import checks as bulk_checks  # noqa: F401
