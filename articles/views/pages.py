"""What readers see. These pages touch no session, user or token, so they set no cookie."""

import re

from django.core.paginator import InvalidPage, Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from articles import queries
from articles.caching import public_page
from articles.models import SEARCH_ONLY, Article
from articles.structured_data import article_graph, citation_reference, person_graph
from articles.views.addresses import answer_elsewhere
from articles.views.described import absolute, described, somebody

PAGE_SIZE = 12
READ_NEXT = 3
SHOWN = ("topic", "live_revision__author", "live_revision__reviewer")
NOT_SHOWN = (*SEARCH_ONLY, "live_revision__body")


@public_page(has_pages=True)
@require_safe
def article_list(request):
    """List the live articles, newest first, a page at a time. Three queries."""
    now = timezone.now()
    context = {**_page_of(request, Article.objects.live(now).newest_first()), "topics": queries.topics(now)}
    return render(request, "articles/article_list.html", context)


@public_page(has_pages=True)
@require_safe
def topic_detail(request, slug):
    """List a topic's live articles, newest first, a page at a time. Three queries."""
    now = timezone.now()
    topics = list(queries.topics(now))
    topic = next((topic for topic in topics if topic.slug == slug), None)
    if topic is None:
        raise Http404("no topic there with anything to read")
    articles = Article.objects.live(now).newest_first().filter(topic=topic)
    context = {**_page_of(request, articles), "topics": topics, "topic": topic}
    return render(request, "articles/topic_detail.html", context)


@public_page()
@require_safe
def article_detail(request, slug):
    """Show one live article as it was rendered when saved. One query, and one for what to read next."""
    now = timezone.now()
    article = Article.objects.live(now).select_related(*SHOWN).defer(*NOT_SHOWN).filter(slug=slug).first()
    if article is None:
        return answer_elsewhere(request, slug, now=now)
    page = described(article)
    context = {
        **page_of(article, article.live_revision),
        "read_next": queries.read_next(article, READ_NEXT, now=now),
        "page": page,
        "graph": article_graph(page),
        "citation_references": [citation_reference(work) for work in article.live_revision.structured_data["citation"]],
    }
    return render(request, "articles/article_detail.html", context)


def page_of(article, revision) -> dict:
    """Return what the template of an article shows of one revision, live or not."""
    return {"article": article, "revision": revision, "contents": revision.contents_shown}


@public_page()
@require_safe
def person_detail(request, slug):
    """Show who somebody is, and which live articles they wrote and reviewed. Two queries."""
    now = timezone.now()
    person = get_object_or_404(queries.people(now), slug=slug)
    articles = list(queries.of_person(person, now))
    context = {
        "person": person,
        "written": [article for article in articles if article.live_revision.author_id == person.pk],
        "reviewed": [article for article in articles if article.live_revision.reviewer_id == person.pk],
        "graph": person_graph(somebody(person)),
        "url": absolute(person.get_absolute_url()),
    }
    return render(request, "articles/person_detail.html", context)


@public_page()
@require_safe
def editorial_policy(request):
    """Say how articles are made, and by whom. One query."""
    return render(
        request,
        "articles/editorial_policy.html",
        {"people": queries.people(timezone.now()), "url": absolute(request.path)},
    )


@public_page(has_pages=True)
@require_safe
def corrections(request):
    """List every change of live articles, the latest first, a page at a time. Two queries."""
    return render(request, "articles/corrections.html", _page_of(request, queries.changes(timezone.now())))


def _page_of(request, articles) -> dict:
    """Return the page of a list that the address asks for, the first if it asks for none, and its own address.

    Raises Http404 where there is no such page. Two queries.
    """
    number = request.GET.get("page", "1")
    if not re.fullmatch(r"[1-9][0-9]{0,5}", number):
        raise Http404("not the number of a page")
    try:
        page = Paginator(articles, PAGE_SIZE).page(int(number))
    except InvalidPage as error:
        raise Http404(str(error)) from error
    first_url = absolute(request.path)
    url = first_url if page.number == 1 else f"{first_url}?page={page.number}"
    return {"page": page, "first_url": first_url, "url": url}
