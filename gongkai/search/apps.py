from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "gongkai.search"
    label = "search"
    verbose_name = "站内检索"
    default_auto_field = "django.db.models.BigAutoField"
