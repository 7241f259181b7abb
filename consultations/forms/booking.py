"""The form that turns a time into a booking."""

import uuid
from datetime import timedelta

from django import forms
from django.core import signing

from articles.models import Topic
from consultations import consents
from consultations.forms.fields import ChecksTheAddress, ContactForm, EmailField, RefusesRobots, TimeZoneField
from consultations.services.booking import ClientDetails
from probio.forms import validate_plain_text

HURRIED = timedelta(seconds=2)  # nobody reads and fills in a form faster
_rendered = signing.TimestampSigner(salt="consultations.form")


class BookingForm(RefusesRobots, ContactForm):
    """The details of a booking. `key` makes sending the form twice harmless."""

    topic = forms.ModelChoiceField(
        label="What is it about?",
        queryset=Topic.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="Something else, or several things",
        error_messages={"invalid_choice": "Choose a topic from the list"},
    )
    notes = forms.CharField(
        label="Anything the nutritionist should know beforehand?",
        required=False,
        max_length=500,
        validators=[validate_plain_text],
        help_text="A sentence is plenty. Please leave out health details; they are better said in person.",
        error_messages={"max_length": "Your note must be 500 characters or fewer"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    consent_service = forms.BooleanField(
        label=consents.SERVICE.wording,
        error_messages={"required": "Tick the box to agree that we can use your details"},
    )
    consent_marketing = forms.BooleanField(label=consents.MARKETING.wording, required=False)
    timezone = TimeZoneField()
    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": "This form has lost a part; send it once more",
            "invalid": "This form has lost a part; send it once more",
        },
    )
    rendered = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, zone_name="", **kwargs):
        super().__init__(data, **kwargs)
        self.initial |= {"key": uuid.uuid4(), "rendered": _rendered.sign("form"), "timezone": zone_name}

    def clean(self):
        cleaned = super().clean()
        if "key" in self.errors:  # show the form again with a fresh one, so that sending it once more is enough
            self.data = self.data.copy()
            self.data["key"] = str(uuid.uuid4())
        return cleaned

    @property
    def is_hurried(self) -> bool:
        """Return whether the form came back sooner than a person types, or without the page that carried it."""
        try:
            _rendered.unsign(self.data.get("rendered", ""), max_age=HURRIED)
        except signing.SignatureExpired:
            return False
        except signing.BadSignature:
            return True
        return True

    @property
    def details(self) -> ClientDetails:
        cleaned = self.cleaned_data
        return ClientDetails(
            name=cleaned["name"],
            email=cleaned["email"],
            phone=self.phone_number,
            channel=cleaned["channel"],
            topic=cleaned["topic"],
            notes=cleaned["notes"],
            time_zone=cleaned["timezone"],
            wants_news=cleaned["consent_marketing"],
        )


class AddressForm(ChecksTheAddress):
    """The right address for a booking that was made with a wrong one."""

    email = EmailField(label="The right email address")

    def __init__(self, data=None):
        super().__init__(data, auto_id="address_%s")
