"""What a client types, turned into clean values or a clear reason why not."""

import unicodedata
import uuid
from datetime import timedelta

from crispy_forms.helper import FormHelper
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from phonenumber_field.formfields import PhoneNumberField

from articles.models import Topic
from consultations import consents
from consultations.addresses import likely_intended, normalise
from consultations.models import TIME_ZONES, Channel
from consultations.services.booking import ClientDetails

HURRIED = timedelta(seconds=2)  # nobody reads and fills in a form faster
_rendered = signing.TimestampSigner(salt="consultations.form")


def validate_person_name(value):
    """Accept any script's letters; refuse a name without one, and control characters, which no name has."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValidationError("Enter your name without line breaks or other control characters")
    if any(character in "/:@<>" for character in value):  # it greets the reader of a mail: no addresses
        raise ValidationError("Enter your name without addresses or the characters / : @ < >")
    if not any(character.isalpha() for character in value):
        raise ValidationError("Enter your full name")


def validate_plain_text(value):
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t" for character in value):
        raise ValidationError("Leave out control characters")


class EmailField(forms.EmailField):
    """An address, with the words of ours for what can be wrong with one."""

    def __init__(self, **kwargs):
        errors = {
            "required": "Enter your email address",
            "invalid": "Enter an email address in the right format, like name@example.com",
            "max_length": "Email address must be 254 characters or fewer",
        }
        widget = forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"})
        super().__init__(max_length=254, error_messages=errors, widget=widget, **kwargs)

    def clean(self, value):
        email = super().clean(value)
        if len(normalise(email)) > self.max_length or not email.isprintable():
            raise ValidationError(self.error_messages["invalid"])
        return email


class ChecksTheAddress(forms.Form):
    """A form whose address, when it looks mistyped, is asked about once and never changed for the client."""

    email_checked = forms.CharField(required=False, max_length=254, widget=forms.HiddenInput)

    def clean(self):
        cleaned = super().clean()
        email = cleaned.get("email")
        intended = likely_intended(email) if email else None
        if intended and email != cleaned.get("email_checked"):
            self.data = self.data.copy()
            self.data["email_checked"] = email
            self.add_error("email", f"Did you mean {intended}? If {email} is right, send the form again")
        return cleaned


class BookingForm(ChecksTheAddress):
    """The details of a booking. `key` makes sending the form twice harmless; `website` is for robots only."""

    name = forms.CharField(
        label="Full name",
        max_length=100,
        validators=[validate_person_name],
        error_messages={
            "required": "Enter your full name",
            "max_length": "Full name must be 100 characters or fewer",
        },
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailField(label="Email address", help_text="We send your confirmation and calendar file here.")
    channel = forms.ChoiceField(
        label="How would you like to talk?",
        choices=Channel.choices,
        initial=Channel.VIDEO,
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choose a video call or a phone call"},
    )
    phone = PhoneNumberField(
        label="Phone number",
        required=False,
        help_text="Needed for a phone call. From outside the UK, start with + and the country code.",
        error_messages={"invalid": "Enter a phone number that can be called, like 020 7946 0018 or +33 1 23 45 67 89"},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
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
        label=consents.WORDING["service"],
        error_messages={"required": "Tick the box to agree that we can use your details"},
    )
    consent_marketing = forms.BooleanField(label=consents.WORDING["marketing"], required=False)
    timezone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    key = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": "This form has lost a part; send it once more",
            "invalid": "This form has lost a part; send it once more",
        },
    )
    rendered = forms.CharField(required=False, widget=forms.HiddenInput)
    website = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, data=None, *, zone_name="", **kwargs):
        super().__init__(data, use_required_attribute=False, **kwargs)
        self.initial |= {"key": uuid.uuid4(), "rendered": _rendered.sign("form"), "timezone": zone_name}
        self.helper = FormHelper()
        self.helper.form_tag = False  # the page owns the form element: its buttons choose the time

    def clean_channel(self):
        return self.cleaned_data["channel"] or Channel.VIDEO

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if phone and phone.extension:
            raise ValidationError("Leave the extension out of the number, and put it into the note below")
        return phone

    def clean_timezone(self):
        name = self.cleaned_data["timezone"]
        return name if name in TIME_ZONES else "Europe/London"

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise ValidationError("Leave this field empty; it is there to stop robots")
        return ""

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("channel") == Channel.PHONE and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Enter a phone number, or choose a video call")
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
            phone=cleaned["phone"].as_e164 if cleaned["phone"] else "",
            channel=cleaned["channel"],
            topic=cleaned["topic"],
            notes=cleaned["notes"],
            time_zone=cleaned["timezone"],
            wants_news=cleaned["consent_marketing"],
        )


class AddressForm(ChecksTheAddress):
    """The right address for a booking that was made with a wrong one."""

    email = EmailField(label="The right email address")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, use_required_attribute=False, auto_id="address_%s", **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
