"""The site's own addresses and the yardstick's."""

from bench.yardstick import urlpatterns as yardstick
from probio.urls import urlpatterns as site

urlpatterns = [*yardstick, *site]
