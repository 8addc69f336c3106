from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "gongkai.portal"
    label = "portal"
    verbose_name = "门户"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_migrate

        from gongkai.portal import checks, triggers  # noqa: F401 - registers the checks
        from gongkai.portal.moved import receivers  # noqa: F401 - listens to what moves

        pre_migrate.connect(triggers.before_migrate, sender=self, dispatch_uid="portal.triggers")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="portal.triggers")
