"""What becomes of an article that was published or scheduled: unscheduled, ended, withdrawn, brought back."""

from datetime import datetime

from django.db import transaction

from articles.models import Article, Publication, State
from articles.publishing import PublishingError, lock


@transaction.atomic
def unschedule(*, article: Article, now: datetime) -> Article:
    """Make a scheduled article a draft again. Locks it. Raises PublishingError when readers have seen it."""
    article = lock(article.pk)
    if article.state(now) != State.SCHEDULED:
        raise PublishingError("This article is not scheduled.")
    article.live_revision = article.publish_at = article.changed_at = article.expire_at = None
    article.save(update_fields=["live_revision", "publish_at", "changed_at", "expire_at"])
    Publication.objects.of(article).filter(at__gt=now).delete()
    return article


@transaction.atomic
def set_end(*, article: Article, at: datetime | None, now: datetime) -> Article:
    """Hide an article from readers from an instant on; None: show it for good. Nothing has to run then.

    Locks the article. Raises PublishingError unless it is live or scheduled and the time comes after its publication.
    """
    article = lock(article.pk)
    if article.state(now) not in (State.LIVE, State.SCHEDULED):
        raise PublishingError("Only an article that is live or scheduled can be given an end.")
    if at is not None and at <= max(now, article.publish_at):
        raise PublishingError("The end has to lie in the future, and after the article's publication.")
    article.expire_at = at
    article.save(update_fields=["expire_at"])
    return article


@transaction.atomic
def withdraw(*, article: Article, reason: str, now: datetime) -> Article:
    """Take an article away from readers; its address says since when and why.

    Locks the article. Raises PublishingError without a reason, and when readers have never seen it or it is withdrawn.
    """
    article = lock(article.pk)
    if not article.has_been_shown(now) or article.withdrawn_at is not None:
        raise PublishingError("Only an article that readers have seen can be withdrawn, and only once.")
    if not reason.strip():
        raise PublishingError("Say why: readers are owed a reason.")
    article.withdrawn_at, article.withdrawal_reason = now, reason.strip()
    article.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    return article


@transaction.atomic
def bring_back(*, article: Article, now: datetime) -> Article:
    """Show a withdrawn article again as it was. Locks it. Raises PublishingError when it is not withdrawn."""
    article = lock(article.pk)
    if article.state(now) != State.WITHDRAWN:
        raise PublishingError("This article is not withdrawn.")
    article.withdrawn_at, article.withdrawal_reason = None, ""
    article.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    return article
