"""The sitemap, at the root of the site where search engines look for it."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path
from django.views.decorators.http import require_safe

from articles.caching import public_page
from articles.sitemaps import SITEMAPS

urlpatterns = [path("sitemap.xml", public_page()(require_safe(sitemap)), {"sitemaps": SITEMAPS}, name="sitemap")]
