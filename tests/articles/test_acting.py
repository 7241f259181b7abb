"""What editors do with an article and its revisions in the admin, beside writing."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.utils import timezone

from articles.models import Article, PreviewLink, Revision
from articles.publishing import publish, schedule
from articles.states import withdraw
from tests.articles.factories import NOW, make_article, make_draft, make_live_article, make_person
from tests.pages import parse, text_of

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def url_of(article, act="change"):
    return f"/admin/articles/article/{article.pk}/{act}/"


def scheduled():
    return schedule(revision=make_draft(), at=timezone.now() + HOUR, now=NOW)


def expired():
    return make_live_article(expire_at=NOW + HOUR)


def withdrawn():
    return withdraw(article=make_live_article(), reason="It cited a retracted study.", now=NOW)


def press(client, url, values=None, **kwargs):
    """Send the form of an act as a browser would: with what its page put there."""
    fields = {one.get("name"): one.get("value") for one in parse(client.get(url)).iter("input")}
    seen = {"seen": fields["seen"]} if "seen" in fields else {}
    return client.post(url, {**seen, **(values or {})}, **kwargs)


def buttons_in(response):
    tools = parse(response).find(".//ul[@class='object-tools']")
    return [a.text.strip() for a in tools.iter("a")]


def errors_in(response):
    page = parse(response)
    lists = [item.text for ul in page.iter("ul") if "errorlist" in ul.get("class", "").split() for item in ul]
    return lists + [note.text for note in page.findall(".//p[@class='errornote']")]


@pytest.mark.parametrize(
    ("make", "buttons"),
    [
        (make_article, []),
        (lambda: make_draft().article, ["Record a review", "Publish", "Schedule"]),
        (
            scheduled,
            [
                *("Record a review", "Publish", "Change the time", "Take off the schedule", "Set an end"),
                "Move to another address",
            ],
        ),
        (make_live_article, ["Record a review", "Set an end", "Withdraw", "Move to another address"]),
        (
            lambda: make_draft(make_live_article(), title="Newer").article,
            ["Record a review", "Publish", "Set an end", "Withdraw", "Move to another address"],
        ),
        (expired, ["Record a review", "Publish", "Withdraw", "Move to another address"]),
        (withdrawn, ["Bring back", "Move to another address"]),
    ],
)
def test_article_form_has_a_button_for_what_can_be_done_with_it(admin_client, make, buttons):
    article = make()
    shown = buttons_in(admin_client.get(url_of(article)))
    assert [
        words for words in shown if words not in ("Preview link", "Revisions", "History", "View on site")
    ] == buttons


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (make_article, "Draft"),
        (lambda: make_draft().article, "Draft"),
        (make_live_article, "Live"),
        (lambda: make_draft(make_live_article(), title="Newer").article, "Live, newer draft"),
        (expired, "Expired"),
        (withdrawn, "Withdrawn"),
    ],
)
def test_article_list_says_where_an_article_stands(admin_client, make, state):
    make()
    page = parse(admin_client.get("/admin/articles/article/"))
    assert [cell.text for cell in page.findall(".//td[@class='field-state']")] == [state]


def test_article_list_says_in_london_time_when_an_article_appears(admin_client):
    schedule(revision=make_draft(), at=NOW.replace(year=2100, month=7), now=NOW)
    page = parse(admin_client.get("/admin/articles/article/"))
    assert page.find(".//td[@class='field-state']").text == "Scheduled for 5 July 2100, 09:00"


def test_schedule_asks_for_london_time_and_shows_the_newest_revision_then(admin_client):
    article = make_draft(make_draft(title="First").article, title="Second").article
    assert "Readers will see revision 2, “Second”, from that time on." in text_of(
        admin_client.get(url_of(article, "schedule"))
    )
    response = press(admin_client, url_of(article, "schedule"), {"at": "2100-07-05T09:30"}, follow=True)
    article.refresh_from_db()
    assert "Revision 2 appears on 5 July 2100, 09:30." in "".join(parse(response).itertext())
    assert (article.live_revision.number, article.publish_at.isoformat()) == (2, "2100-07-05T08:30:00+00:00")
    again = parse(admin_client.get(url_of(article, "reschedule"))).find(".//input[@name='at']")
    assert (again.get("type"), again.get("value")) == ("datetime-local", "2100-07-05T09:30")


@pytest.mark.parametrize(
    ("at", "error"),
    [
        ("", "Enter a time."),
        ("soon", "Enter a valid date/time."),
        ("2026-01-05T08:00", "That time has passed. Choose a later one, or publish now."),
    ],
)
def test_schedule_that_cannot_be_is_refused_and_what_was_typed_is_kept(admin_client, at, error):
    article = make_draft().article
    response = press(admin_client, url_of(article, "schedule"), {"at": at})
    assert (response.status_code, errors_in(response)) == (422, [error])
    field = parse(response).find(".//input[@name='at']")
    assert field.get("value", "") == at
    article.refresh_from_db()
    assert article.live_revision is None


def test_unscheduled_article_is_a_draft_again(admin_client):
    article = scheduled()
    press(admin_client, url_of(article, "unschedule"))
    article.refresh_from_db()
    assert (article.live_revision, article.publish_at) == (None, None)


def test_end_is_set_and_taken_away_again(admin_client, client):
    article = make_live_article()
    press(admin_client, url_of(article, "end"), {"at": "2100-01-05T08:00"})
    article.refresh_from_db()
    assert article.expire_at == NOW.replace(year=2100)
    press(admin_client, url_of(article, "end"), {"at": ""})
    article.refresh_from_db()
    assert article.expire_at is None


def test_withdrawn_article_is_gone_with_the_reason_and_comes_back(admin_client, client):
    article = make_live_article()
    response = press(admin_client, url_of(article, "withdraw"), {"reason": " "})
    assert (response.status_code, errors_in(response)) == (422, ["Say why: readers are owed a reason."])
    press(admin_client, url_of(article, "withdraw"), {"reason": "It cited a retracted study."})
    page = client.get(article.get_absolute_url())
    assert (page.status_code, "It cited a retracted study." in text_of(page)) == (410, True)
    assert "The reason given was: It cited a retracted study." in text_of(
        admin_client.get(url_of(article, "bring-back"))
    )
    press(admin_client, url_of(article, "bring-back"))
    assert client.get(article.get_absolute_url()).status_code == 200


def test_moved_article_is_found_at_both_addresses(admin_client, client):
    article = make_live_article(slug="one")
    press(admin_client, url_of(article, "move"), {"slug": "two"})
    assert client.get("/articles/one/", follow=True).redirect_chain == [("/articles/two/", 301)]


def test_move_to_an_address_that_is_anothers_is_refused_and_what_was_typed_is_kept(admin_client):
    make_article(slug="taken")
    response = press(admin_client, url_of(make_live_article(slug="one"), "move"), {"slug": "taken"})
    assert (response.status_code, errors_in(response)) == (422, ["“taken” is the address of another article."])
    assert parse(response).find(".//input[@name='slug']").get("value") == "taken"


def form_of(article, **overrides):
    revision = article.revisions.first()
    copied = ("title", "standfirst", "body", "reviewed_on", "interests")
    values = {name: getattr(revision, name) for name in copied} | {"topic": article.topic_id, "cover": article.cover}
    people = {"author": revision.author_id, "reviewer": revision.reviewer_id}
    rows = {"read_next-TOTAL_FORMS": 0, "read_next-INITIAL_FORMS": 0}
    return {
        **values,
        **people,
        "based_on": revision.number,
        "slug": article.slug,
        "_continue": "1",
        **rows,
        **overrides,
    }


def test_address_of_a_draft_is_typed_in_its_form_and_that_of_a_live_article_is_not(admin_client):
    draft, live = make_draft(make_article(slug="one")).article, make_live_article(slug="live")
    press(admin_client, url_of(draft), form_of(draft, slug="two"))
    press(admin_client, url_of(live), form_of(live, slug="other", cover="fibre"))
    assert sorted(Article.objects.values_list("slug", "cover")) == [("live", "fibre"), ("two", "defence")]


def test_act_that_no_longer_fits_is_refused_with_words(admin_client):
    article = make_live_article()
    response = press(admin_client, url_of(article, "unschedule"))
    assert (response.status_code, errors_in(response)) == (422, ["This article is not scheduled."])


def test_act_is_on_record_with_who_did_it(admin_client):
    article = make_live_article()
    press(admin_client, url_of(article, "withdraw"), {"reason": "Why."})
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.change_message) == (
        "admin",
        "The article is withdrawn. Its address says since when and why.",
    )


ACTS = ["schedule", "reschedule", "unschedule", "end", "withdraw", "bring-back", "move"]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("act", ACTS)
def test_acts_are_not_for_staff_who_may_only_look(client, act, method):
    user = get_user_model().objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_article"))
    client.force_login(user)
    article = make_live_article()
    assert client.get(url_of(article)).status_code == 200
    assert getattr(client, method)(url_of(article, act), {"reason": "Why.", "slug": "two"}).status_code == 403


@pytest.mark.parametrize("act", ACTS)
def test_looking_at_an_act_changes_nothing(admin_client, act):
    article = make_live_article(slug="one")
    before = Article.objects.values().get()
    assert admin_client.get(url_of(article, act)).status_code == 200
    assert Article.objects.values().get() == before


def revision_url(revision, act="change"):
    return f"/admin/articles/revision/{revision.pk}/{act}/"


def test_preview_link_is_made_shown_and_revoked(admin_client, client):
    revision = make_draft(title="Draft")
    page = admin_client.post(revision_url(revision, "preview"), follow=True)
    link = PreviewLink.objects.get()
    address = parse(page).find(".//div[@class='readonly']/a")
    assert (link.created_by.username, address.get("rel")) == ("admin", "noreferrer")
    assert address.text.endswith(address.get("href"))
    assert client.get(address.get("href")).status_code == 200
    admin_client.post(f"/admin/articles/previewlink/{link.pk}/revoke/")
    assert client.get(address.get("href")).status_code == 410
    assert "Revoked" in text_of(admin_client.get("/admin/articles/previewlink/"))


def test_earlier_revision_is_restored_as_a_new_draft(admin_client):
    article = make_live_article(title="First")
    publish(revision=make_draft(article, title="Second"), now=NOW)
    first = article.revisions.get(number=1)
    response = admin_client.post(revision_url(first, "restore"), follow=True)
    assert "Revision 3 says what revision 1 said." in "".join(parse(response).itertext())
    article.refresh_from_db()
    assert (article.revisions.first().title, article.live_revision.title) == ("First", "Second")


def compared(response):
    page = parse(response)
    return [
        (section.find("h2").text, ["".join(line.itertext()) for line in section.findall("p")])
        for section in page.findall(".//section")
        if section.find("h2") is not None
    ]


def test_revision_is_compared_with_the_one_before_and_with_any_earlier(admin_client):
    article = make_article()
    people = {"author": make_draft().author, "reviewer": make_draft().reviewer}
    for title, body in [("One", "<p>It is sticky.</p>"), ("One", "<p>It is very sticky.</p>"), ("Two", "<p>New.</p>")]:
        make_draft(article, title=title, body=body, **people)
    second, third = article.revisions.get(number=2), article.revisions.get(number=3)
    assert compared(admin_client.get(revision_url(second, "compare"))) == [("Text", ["It is Put in: very sticky."])]
    with_first = compared(admin_client.get(revision_url(third, "compare"), {"with": "1"}))
    assert [label for label, _ in with_first] == ["Title", "Text"]
    assert with_first[0][1] == ["Taken out: OnePut in: Two"]


@pytest.mark.parametrize(("asked", "status"), [("9", 404), ("1", 404), ("x", 200), ("9" * 30, 404)])
def test_comparing_with_what_is_not_there_is_no_error(admin_client, asked, status):
    assert admin_client.get(revision_url(make_draft(), "compare"), {"with": asked}).status_code == status


def test_compared_words_are_shown_as_text(admin_client):
    article = make_article()
    make_draft(article, title="Plain")
    revision = make_draft(article, title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in admin_client.get(revision_url(revision, "compare")).text


@pytest.mark.parametrize("act", ["preview", "restore"])
def test_acts_on_revisions_are_not_for_staff_who_may_only_look(client, act):
    user = get_user_model().objects.create_user("looker", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_revision"))
    client.force_login(user)
    revision = make_draft()
    assert client.get(revision_url(revision)).status_code == 200
    assert client.post(revision_url(revision, act)).status_code == 403
    assert (PreviewLink.objects.count(), Revision.objects.count()) == (0, 1)


def may(*codenames):
    user = get_user_model().objects.create_user("colleague", password="x", is_staff=True)
    codenames = [*codenames, "view_article", "view_revision"]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames, content_type__app_label="articles"))
    return user


def test_reviewer_records_a_review_and_changes_no_word(client):
    draft = make_draft(reviewer=None, reviewed_on=None, change_note="Newer figures.", is_major=True)
    reviewer = make_person(user=may("review_article"))
    client.force_login(reviewer.user)
    page = client.get(url_of(draft.article))
    assert buttons_in(page)[0] == "Record a review"
    assert f"Read revision 1, “{draft.title}”" in text_of(page)
    form = client.get(url_of(draft.article, "review")).context["form"]
    assert form.initial["reviewer"] == reviewer
    values = {"reviewer": reviewer.pk, "reviewed_on": "2026-02-03", "next_review_on": "2027-02-03"}
    said = text_of(press(client, url_of(draft.article, "review"), values, follow=True))
    assert "Revision 2" in said
    newest = draft.article.revisions.first()
    assert (newest.number, newest.reviewer, newest.created_by) == (2, reviewer, reviewer.user)
    assert (str(newest.reviewed_on), str(newest.next_review_on)) == ("2026-02-03", "2027-02-03")
    assert (newest.body, newest.change_note, newest.is_major) == (draft.body, "Newer figures.", True)
    assert draft.article.live_revision is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reviewer": ""}, "Say who."),
        ({"reviewed_on": ""}, "Enter the day of the review."),
        ({"reviewed_on": "2999-01-01"}, "That day has not come yet."),
        ({"next_review_on": "2026-02-03"}, "The next review comes after this one."),
    ],
)
def test_review_without_a_reviewer_or_with_days_that_cannot_be_is_not_recorded(admin_client, values, words):
    draft = make_draft(reviewer=None, reviewed_on=None)
    right = {"reviewer": make_person().pk, "reviewed_on": "2026-02-03", "next_review_on": ""}
    response = press(admin_client, url_of(draft.article, "review"), right | values)
    assert (response.status_code, errors_in(response)) == (422, [words])
    assert draft.article.revisions.count() == 1


def test_author_does_not_review_their_own(admin_client):
    draft = make_draft(reviewer=None, reviewed_on=None)
    values = {"reviewer": draft.author_id, "reviewed_on": "2026-02-03", "next_review_on": ""}
    response = press(admin_client, url_of(draft.article, "review"), values)
    assert errors_in(response) == ["Somebody other than the author has to review an article."]
    assert draft.article.revisions.count() == 1


def test_publisher_shows_the_newest_revision_without_writing_anything(client):
    newer = make_draft(make_live_article(), title="Newer")
    client.force_login(may("publish_article"))
    assert "revision 2, “Newer”, from now on" in text_of(client.get(url_of(newer.article, "publish")))
    assert "Published revision 2." in text_of(press(client, url_of(newer.article, "publish"), follow=True))
    assert Article.objects.get(pk=newer.article_id).live_revision == newer
    assert press(client, url_of(newer.article)).status_code == 403


def test_publishing_what_nobody_reviewed_is_refused_in_words(admin_client):
    draft = make_draft(reviewer=None, reviewed_on=None)
    response = press(admin_client, url_of(draft.article, "publish"))
    assert errors_in(response) == ["An article needs a reviewer and the date of the review before readers see it."]


@pytest.mark.parametrize("act", ["review", "publish", "schedule"])
def test_nothing_is_done_with_a_revision_that_nobody_has_looked_at(admin_client, act):
    draft = make_draft()
    page = parse(admin_client.get(url_of(draft.article, act)))
    [seen] = [one.get("value") for one in page.iter("input") if one.get("name") == "seen"]
    make_draft(draft.article, title="Eat stones", author=draft.author)
    values = {"seen": seen, "reviewer": draft.reviewer_id, "reviewed_on": "2026-02-03", "at": "2999-01-01T08:00"}
    response = admin_client.post(url_of(draft.article, act), values, follow=True)
    assert "nothing was done" in "".join(parse(response).itertext())
    assert draft.article.revisions.count() == 2
    assert Article.objects.get(pk=draft.article_id).live_revision is None
