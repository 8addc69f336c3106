from django.apps import AppConfig


class GuardConfig(AppConfig):
    name = "gongkai.guard"
    label = "guard"
    verbose_name = "内容审查"
    default_auto_field = "django.db.models.BigAutoField"
