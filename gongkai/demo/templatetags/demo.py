from django import template

from gongkai.demo.logins import demo_logins

register = template.Library()
register.simple_tag(demo_logins)
