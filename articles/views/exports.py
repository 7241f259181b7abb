"""References for other programs: what an article cites, and the article itself. No session, user or cookie."""

import hashlib

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from articles.exports import record_of, references_of
from articles.models import Article
from articles.records import bibtex, csl_json, ris
from articles.views.addresses import answer_elsewhere

# ending -> what writes it, and the media type that reference managers know it by
FORMATS = {
    "bib": (bibtex, "application/x-bibtex"),
    "ris": (ris, "application/x-research-info-systems"),
    "json": (csl_json, "application/vnd.citationstyles.csl+json"),
}
MAX_AGE = 300  # seconds
READ = ("slug", "publish_at", "expire_at", "live_revision__title", "live_revision__author__name")


@require_safe
def references(request, slug, ending):
    """Give what a live article cites, in the order of its list. Two queries."""
    article, now = _article(slug, ending)
    if article is None:
        return answer_elsewhere(request, slug, now=now, view_name="articles:references", rest=[ending])
    records = references_of(article.live_revision)
    return _file(request, article, records, ending, name=f"{article.slug}-references.{ending}", now=now)


@require_safe
def citation(request, slug, ending):
    """Give a live article itself as a source. One query."""
    article, now = _article(slug, ending)
    if article is None:
        return answer_elsewhere(request, slug, now=now, view_name="articles:citation", rest=[ending])
    records = [record_of(article, article.live_revision)]
    return _file(request, article, records, ending, name=f"{article.slug}.{ending}", now=now)


def _article(slug, ending):
    if ending not in FORMATS:
        raise Http404
    now = timezone.now()
    articles = Article.objects.live(now).select_related("live_revision__author").only(*READ)
    return articles.filter(slug=slug).first(), now


def _file(request, article, records, ending, *, name, now):
    """Return a download that caches may keep, though never past the article's end; 304 for one that has it."""
    writer, media_type = FORMATS[ending]
    body = writer.write(records)
    response = HttpResponse(body, content_type=f"{media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["ETag"] = quote_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    response["X-Robots-Tag"] = "noindex"
    left = int((article.expire_at - now).total_seconds()) if article.expire_at else MAX_AGE
    patch_cache_control(response, public=True, max_age=min(MAX_AGE, left))
    return get_conditional_response(request, etag=response["ETag"], response=response)
