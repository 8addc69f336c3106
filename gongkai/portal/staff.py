"""The screens of this room in the staff shell."""

from gongkai.portal.moved.section import section as moved
from gongkai.portal.office.section import section as site

sections = (site, moved)
