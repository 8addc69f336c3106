from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "gongkai.registers"
    label = "registers"
    verbose_name = "行政行为登记"
    default_auto_field = "django.db.models.BigAutoField"
