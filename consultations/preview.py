"""One message of every kind about sample people, to be looked at: `make mail-preview` and the tests."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

from django.contrib.auth import get_user_model

from articles.models import Article, Cover, Person, Revision, Shape, Topic
from consultations import outbox
from consultations.models import (
    AvailabilityRule,
    ConsultationType,
    EmailKind,
    EmailState,
    Nutritionist,
    OutgoingEmail,
    PartOfDay,
    TimeOff,
)
from consultations.services import changes, notices, requests, waitlist
from consultations.services.booking import ClientDetails, Slot, Visit, book_slot
from consultations.services.correspondence import suggest_articles
from consultations.services.hours import ASK, NewTimeOff, carry_out
from consultations.services.outcomes import record_outcome
from consultations.services.privacy import erase

SINCE = datetime(2026, 1, 5, tzinfo=UTC)  # past on every machine: whether an article is live, the real clock says
NOTE = "What a client writes stands in no message."


def owe_one_of_each(*, now: datetime) -> list[OutgoingEmail]:
    """Book, move, cancel and so on, and return an outgoing e-mail of every kind. For a database of its own.

    now: a Monday at eight in the morning.
    """
    user = get_user_model().objects.create_user("priya", email="priya@example.com")
    nutritionist = Nutritionist.objects.create(
        name="Priya Raman",
        slug="priya",
        credentials="Registered Nutritionist",
        user=user,
        video_url="https://video.example/priya",
    )
    AvailabilityRule.objects.bulk_create(
        AvailabilityRule(nutritionist=nutritionist, weekday=weekday, starts_at=time(9), ends_at=time(17))
        for weekday in range(7)
    )
    free, asked = _type("Free consultation", nutritionist), _type("Long talk", nutritionist, needs_approval=True)
    _of_a_client_who_moves_and_cancels(free, user, now)
    _of_requests(asked, user, now)
    _of_reminders(free, user, now)
    _of_new_hours(free, user, now)
    notices.owe_tomorrow(now=now.replace(hour=17))
    outbox.owe_link("amara@example.com", now=now)
    reminded = OutgoingEmail.objects.get(kind=EmailKind.REMINDER_HOURS)
    OutgoingEmail.objects.filter(pk=reminded.pk).update(state=EmailState.SENT, sent_at=now)
    outbox.record_bounce(reminded.message_id, "550 no such person", now=now)
    return [OutgoingEmail.objects.filter(kind=kind).order_by("pk").first() for kind in EmailKind.values]


def _type(name: str, nutritionist: Nutritionist, **values) -> ConsultationType:
    made = ConsultationType.objects.create(
        name=name, slug=name.split()[0].lower(), description=name, minimum_notice=timedelta(0), **values
    )
    made.nutritionists.add(nutritionist)
    return made


def _book(consultation_type, starts_at, name, now, **details):
    details = ClientDetails(name=name, email=f"{name.split()[0].lower()}@example.com", notes=NOTE, **details)
    return book_slot(Slot(consultation_type, starts_at), details, Visit(), own=None, key=uuid4(), now=now)


def _of_a_client_who_moves_and_cancels(free, user, now):
    ten = now.replace(hour=10) + timedelta(days=1)
    amara = _book(free, ten, "Amara Whitfield", now, time_zone="America/New_York")
    changes.move_booking(amara.pk, Slot(free, ten + timedelta(hours=1)), now=now)
    outbox.owe_once(amara, EmailKind.ALREADY_BOOKED, "sample", to=amara.client_email, not_after=amara.ends_at, now=now)
    ben = _book(free, ten, "Ben Osei", now, channel="phone", phone="+442079460018")
    wish = waitlist.Wish("Cleo Hart", "cleo@example.com", list(range(7)), PartOfDay.values)
    waitlist.join(free, wish, client_hash="", now=now)
    changes.cancel_booking(ben.pk, by=user, reason="Priya is ill that day.", now=now)
    dee = _book(free, ten + timedelta(hours=3), "Dee Marsh", now)
    changes.ask_for_address(dee.pk, "dee@example.org", now=now)
    changes.prove_address(dee.pk, now=now)
    changes.ask_for_address(dee.pk, "dee@example.net", now=now)
    gone = _book(free, ten + timedelta(hours=4), "Flo Reed", now)
    erase(gone.client_email, now=now)


def _of_requests(asked, user, now):
    day = now.replace(hour=10) + timedelta(days=2)
    _book(asked, day, "Gil Stone", now)
    declined = _book(asked, day + timedelta(hours=1), "Hal Young", now)
    requests.decline_request(declined.pk, by=user, now=now)
    _book(asked, day + timedelta(hours=2), "Ida Frost", now - timedelta(days=2))
    requests.expire_requests(now=now)


def _of_reminders(free, user, now):
    start = now.replace(hour=15) + timedelta(days=3)
    joe = _book(free, start, "Joe Lane", now)
    changes.correct_details(joe.pk, changes.Details(joe.client_name, "phone", "+442079460018"), now=now)
    notices.owe_reminders(now=start - timedelta(hours=24))
    notices.owe_reminders(now=start - timedelta(hours=2))
    kit = _book(free, start - timedelta(hours=1), "Kit Moor", now)
    record_outcome(kit.pk, "completed", by=user, notes="Try oats for a week.\n\nWrite down what you eat.", now=start)
    suggest_articles(kit.pk, [_article(now)], words="The part on oats answers your question.", by=user, now=start)


def _of_new_hours(free, user, now):
    start = now.replace(hour=10) + timedelta(days=4)
    lou = _book(free, start, "Lou Penn", now)
    closed = NewTimeOff(TimeOff(starts_at=start, ends_at=start + timedelta(hours=2)))
    carry_out(closed, {lou.pk: ASK}, by=user, reason="The team trains that morning.", now=now)


def _article(now) -> Article:
    """A live article made of a title alone: what the messages link to."""
    writer, reviewer = (Person.objects.create(name=name, slug=name.lower(), role="Writer") for name in ("Nell", "Tom"))
    topic, _ = Topic.objects.get_or_create(slug="food", defaults={"name": "Food and fibre", "shape": Shape.Y})
    article = Article.objects.create(slug="oats", topic=topic, cover=Cover.FIBRE)
    revision = Revision.objects.create(
        article=article,
        number=1,
        title="What oats are to the bacteria that meet them",
        standfirst="In short.",
        author=writer,
        reviewer=reviewer,
        reviewed_on=now.date(),
        created_at=now,
        contents=[],
        word_count=2,
    )
    article.live_revision, article.publish_at, article.changed_at = revision, SINCE, SINCE
    article.save(update_fields=["live_revision", "publish_at", "changed_at"])
    return article
