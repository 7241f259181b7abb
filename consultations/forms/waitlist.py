"""The form that puts somebody on the waiting list."""

from django import forms

from consultations import consents
from consultations.forms.fields import ChecksTheAddress, EmailField, NameField, RefusesRobots, TimeZoneField
from consultations.models import PartOfDay, Weekday
from consultations.services.waitlist import Wish


class WaitlistForm(RefusesRobots, ChecksTheAddress):
    """Whom to tell of a time that comes free, and which times suit them."""

    name = NameField()
    email = EmailField(label="Email address", help_text="We write to you here when a time comes free.")
    weekdays = forms.TypedMultipleChoiceField(
        label="Which days suit you?",
        choices=Weekday.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one day",
            "invalid_choice": "Choose days from the list",
            "invalid_list": "Choose days from the list",
        },
    )
    parts_of_day = forms.MultipleChoiceField(
        label="Which times of the day?",
        choices=PartOfDay.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one time of the day",
            "invalid_choice": "Choose times from the list",
            "invalid_list": "Choose times from the list",
        },
    )
    timezone = TimeZoneField()
    consent_service = forms.BooleanField(
        label=consents.SERVICE.wording,
        error_messages={"required": "Tick the box to agree that we can use your details"},
    )

    @property
    def wish(self) -> Wish:
        cleaned = self.cleaned_data
        return Wish(
            name=cleaned["name"],
            email=cleaned["email"],
            weekdays=cleaned["weekdays"],
            parts_of_day=cleaned["parts_of_day"],
            time_zone=cleaned["timezone"],
        )
