"""How often one address may say what it thinks of articles."""

from datetime import datetime, timedelta

from articles.models import Feedback
from probio.limits import is_within

FEEDBACK_OF_AN_ADDRESS = 30  # an hour: a class that reads together stays below it


def may_give_feedback(client_hash: str, *, now: datetime) -> bool:
    """Count one more answer of an address, and return whether it is allowed.

    Without a cache everybody's are counted together: the rows do not tell one reader from another.
    """
    rows = Feedback.objects.filter(given_at__gt=now - timedelta(hours=1))
    return is_within("feedback", client_hash, FEEDBACK_OF_AN_ADDRESS, rows)
