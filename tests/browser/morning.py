"""A Tuesday morning of the team, with something to do of every kind. The people are invented."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from articles.models import Article
from consultations import consents
from consultations.models import (
    BookingStatus,
    ConsentChannel,
    ConsultationType,
    EmailKind,
    EmailState,
    Nutritionist,
    OutgoingEmail,
    QuestionnaireVersion,
    TimeOff,
)
from consultations.services import waitlist
from consultations.services.answers import give_answers
from consultations.services.booking import Slot, Visit
from consultations.services.changes import cancel_booking, move_booking
from consultations.services.notes import add_note
from consultations.services.outcomes import record_outcome
from tests.browser.conftest import PASSWORD
from tests.factories import make_booking

LONDON = ZoneInfo("Europe/London")


def at(day, hour, minute=0):
    """Return a time of January 2027 in London; the 12th is the Tuesday."""
    return datetime(2027, 1, day, hour, minute, tzinfo=LONDON)


NOW = at(12, 8, 40)


def _member(name, *roles):
    user = get_user_model().objects.create_user(name, password=PASSWORD, first_name=name.title(), is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    return user


def make_morning():
    """Book, move, cancel and so on, upon the sample content.

    Priya Raman, a nutritionist who leads the team, signs in as "priya"; whoever owns the site as "mara".
    """
    user = _member("priya", "Nutritionist", "Team lead")
    _member("mara", "Owner")
    Nutritionist.objects.filter(slug="priya-raman").update(user=user)
    kind = ConsultationType.objects.get(slug="free-consultation")
    asks = ConsultationType.objects.create(
        **{"slug": "second-look", "name": "Second look", "description": "For those who have been before."},
        **{"duration": kind.duration, "step": kind.step, "buffer": kind.buffer, "needs_approval": True},
    )
    asks.nutritionists.set(Nutritionist.objects.all())
    tomos = Nutritionist.objects.get(slug="tomos-bevan")
    TimeOff.objects.create(nutritionist=tomos, starts_at=at(15, 0), ends_at=at(16, 0), reason="Training")
    amara, ben = _book(kind, asks, by=user)
    _write(amara, ben, by=user)
    wish = waitlist.Wish("Jon Reed", "jon@example.com", weekdays=[1, 3], parts_of_day=["morning"])
    waitlist.join(kind, wish, client_hash="", now=at(11, 9))
    OutgoingEmail.objects.filter(state=EmailState.OWED).update(state=EmailState.SENT, sent_at=at(12, 7))


def _book(kind, asks, *, by):
    """Book for nine clients and let some move, cancel or come; return the bookings of Amara and Ben."""
    article = Article.objects.get(slug="gut-microbiome-fighting-viruses")

    def book(name, starts_at, made, *, of=kind, who="priya-raman", **details):
        email = f"{name.split()[0].lower()}@example.com"
        visit = Visit(article=article if name.startswith("Amara") else None)
        return make_booking(
            of, starts_at=starts_at, nutritionist=who, now=made, name=name, email=email, visit=visit, **details
        )

    amara = book("Amara Whitfield", at(12, 9, 45), at(8, 12), notes="I would like to talk about breakfast.")
    ben = book("Ben Osei", at(12, 11, 15), at(11, 14), channel="phone", phone="+442079460018")
    carys = book("Carys Lloyd", at(13, 9), at(7, 9))
    move_booking(carys.pk, Slot(kind, at(12, 14, 15), "priya-raman"), by=None, now=at(9, 10))
    book("Dev Patel", at(13, 9, 45), at(11, 18))
    ida = book("Ida Brook", at(13, 11, 15), at(6, 8))
    cancel_booking(ida.pk, by=None, now=at(10, 21))
    book("Elif Kaya", at(14, 13, 30), at(11, 20), who="tomos-bevan")
    book("Fred Marsh", at(14, 15), at(11, 21), of=asks)
    book("Gwen Hart", at(11, 9, 45), at(5, 10))
    hal = book("Hal Stone", at(4, 9), at(2, 10))
    record_outcome(hal.pk, BookingStatus.COMPLETED, by=by, notes="Oats, beans and a walk.", now=at(4, 10))
    return amara, ben


def _write(amara, ben, *, by):
    """Give Amara's answers, note something about Ben, and have a message to him fail."""
    version = QuestionnaireVersion.objects.first()
    words = ["What to eat on days when everything disagrees with me.", "Vegetarian", "No"]
    answers = {asked.key: answer for asked, answer in zip(version.asked, words, strict=True)}
    agreed, channel = consents.health(90), ConsentChannel.MANAGE_LINK
    give_answers(amara, answers, version=version, agreed=agreed, channel=channel, now=at(9, 19))
    add_note(ben.pk, "Rings from work: keep to the half hour.", by=by, key=ben.public_id, now=at(11, 15))
    OutgoingEmail.objects.filter(booking=ben, kind=EmailKind.BOOKED).update(
        state=EmailState.FAILED, last_error="550 5.1.1 no such mailbox here"
    )
