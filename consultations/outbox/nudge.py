"""Wake a worker, within a second whatever the broker does. The sweep delivers what nobody was woken for."""

import logging

from django.db import transaction

from consultations.models import OutgoingEmail
from probio.waking import ask_worker

logger = logging.getLogger(__name__)

_HELP_EXPIRES = 30  # seconds: by then the next sweep has begun


def nudge_after_commit(email: OutgoingEmail) -> None:
    """Wake a worker once the caller's transaction is there to be read."""
    # A lambda, not a partial, which Django 5.2 cannot name when it logs a robust callback's failure.
    transaction.on_commit(lambda: nudge(email.pk), robust=True)


def nudge(email_id: int) -> None:
    """Ask a worker to deliver now. Best effort, within a second: if the broker is away, the sweep delivers."""
    if not ask_worker("consultations.tasks.deliver_email", email_id):
        logger.warning("broker away: outgoing e-mail %s waits for the sweep", email_id)


def call_for_help(sweeps: int) -> None:
    """Ask workers for some more sweeps beside the one under way. Best effort; the next sweep comes anyway.

    Help that nobody had time to give is not wanted any more: the next sweep calls for its own.
    """
    for _ in range(sweeps):
        if not ask_worker("consultations.tasks.help_sweep", expires=_HELP_EXPIRES):
            return
