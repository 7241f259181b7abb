"""Probio7 online: what belongs to the site and to no app."""

from probio.celery import app as celery_app

__all__ = ["celery_app"]
