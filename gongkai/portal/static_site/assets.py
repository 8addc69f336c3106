"""Style sheets, scripts and pictures under the names that pages give them outside the server."""

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command


def collect() -> None:
    """Lay them out as `gongkai serve` does, for commands that draw pages before it ever ran.

    Where names carry no hash (the demo, development) there is nothing to lay out.
    """
    if not settings.WHITENOISE_USE_FINDERS and hasattr(staticfiles_storage, "manifest_name"):
        call_command("collectstatic", interactive=False, verbosity=0)
