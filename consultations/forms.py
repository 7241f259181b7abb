"""What a client types, turned into clean values or a clear reason why not."""

import unicodedata
import uuid

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError


def validate_person_name(value):
    """Accept any script's letters; refuse a name without one, and control characters, which no name has."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise ValidationError("Enter your name without line breaks or other control characters")
    if not any(character.isalpha() for character in value):
        raise ValidationError("Enter your full name")


class BookingForm(forms.Form):
    """The details of a booking. `key` makes sending the form twice harmless."""

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
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        help_text="We send your confirmation and calendar file here.",
        error_messages={
            "required": "Enter your email address",
            "invalid": "Enter an email address in the right format, like name@example.com",
            "max_length": "Email address must be 254 characters or fewer",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )
    key = forms.UUIDField(initial=uuid.uuid4, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, use_required_attribute=False, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False  # the page owns the form element: its buttons choose the time
