"""Template tags of the staff shell."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def site_name() -> str:
    """The name of this installation."""
    return str(settings.SITE_NAME)
