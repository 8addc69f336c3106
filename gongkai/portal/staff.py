"""The screens of this room in the staff shell."""

from gongkai.portal.office.section import section as site

sections = (site,)
