"""Keep what readers say of an article."""

from datetime import datetime

from articles import limits
from articles.models import Article, Feedback


class TooMuchFeedback(ValueError):
    """One address has said more in the last hour than people do."""


def give_feedback(article: Article, *, was_useful: bool, words: str, client_hash: str, now: datetime) -> Feedback:
    """Keep an answer, without who gave it. Raises TooMuchFeedback."""
    if not limits.may_give_feedback(client_hash, now=now):
        raise TooMuchFeedback
    return Feedback.objects.create(article=article, was_useful=was_useful, words=words, given_at=now)
