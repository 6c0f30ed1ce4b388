"""Names of industries and regions in templates."""

from django import template

from xinheng.server.customers import places

register = template.Library()
register.filter("industry_name", places.industry_name)
register.filter("region_name", places.region_name)
