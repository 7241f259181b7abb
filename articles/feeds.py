"""What feed readers get: whole articles, with their references, as Atom."""

from uuid import NAMESPACE_URL, uuid5

from django.contrib.syndication.views import Feed
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from articles import queries
from articles.models import Article
from articles.standalone import standalone, xml_text
from articles.views.described import absolute

NEWEST = 20
IDS = uuid5(NAMESPACE_URL, "probio7-online/articles")  # never change it: readers would see every article as new
SHOWN = ("topic", "live_revision__author", "live_revision__reviewer")


class AtomWithContent(Atom1Feed):
    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


class ArticleFeed(Feed):
    """The newest live articles. One query."""

    feed_type = AtomWithContent
    title = "Probio7 articles"
    subtitle = "What is known about the gut microbiome, and how well."
    author_name = "Probio7"
    language = "en-GB"
    feed_guid = uuid5(IDS, "feed").urn

    def link(self, topic):
        return absolute(reverse("articles:list"))

    def feed_url(self, topic):
        return absolute(reverse("articles:feed"))

    def items(self, topic):
        articles = Article.objects.live(timezone.now())
        if topic is not None:
            articles = articles.filter(topic=topic)
        return articles.select_related(*SHOWN).order_by("-publish_at", "-pk")[:NEWEST]

    def item_title(self, article):
        return xml_text(article.live_revision.title)

    def item_description(self, article):
        return escape(xml_text(article.live_revision.standfirst))  # Django says that summaries are HTML

    def item_link(self, article):
        return absolute(article.get_absolute_url())

    def item_guid(self, article):
        return uuid5(IDS, str(article.pk)).urn

    def item_author_name(self, article):
        return xml_text(article.live_revision.author.display_name)

    def item_author_link(self, article):
        return absolute(article.live_revision.author.get_absolute_url())

    def item_pubdate(self, article):
        return article.publish_at

    def item_updateddate(self, article):
        return article.changed_at

    def item_categories(self, article):
        return [xml_text(article.topic.name)]

    def item_extra_kwargs(self, article):
        url = absolute(article.get_absolute_url())
        page = render_to_string("articles/feed_entry.html", {"article": article, "revision": article.live_revision})
        return {"content": standalone(page, url=url)}


class TopicFeed(ArticleFeed):
    """The newest live articles of one topic. Two queries."""

    def get_object(self, request, slug):
        return get_object_or_404(queries.topics(timezone.now()), slug=slug)

    def title(self, topic):
        return xml_text(f"Probio7 articles: {topic.name}")

    def subtitle(self, topic):
        return xml_text(topic.intro)

    def feed_guid(self, topic):
        return uuid5(IDS, f"topic/{topic.pk}").urn

    def link(self, topic):
        return absolute(topic.get_absolute_url())

    def feed_url(self, topic):
        return absolute(reverse("articles:topic-feed", args=[topic.slug]))
