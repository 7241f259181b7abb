"""What a client may say about a booking they have."""

from django import forms

from consultations.forms.fields import ContactForm, EmailField, RefusesRobots
from consultations.services.changes import Details
from probio.forms import PageForm, validate_plain_text


class DetailsForm(ContactForm):
    """What a client may correct about a booking. A new address counts once it is proven."""

    def __init__(self, data=None, *, booking):
        initial = {
            "name": booking.client_name,
            "email": booking.client_email,
            "channel": booking.channel,
            "phone": booking.phone,
            "email_checked": booking.client_email,  # it was asked about when it was first typed
        }
        super().__init__(data, initial=initial)
        self.fields["email"].help_text = "To change it, you press a button in a message we send to the new address."

    @property
    def details(self) -> Details:
        return Details(name=self.cleaned_data["name"], channel=self.cleaned_data["channel"], phone=self.phone_number)


class CancelForm(PageForm):
    """Why a client cancels, if they like to say."""

    reason = forms.CharField(
        label="Would you tell us why?",
        required=False,
        max_length=500,
        validators=[validate_plain_text],
        help_text="Please leave out health details.",
        error_messages={"max_length": "Your reason must be 500 characters or fewer"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class FindForm(RefusesRobots):
    """Where to send the link to a booking."""

    email = EmailField(label="Email address", help_text="The one you booked with.")
