"""What the clock asks of the workers, and how often."""

from datetime import timedelta

from celery.schedules import crontab

SCHEDULE = {
    "expire-offers": {"task": "consultations.tasks.expire_offers", "schedule": timedelta(minutes=1)},
    "expire-requests": {"task": "consultations.tasks.expire_requests", "schedule": timedelta(minutes=1)},
    "owe-reminders": {"task": "consultations.tasks.owe_reminders", "schedule": timedelta(minutes=1)},
    "owe-tomorrow": {"task": "consultations.tasks.owe_tomorrow", "schedule": timedelta(minutes=5)},
    "retain": {"task": "consultations.tasks.retain", "schedule": crontab(hour=3, minute=20)},
    "sweep-exports": {
        "task": "probio.exchange.tasks.sweep_exports",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "sweep-images": {
        "task": "articles.tasks.sweep_images",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 60},
    },
    "sweep-outbox": {
        "task": "consultations.tasks.sweep_outbox",
        # With the lease of half a minute, what a dead worker left behind is taken up within the minute.
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},  # one that nobody took up in time has a successor
    },
    "worker-heartbeat": {"task": "probio.health.record_heartbeat", "schedule": timedelta(seconds=30)},
}
# Where a CDN is to be told.
PURGING = {
    "purge-cdn": {"task": "articles.tasks.purge_cdn", "schedule": timedelta(seconds=10), "options": {"expires": 10}}
}
