"""Addresses under /articles/."""

from django.urls import path

from articles.views import glossary, pages

app_name = "articles"
urlpatterns = [
    path("", pages.article_list, name="list"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("<slug:slug>/", pages.article_detail, name="detail"),
]
