"""Addresses under /articles/."""

from django.urls import path

from articles.views import exports, pages

app_name = "articles"
urlpatterns = [
    path("", pages.article_list, name="list"),
    path("<slug:slug>/references.<str:ending>", exports.references, name="references"),
    path("<slug:slug>/citation.<str:ending>", exports.citation, name="citation"),
    path("<slug:slug>/", pages.article_detail, name="detail"),
]
