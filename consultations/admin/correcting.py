"""What a client tells the team of themselves after they have booked: a page of the booking."""

from django.urls import path
from django.utils import timezone

from consultations.admin.acting import can_change
from consultations.admin.fields import about_the_client
from consultations.exceptions import AlreadyBooked
from consultations.forms.fields import ContactForm
from consultations.models import Booking
from consultations.services.changes import Details, correct_for_client


class CorrectForm(ContactForm):
    """A client's details, as the team types them."""

    def __init__(self, data, booking):
        fields = {"name": "client_name", "email": "client_email", "channel": "channel", "phone": "phone"}
        super().__init__(
            data, initial={name: getattr(booking, field) for name, field in fields.items()} if booking else {}
        )
        self.fields["email"].help_text = "Another address is sent the confirmation; links sent to this one end."
        about_the_client(self)
        for name in ("name", "email", "phone"):
            self.fields[name].widget.attrs["class"] = "vTextField"


class CorrectsDetails:
    """What the page of a booking gains: a button to correct name, address, phone number and way to talk."""

    def get_urls(self):
        correct = self.admin_site.admin_view(self.correct)
        return [path("<int:pk>/correct/", correct, name="consultations_booking_correct"), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        may = obj is not None and request.user.has_perm("consultations.change_booking")
        context["may_correct"] = may and can_change(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def correct(self, request, pk):
        """Ask for the details, filled in as they are, and correct them."""
        booking = Booking.objects.filter(pk=pk).first()

        def act(booking, name, email, channel, phone, email_checked):
            details = Details(name, channel, phone.as_e164 if phone else "")
            try:
                correct_for_client(pk, details, email, by=request.user, now=timezone.now())
            except AlreadyBooked:
                return None
            return f"The details of {booking.reference} are corrected; the client is told by email."

        return self._act(
            request,
            pk,
            lambda data: CorrectForm(data, booking),
            act,
            can=can_change,
            title="Correct the details",
            button="Correct them",
        )
