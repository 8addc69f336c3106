"""What the portal itself keeps; what it shows belongs to the rooms below."""

from gongkai.portal.models.journal import PublicChange
from gongkai.portal.models.moved import MovedAddress
from gongkai.portal.models.preferences import SitePreferences, Theme

__all__ = ["MovedAddress", "PublicChange", "SitePreferences", "Theme"]
