"""A word only one client wrote, in an answer, is looked for everywhere else."""

import logging
import os
import subprocess
import sys
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit, urlunsplit

import pytest
import redis
from django.conf import settings as django_settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core import serializers
from django.core.signals import got_request_exception
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from consultations import outbox
from consultations.links import manage_path
from consultations.models import AnswersLook, Booking, IntakeAnswers
from probio.local.postgres import binary
from tests.consultations.intake import publish
from tests.consultations.views.flow import book, hidden_in
from tests.factories import make_consultation_type, make_nutritionist

CANARY = "zeisig-canary-83127"


@pytest.fixture
def everything_logged(caplog):
    caplog.set_level(logging.DEBUG)
    return caplog


def give(client, booking, version):
    """Answer with the canary through the page, and return the response."""
    url = manage_path(booking) + "answers/"
    form = {**hidden_in(client.get(url)), version.asked[0].key: f"I am a {CANARY}", "consent_health": "on"}
    return client.post(url, form)


@pytest.fixture
def booking(client, transactional_db):
    book(client, make_consultation_type(make_nutritionist(slug="priya-raman"), slug="free"))
    return Booking.objects.get()


@pytest.mark.django_db(transaction=True)
def test_answer_is_in_no_dump_mail_calendar_queue_cache_or_log(client, booking, mailbox, everything_logged):
    assert give(client, booking, publish()).status_code == 302
    assert CANARY in client.get(manage_path(booking) + "answers/").text  # where it may be
    client.get(manage_path(booking))
    calendar = client.get(manage_path(booking) + "calendar.ics")
    client.post(manage_path(booking) + "cancel/", {"reason": "Away"})
    outbox.sweep()
    assert mailbox.messages
    places = {
        "dump": dump(),
        "mail": "".join(words_of(message.content) for message in mailbox.messages),
        "calendar": calendar.text,
        "manage page": client.get(manage_path(booking)).text,
        "Redis": in_redis(),
        "log": everything_logged.text,
        "serialised": serializers.serialize("json", IntakeAnswers.objects.all()),
        "repr": repr([vars(given) for given in IntakeAnswers.objects.all()]),
    }
    assert booking.reference in places["dump"]
    assert booking.reference in places["mail"]
    assert [place for place, words in places.items() if CANARY in words] == []


@pytest.mark.django_db(transaction=True)
def test_answer_is_in_no_list_search_or_page_of_the_admin_but_the_one_asked_for(
    client, booking, admin_client, admin_user, everything_logged
):
    give(client, booking, publish())
    booking.nutritionist.deputies.add(admin_user)
    answers = reverse("admin:consultations_booking_answers", args=[booking.pk])
    assert CANARY in admin_client.post(answers, {"why": "To prepare"}).text  # where it may be
    assert AnswersLook.objects.count() == 1
    leaks = []
    for model in admin.site._registry:
        listing = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        pages = [listing, *(f"{listing}{pk}/change/" for pk in model._base_manager.values_list("pk", flat=True)[:3])]
        pages += [f"{listing}{pk}/history/" for pk in model._base_manager.values_list("pk", flat=True)[:1]]
        leaks += [page for page in pages if CANARY in admin_client.get(page, follow=True).text]
        found = admin_client.get(listing, {"q": CANARY}, follow=True)
        if f"I am a {CANARY}" in found.text:  # the search box alone may repeat what was asked
            leaks.append(f"{listing}?q=")
    assert leaks == []
    assert CANARY not in dump() + everything_logged.text


@pytest.mark.django_db(transaction=True)
def test_answer_is_in_no_error_report_whatever_fails_on_its_way(client, booking, settings, everything_logged):
    reports = []

    def report(sender, request, **kwargs):
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.extend([reporter.get_traceback_html(), reporter.get_traceback_text()])

    version, keys = publish(), settings.FIELD_KEYS
    client.raise_request_exception = False
    got_request_exception.connect(report)
    try:
        settings.FIELD_KEYS = []
        assert give(client, booking, version).status_code == 500
        settings.FIELD_KEYS = keys
        assert give(client, booking, version).status_code == 302
        settings.FIELD_KEYS = []
        assert client.get(manage_path(booking) + "answers/").status_code == 500
    finally:
        got_request_exception.disconnect(report)
    assert len(reports) == 4
    assert [one for one in reports if CANARY in one] == []
    assert CANARY not in everything_logged.text


@pytest.mark.django_db(transaction=True)
def test_answer_shown_to_the_nutritionist_is_in_no_error_report(client, booking, django_user_model, monkeypatch):
    nia = django_user_model.objects.create_user("nia", is_staff=True)
    nia.user_permissions.set(Permission.objects.filter(codename__in=["view_booking", "read_answers"]))
    booking.nutritionist.deputies.add(nia)
    give(client, booking, publish())
    reports = []

    def report(sender, request, **kwargs):
        reports.append(ExceptionReporter(request, *sys.exc_info()).get_traceback_html())

    def fail(*args, **kwargs):
        raise RuntimeError("no page today")

    monkeypatch.setattr("consultations.admin.answers.render", fail)
    client.force_login(nia)
    client.raise_request_exception = False
    got_request_exception.connect(report)
    try:
        page = reverse("admin:consultations_booking_answers", args=[booking.pk])
        assert client.post(page, {"why": "To prepare"}).status_code == 500
    finally:
        got_request_exception.disconnect(report)
    assert AnswersLook.objects.get().at <= timezone.now()
    assert "no page today" in reports[0]
    assert CANARY not in reports[0]


def words_of(mail):
    """Return every part of a mail, decoded."""
    parts = message_from_bytes(mail, policy=default).walk()
    return "".join(str(part.get_content()) for part in parts if not part.is_multipart())


def dump():
    """Return the whole test database as pg_dump writes it."""
    name = django_settings.DATABASES["default"]["NAME"]
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    done = subprocess.run([str(binary("pg_dump")), "--dbname", url], capture_output=True, text=True, check=True)
    return done.stdout


def in_redis():
    """Return every key and value of the broker and the cache, queues included, uncompressed."""
    with redis.Redis.from_url(django_settings.REDIS_URL) as connection:
        connection.config_set("rdbcompression", "no")  # or DUMP would hide a long word
        try:
            return "".join(repr(key) + repr(connection.dump(key)) for key in connection.scan_iter())
        finally:
            connection.config_set("rdbcompression", "yes")
