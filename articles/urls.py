"""Addresses under /articles/."""

from django.urls import path

from articles.views import pages, search

app_name = "articles"
urlpatterns = [
    path("", pages.article_list, name="list"),
    path("search/", search.article_search, name="search"),
    path("<slug:slug>/", pages.article_detail, name="detail"),
]
