"""Hear whether an article was useful, on a page of its own: the article itself needs no form, hence no cookie."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from articles.feedback import TooMuchFeedback, give_feedback
from articles.forms import FeedbackForm
from articles.models import Article
from articles.views.addresses import answer_elsewhere
from probio.clients import client_hash

TOO_OFTEN = "We have had many answers from where you are in the last hour. Send yours again a little later."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feedback(request, slug):
    """Ask, and keep the answer. What is not kept stays in the form."""
    now = timezone.now()
    article = _live(slug, now)
    if article is None:
        return answer_elsewhere(request, slug, now=now, view_name="articles:feedback")
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_valid():
        try:
            give_feedback(article, **form.cleaned_data, client_hash=client_hash(request), now=now)
        except TooMuchFeedback:
            form.add_error(None, TOO_OFTEN)
            status = 429
        else:
            return redirect("articles:feedback-thanks", slug)
    elif form.is_bound:
        status = 422
    return render(request, "articles/feedback.html", {"form": form, "article": article}, status=status)


@require_safe
def thanks(request, slug):
    now = timezone.now()
    article = _live(slug, now)
    if article is None:
        return answer_elsewhere(request, slug, now=now, view_name="articles:feedback-thanks")
    return render(request, "articles/feedback_thanks.html", {"article": article})


def _live(slug, now) -> Article | None:
    return Article.objects.live(now).newest_first().filter(slug=slug).first()
