"""Addresses under /articles/. Literal ones come before those of articles."""

from django.urls import path
from django.views.decorators.http import require_safe

from articles.caching import public_page
from articles.feeds import ArticleFeed, TopicFeed
from articles.views import cards, exports, feedback, glossary, history, pages, previews, search

app_name = "articles"
urlpatterns = [
    path("", pages.article_list, name="list"),
    path("search/", search.article_search, name="search"),
    path("preview/<str:token>/", previews.preview, name="preview"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("feed.atom", public_page()(require_safe(ArticleFeed())), name="feed"),
    path("topics/<slug:slug>/", pages.topic_detail, name="topic"),
    path("topics/<slug:slug>/feed.atom", public_page()(require_safe(TopicFeed())), name="topic-feed"),
    path("people/<slug:slug>/", pages.person_detail, name="person"),
    path("editorial-policy/", pages.editorial_policy, name="editorial-policy"),
    path("corrections/", pages.corrections, name="corrections"),
    path("<slug:slug>/history/", history.article_history, name="history"),
    path("<slug:slug>/references.<str:ending>", exports.references, name="references"),
    path("<slug:slug>/citation.<str:ending>", exports.citation, name="citation"),
    path("<slug:slug>/", pages.article_detail, name="detail"),
    path("<slug:slug>/card-<slug:fingerprint>.png", cards.card, name="card"),
    path("<slug:slug>/feedback/", feedback.feedback, name="feedback"),
    path("<slug:slug>/feedback/thanks/", feedback.thanks, name="feedback-thanks"),
]
