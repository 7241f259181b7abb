"""Write to a client from the page of a booking: a message once more, or articles after the consultation."""

from django import forms
from django.urls import path
from django.utils import timezone

from consultations.admin.fields import ArticlesField
from consultations.models import Booking, BookingEventKind, BookingStatus, EmailKind
from consultations.services.correspondence import send_once_more, sendable_again, suggest_articles
from consultations.story import to_read


class SendAgainForm(forms.Form):
    kind = forms.ChoiceField(
        label="Which message",
        widget=forms.RadioSelect,
        help_text="It is written anew from the booking as it stands, and goes to the address the client has now.",
        error_messages={"required": "Choose a message."},
    )

    def __init__(self, *args, kinds, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, EmailKind(kind).label.capitalize()) for kind in kinds]
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0]


class SuggestForm(forms.Form):
    articles = ArticlesField(
        label="Articles to suggest",
        help_text="First those on what the client asked about. We keep no record of what clients have read.",
        error_messages={"required": "Choose at least one article."},
    )
    words = forms.CharField(
        label="A few words beside them",
        required=False,
        max_length=1000,
        help_text="The client reads these in the email. Leave out what they told you about their health.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )
    again = forms.BooleanField(
        label="Send it although articles were sent before",
        error_messages={"required": "Articles were sent before. Tick this to send more."},
    )

    def __init__(self, *args, first, were_sent, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["articles"].offer(first)
        if not were_sent:
            del self.fields["again"]


def can_suggest(booking) -> bool:
    return booking.status == BookingStatus.COMPLETED and booking.redacted_at is None


class WritesToClients:
    """What the page of a booking gains: buttons to send a message again, and to suggest articles."""

    def get_urls(self):
        again, suggest = (self.admin_site.admin_view(view) for view in (self.send_again, self.suggest))
        return [
            path("<int:pk>/send-again/", again, name="consultations_booking_send_again"),
            path("<int:pk>/suggest/", suggest, name="consultations_booking_suggest"),
            *super().get_urls(),
        ]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None and request.user.has_perm("consultations.change_booking"):
            context |= {
                "may_send_again": bool(sendable_again(obj, now=timezone.now())),
                "may_suggest": can_suggest(obj),
            }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def send_again(self, request, pk):
        """Ask which message the client is to have again, and owe it."""

        def act(booking, kind):
            send_once_more(pk, EmailKind(kind), by=request.user, now=timezone.now())
            return f"The {EmailKind(kind).label} of {booking.reference} is on its way again."

        booking = Booking.objects.filter(pk=pk).first()
        kinds = sendable_again(booking, now=timezone.now()) if booking else []
        return self._act(
            request,
            pk,
            lambda data: SendAgainForm(data, kinds=kinds),
            act,
            can=lambda booking: bool(kinds),
            title="Send a message again",
            button="Send",
        )

    def suggest(self, request, pk):
        """Ask which articles, and owe the client the message with them."""

        def act(booking, articles, words, again=False):
            suggest_articles(pk, articles, words=words, again=again, by=request.user, now=timezone.now())
            return f"The articles are on their way to the client of {booking.reference}."

        booking = Booking.objects.select_related("article").filter(pk=pk).first()
        first = to_read(booking, timezone.now()) if booking else []
        were_sent = booking is not None and booking.events.filter(kind=BookingEventKind.READING_SENT).exists()
        return self._act(
            request,
            pk,
            lambda data: SuggestForm(data, first=first, were_sent=were_sent),
            act,
            can=can_suggest,
            title="Suggest articles",
            button="Send them",
        )
