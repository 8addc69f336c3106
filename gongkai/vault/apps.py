from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "gongkai.vault"
    label = "vault"
    verbose_name = "个人信息加密"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from gongkai.vault import checks  # noqa: F401 - registers them
