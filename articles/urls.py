"""Addresses under /articles/."""

from django.urls import path

from articles.views import pages

app_name = "articles"
urlpatterns = [
    path("", pages.article_list, name="list"),
    path("<slug:slug>/", pages.article_detail, name="detail"),
]
