"""The client's path through the pages, step by step."""

from datetime import timedelta

from django.utils import timezone
from django.utils.timezone import localtime

from consultations import queries
from consultations.options import sign_slot
from tests.pages import parse

FIELDS = {"name": "Amara Whitfield", "email": "amara@example.com", "consent_service": "on"}
TIMES, HOLD = "/consultations/free/times/", "/consultations/free/hold/"


def tomorrow_on(consultation_type):
    """Return the first time of a whole day to come, at least a day away: hours later is still within working hours."""
    nutritionists = list(queries.nutritionists_of(consultation_type))
    midnight = localtime(timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    return queries.soonest_times(consultation_type, nutritionists, 1, now=midnight)[0]


def press(client, consultation_type, starts_at=None, **data):
    """Press a time in the picker, and return the response."""
    starts_at = starts_at or tomorrow_on(consultation_type)
    return client.post(HOLD, {"slot": sign_slot(consultation_type, starts_at, data.get("with")), **data})


def form_for(client, consultation_type, starts_at=None, **data):
    """Press a time and return (address of the form, its hidden fields)."""
    url = press(client, consultation_type, starts_at, **data)["Location"]
    return url, hidden_in(client.get(url))


def hidden_in(response):
    inputs = parse(response).findall(".//main//input[@type='hidden']")
    return {one.get("name"): one.get("value", "") for one in inputs if one.get("name") != "csrfmiddlewaretoken"}


def book(client, consultation_type, starts_at=None, **overrides):
    url, hidden = form_for(client, consultation_type, starts_at)
    return client.post(url, {**hidden, **FIELDS, **overrides})


def slot_buttons(page):
    return [button for button in parse(page).findall(".//button") if button.get("name") == "slot"]
