"""What search engines are told to look at, and when it last changed."""

from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils import timezone

from articles import queries
from articles.models import Article


class OwnSitemap(Sitemap):
    """Addresses at SITE_URL, whatever host was asked."""

    def get_protocol(self, protocol=None):
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site=None):
        return urlsplit(settings.SITE_URL).netloc


class ArticleSitemap(OwnSitemap):
    def items(self):
        return Article.objects.live(timezone.now()).newest_first()

    def lastmod(self, article):
        return article.changed_at


class TopicSitemap(OwnSitemap):
    def items(self):
        return queries.topics(timezone.now()).order_by("slug")

    def lastmod(self, topic):
        return topic.changed_at


class PersonSitemap(OwnSitemap):
    def items(self):
        return queries.people(timezone.now()).order_by("slug")

    def lastmod(self, person):
        return person.changed_at


class PageSitemap(OwnSitemap):
    """The pages that are always there."""

    def items(self):
        ours = [f"articles:{name}" for name in ("list", "glossary", "editorial-policy", "corrections")]
        return ["home", *ours, "consultations:index"]

    def location(self, name):
        return reverse(name)


SITEMAPS = {"pages": PageSitemap, "articles": ArticleSitemap, "topics": TopicSitemap, "people": PersonSitemap}
