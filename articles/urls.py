"""Addresses under /articles/."""

from django.urls import path

from articles.views import exports, glossary, history, pages, previews

app_name = "articles"
urlpatterns = [
    path("", pages.article_list, name="list"),
    path("preview/<str:token>/", previews.preview, name="preview"),
    path("<slug:slug>/history/", history.article_history, name="history"),
    path("<slug:slug>/references.<str:ending>", exports.references, name="references"),
    path("<slug:slug>/citation.<str:ending>", exports.citation, name="citation"),
    path("glossary/", glossary.glossary, name="glossary"),
    path("<slug:slug>/", pages.article_detail, name="detail"),
]
