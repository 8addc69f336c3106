from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "gongkai.demo"
    label = "demo"
    verbose_name = "演示城市"
    default_auto_field = "django.db.models.BigAutoField"
