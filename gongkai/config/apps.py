from django.apps import AppConfig


class WiringConfig(AppConfig):
    name = "gongkai.config"
    label = "wiring"

    def ready(self) -> None:
        from gongkai.config import checks  # noqa: F401
