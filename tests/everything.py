"""A row of everything in the admin, and every address of the admin with these rows in it."""

import re
from collections.abc import Iterator
from datetime import timedelta

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.urls import get_resolver
from django.utils import timezone

from articles.models import Article, Feedback, ReadNext
from articles.previews import make_link
from consultations.models import (
    AnswersLook,
    Booking,
    BookingStatus,
    ConsultationType,
    NoTimeSuited,
    RetentionRun,
    TimeOff,
)
from consultations.options import sign_slot
from consultations.services.outcomes import record_outcome
from consultations.services.privacy import erase
from probio.exchange import exports, sources
from probio.models import Upload
from tests.articles.factories import make_draft, make_figure, make_live_article, make_reference, make_term
from tests.consultations.intake import give
from tests.consultations.test_waitlist import wait
from tests.factories import NOW, make_booking, make_consultation_type, make_nutritionist

PAST = NOW - timedelta(days=364)  # a Monday that is over by every clock
HOUR = timedelta(hours=1)
IMPORTERS = {"reference": "references", "nutritionist": "hours"}
UPLOADS = {
    "references": b"type,title,kind of study\nbook,Slime,review\n",
    "hours": b"nutritionist,weekday,from,to\nX,Monday,9,10\n",
}
CAPTURE = re.compile(r"<(?:\w+:)?(\w+)>")
NOT_FOR_ROWS = {
    None,
    "index",
    "app_list",
    "password_change",
    "jsi18n",
    "autocomplete",
    "view_on_site",
    "login",
    "logout",
    "password_change_done",
}


def make_everything(owner, *, nutritionist=None, name="everything") -> None:
    """Make a row of every model in the admin.

    owner: a user who has an export and uploads. nutritionist: a user who gives the consultations. name: another one
    for more of everything; `addresses` has the rows of the first.
    """
    now = timezone.now()
    soon = (now + timedelta(days=9)).replace(hour=10, minute=0, second=0, microsecond=0)
    make_reference(f"{name}2021"), make_figure(name), make_term(name)
    body = f'<h2>Why</h2><p>Mucus is sticky<cite data-cite="{name}2021"></cite>.</p>'
    live = make_live_article(slug=name, title="Everything", body=body)
    draft = make_draft(live, title="Everything and more", body="<p>Mucus is stickier.</p>")
    ReadNext.objects.create(article=live, recommended=make_live_article())
    Feedback.objects.create(article=live, was_useful=True, words="Thank you.", given_at=now)
    make_link(revision=draft, by=owner, now=now)

    person = make_nutritionist(slug=name, user=nutritionist)
    kind = make_consultation_type(person, slug=name)
    asks = make_consultation_type(person, needs_approval=True)
    booking = make_booking(kind, starts_at=soon, now=now)
    make_booking(asks, starts_at=soon + HOUR, now=now)
    make_booking(kind, starts_at=PAST + HOUR * 2, now=PAST)
    done = make_booking(kind, starts_at=PAST + HOUR * 3, now=PAST)
    record_outcome(done.pk, BookingStatus.COMPLETED, by=owner, notes="Try beans.", now=now)
    give(booking, now=now)
    reader = get_user_model().objects.create_user(f"reader-of-{name}", is_staff=True)
    AnswersLook.objects.create(booking=booking, by=reader, at=now, why="To prepare")
    TimeOff.objects.create(nutritionist=person, starts_at=soon + HOUR * 48, ends_at=soon + HOUR * 50)
    NoTimeSuited.objects.create(on=now.date(), consultation_type=kind, count=1)
    RetentionRun.objects.create(at=now, what="holds", count=1)
    wait(kind, f"{name}@example.com", now=now)
    erase("nobody@example.com", now=now)

    day = {"expires_at": now + timedelta(days=1)}
    export = exports.ask(sources.get("articles.references"), [], "csv", owner=owner, now=now)
    exports.make(export.pk)
    for importer, content in UPLOADS.items():
        Upload.objects.create(owner=owner, importer=importer, name="rows.csv", content=content, **day)
    of = ContentType.objects.get_for_model(Booking)
    LogEntry.objects.create(
        user=owner,
        content_type=of,
        object_id=booking.pk,
        object_repr="A booking",
        action_flag=CHANGE,
        change_message="X",
    )


def addresses() -> Iterator[tuple[str, str]]:
    """Yield (name, path) of every page of the admin that is about rows, with those of `make_everything` in them."""
    namespaces = (one for one in get_resolver().url_patterns if getattr(one, "namespace", None) == "admin")
    for name, route in _walk(next(namespaces).url_patterns):
        if name not in NOT_FOR_ROWS:
            path = "/admin/" + CAPTURE.sub(lambda match, name=name: str(_value(name, match[1])), route)
            yield name, path + _query(name)


def _walk(patterns, before=""):
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield pattern.name, before + str(pattern.pattern)


def _query(name):
    if name != "consultations_booking_for_client_details":
        return ""
    kind = ConsultationType.objects.get(slug="everything")
    booking = Booking.objects.filter(consultation_type=kind).latest("starts_at")
    return f"?slot={sign_slot(kind, booking.starts_at + HOUR * 3)}"


def _value(name, captured):
    """Return what stands in an address for a part of it."""
    app_label, model, *act = name.split("_", 2)
    if captured == "slug":
        return {"report_csv": "bookings"}.get(act[0]) or IMPORTERS.get(model, "everything")
    rows = apps.get_model(app_label, model)._default_manager.all()
    if act == ["import_look"]:
        rows = Upload.objects.filter(importer=IMPORTERS[model])
    elif rows.model is Article:
        rows = rows.filter(slug="everything")
    elif rows.model is Booking:
        states = {"accept": "requested", "decline": "requested", "suggest": "completed"}
        oldest_first = "" if act == ["outcome"] else "-"
        rows = rows.filter(status=states.get(act[0], "confirmed")).order_by(f"{oldest_first}starts_at")
    elif rows.model is get_user_model():
        rows = rows.filter(username="reader-of-everything")
    return rows.values_list("pk", flat=True)[:1].get()
