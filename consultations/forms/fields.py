"""What several of our forms share: fields, checks, and how a page shows them."""

import unicodedata

from django import forms
from django.core.exceptions import ValidationError
from phonenumber_field.formfields import PhoneNumberField

from consultations.addresses import likely_intended, normalise
from consultations.models import TIME_ZONES, Channel
from probio.forms import PageForm

_TURNS_WRITING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def validate_person_name(value):
    """Accept any script's letters; refuse a name without one, and control characters, which no name has."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise ValidationError("Enter your name without line breaks or other control characters")
    if any(character in _TURNS_WRITING for character in value):
        raise ValidationError("Enter your name without characters that turn the direction of writing")
    if any(character in "/:@<>" for character in value) or "www." in value.lower():  # it greets the reader of a mail
        raise ValidationError("Enter your name without addresses or the characters / : @ < >")
    if not any(character.isalpha() for character in value):
        raise ValidationError("Enter your full name")


class NameField(forms.CharField):
    """A client's name, in any script."""

    def __init__(self):
        super().__init__(
            label="Full name",
            max_length=100,
            validators=[validate_person_name],
            error_messages={
                "required": "Enter your full name",
                "max_length": "Full name must be 100 characters or fewer",
            },
            widget=forms.TextInput(attrs={"autocomplete": "name"}),
        )


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
        # Letters outside ASCII before the @ reach few servers, and some of them look like, or fold to, others.
        local = email.rpartition("@")[0]
        if len(normalise(email)) > self.max_length or not email.isprintable() or not local.isascii():
            raise ValidationError(self.error_messages["invalid"])
        return email


class TimeZoneField(forms.CharField):
    """The zone a page was shown in; London for anything that is none."""

    def __init__(self):
        super().__init__(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self, value):
        name = super().clean(value)
        return name if name in TIME_ZONES else "Europe/London"


class ChecksTheAddress(PageForm):
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


class ContactForm(ChecksTheAddress):
    """Who a client is and how they would like to talk."""

    name = NameField()
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

    def clean_channel(self):
        return self.cleaned_data["channel"] or Channel.VIDEO

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if phone and phone.extension:
            raise ValidationError("Leave the extension out of the number, and put it into the note below")
        return phone

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("channel") == Channel.PHONE and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", "Enter a phone number, or choose a video call")
        return cleaned

    @property
    def phone_number(self) -> str:
        """Return the number in E.164, or ""."""
        return self.cleaned_data["phone"].as_e164 if self.cleaned_data["phone"] else ""


class RefusesRobots(PageForm):
    """A form with a field that nobody sees, so that whatever fills it in is no person."""

    website = forms.CharField(
        label="Leave this field empty",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise ValidationError("Leave this field empty; it is there to stop robots")
        return ""
