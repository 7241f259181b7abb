"""What the team does with one article, each on a page of its own that says what follows from it."""

from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format

from articles import publishing, states
from articles.document import DocumentError
from articles.models import Article, Person, State
from articles.moving import move_article
from articles.publishing import PublishingError
from probio.staff.inputs import DateInput, TimeInput

A_YEAR = timedelta(days=365)
CHANGED = "Somebody saved another revision since you opened that page, and nothing was done. Look at that one first."
PUBLISH, REVIEW = "articles.publish_article", "articles.review_article"


def in_words(at: datetime) -> str:
    """Return an instant as the team reads it, in the site's zone."""
    return date_format(timezone.localtime(at), "j F Y, H:i")


class ScheduleForm(forms.Form):
    at = forms.DateTimeField(
        label="Appears at", widget=TimeInput, help_text="UK time.", error_messages={"required": "Enter a time."}
    )


class EndForm(forms.Form):
    at = forms.DateTimeField(
        label="Ends at", widget=TimeInput, required=False, help_text="UK time. Leave it empty for no end."
    )


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Readers are shown this with today’s date, in these words.",
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        error_messages={"required": "Say why: readers are owed a reason."},
    )


class MoveForm(forms.Form):
    slug = forms.SlugField(
        label="New address", max_length=100, widget=AdminTextInputWidget, help_text="The part after /articles/."
    )


class ReviewForm(forms.Form):
    reviewer = forms.ModelChoiceField(
        Person.objects.all(), help_text="Somebody other than the author.", error_messages={"required": "Say who."}
    )
    reviewed_on = forms.DateField(
        label="Reviewed on", widget=DateInput, error_messages={"required": "Enter the day of the review."}
    )
    next_review_on = forms.DateField(
        label="Next review",
        widget=DateInput,
        required=False,
        help_text="On that day the start page asks for it. Readers are shown it too.",
    )

    def clean_reviewed_on(self):
        if (day := self.cleaned_data["reviewed_on"]) > timezone.localdate():
            raise forms.ValidationError("That day has not come yet.")
        return day

    def clean(self):
        cleaned = super().clean()
        reviewed_on, next_review_on = cleaned.get("reviewed_on"), cleaned.get("next_review_on")
        if reviewed_on and next_review_on and next_review_on <= reviewed_on:
            self.add_error("next_review_on", "The next review comes after this one.")
        return cleaned


class Acts:
    """Pages that ask before one thing is done to one row."""

    def act_on(
        self,
        request,
        row,
        act,
        *,
        title,
        button,
        words,
        form_class=forms.Form,
        initial=None,
        permission=PUBLISH,
        seen="",
    ):
        """Ask, do it, and show the row that `act` returns with its message; keep what was typed when it is refused.

        act(**cleaned values) -> (message, row): may raise PublishingError or DocumentError. seen: what the page is
        about, which must still be the same when its button is pressed.
        """
        if not request.user.has_perm(permission):
            raise PermissionDenied
        if request.method == "POST" and request.POST.get("seen", "") != seen:
            messages.warning(request, CHANGED)
            return redirect(f"admin:articles_{row._meta.model_name}_change", row.pk)
        form = form_class(request.POST, initial=initial) if request.method == "POST" else form_class(initial=initial)
        if form.is_valid():
            try:
                message, shown = act(**form.cleaned_data)
            except (PublishingError, DocumentError) as error:
                form.add_error(None, str(error))
            else:
                self.log_change(request, row, message)
                messages.success(request, message)
                return redirect(f"admin:articles_{shown._meta.model_name}_change", shown.pk)
        asked = {"title": title, "opts": self.opts, "row": row, "form": form, "button": button, "words": words}
        asked["seen"] = seen
        context = {**self.admin_site.each_context(request), **asked}
        return render(request, "admin/articles/act.html", context, status=422 if form.errors else 200)


# act -> (what its button says, in which states it can be done)
ACTS = {
    "review": ("Record a review", set(State) - {State.WITHDRAWN}),
    "publish": ("Publish", {State.DRAFT, State.SCHEDULED, State.LIVE, State.EXPIRED}),
    "schedule": ("Schedule", {State.DRAFT}),
    "reschedule": ("Change the time", {State.SCHEDULED}),
    "unschedule": ("Take off the schedule", {State.SCHEDULED}),
    "end": ("Set an end", {State.LIVE, State.SCHEDULED}),
    "withdraw": ("Withdraw", {State.LIVE, State.EXPIRED}),
    "bring-back": ("Bring back", {State.WITHDRAWN}),
    "move": ("Move to another address", {State.SCHEDULED, State.LIVE, State.EXPIRED, State.WITHDRAWN}),
}


class ActsOnArticles(Acts):
    """What the page of an article gains: a button for everything that can be done with it as it stands."""

    def get_urls(self):
        views = {name: getattr(self, name.replace("-", "_")) for name in ACTS}
        acts = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"articles_article_{name}")
            for name, view in views.items()
        ]
        return [*acts, *super().get_urls()]

    def acts_for(self, request, article) -> list[tuple[str, str]]:
        """Return (address, words) for each button that this person may press."""
        state, newest = article.state(timezone.now()), article.revisions.first()
        pointless = set() if newest else {"review", "publish", "schedule"}
        if state == State.LIVE and newest.pk == article.live_revision_id:
            pointless.add("publish")
        may = {name: request.user.has_perm(REVIEW if name == "review" else PUBLISH) for name in ACTS}
        return [
            (reverse(f"admin:articles_article_{name}", args=[article.pk]), words)
            for name, (words, states_allowed) in ACTS.items()
            if state in states_allowed and name not in pointless and may[name]
        ]

    def review(self, request, pk):
        """Ask who reviewed the newest revision and when, and keep that as a draft."""
        article, newest = _with_newest(pk)

        def act(**values):
            draft = publishing.record_review(revision=newest, by=request.user, now=timezone.now(), **values)
            return f"Revision {draft.number} says that {draft.reviewer} reviewed it.", article

        words = (
            f"This is about revision {newest.number}, “{newest.title}”, by {newest.author}. Read it first; its words "
            "stay as they are. Readers see the review when the article is published."
        )
        mine = Person.objects.filter(user=request.user).first()
        today = timezone.localdate()
        initial = {"reviewer": mine, "reviewed_on": today, "next_review_on": today + A_YEAR}
        asks = {"form_class": ReviewForm, "initial": initial, "permission": REVIEW, "seen": str(newest.number)}
        return self.act_on(request, article, act, title="Record a review", button="Record it", words=words, **asks)

    def publish(self, request, pk):
        """Ask, and show the newest revision to readers."""
        article, newest = _with_newest(pk)

        def act():
            publishing.publish(revision=newest, now=timezone.now())
            return f"Published revision {newest.number}.", article

        words = f"Readers see revision {newest.number}, “{newest.title}”, from now on."
        asks = {"title": "Publish the article", "button": "Publish it", "seen": str(newest.number)}
        return self.act_on(request, article, act, words=words, **asks)

    def schedule(self, request, pk, title="Schedule the article"):
        """Ask when the newest revision is to appear."""
        article, newest = _with_newest(pk)

        def act(at):
            publishing.schedule(revision=newest, at=at, now=timezone.now())
            return f"Revision {newest.number} appears on {in_words(at)}.", article

        words = (
            f"Readers will see revision {newest.number}, “{newest.title}”, from that time on. What you save later is a "
            "draft: schedule again to have it shown instead."
        )
        asks = {"form_class": ScheduleForm, "initial": {"at": article.publish_at}, "seen": str(newest.number)}
        return self.act_on(request, article, act, title=title, button="Schedule it", words=words, **asks)

    def reschedule(self, request, pk):
        """Ask for another time, and have the newest revision shown then."""
        return self.schedule(request, pk, title="Change the time")

    def unschedule(self, request, pk):
        """Make a scheduled article a draft again."""
        article = get_object_or_404(Article, pk=pk)

        def act():
            states.unschedule(article=article, now=timezone.now())
            return "The article is a draft again. It will not appear by itself.", article

        words = "It will not appear by itself. Its text stays as it is."
        title = "Take the article off the schedule"
        return self.act_on(request, article, act, title=title, button="Take it off", words=words)

    def end(self, request, pk):
        """Ask when an article is to end, if at all."""
        article = get_object_or_404(Article, pk=pk)

        def act(at):
            states.set_end(article=article, at=at, now=timezone.now())
            return f"Readers see the article until {in_words(at)}." if at else "The article has no end.", article

        words = "From that time on its address answers “page not found”. To tell readers why, withdraw it instead."
        asks = {"form_class": EndForm, "initial": {"at": article.expire_at}}
        return self.act_on(request, article, act, title="Set an end", button="Set the end", words=words, **asks)

    def withdraw(self, request, pk):
        """Ask why, and take an article away from readers."""
        article = get_object_or_404(Article, pk=pk)

        def act(reason):
            states.withdraw(article=article, reason=reason, now=timezone.now())
            return "The article is withdrawn. Its address says since when and why.", article

        words = (
            "Readers can no longer read it: it leaves lists, feeds and search at once, and its address shows only the "
            "date and your reason. You can bring it back."
        )
        asks = {"form_class": WithdrawForm, "title": "Withdraw the article", "button": "Withdraw it"}
        return self.act_on(request, article, act, words=words, **asks)

    def bring_back(self, request, pk):
        """Show a withdrawn article again."""
        article = get_object_or_404(Article, pk=pk)

        def act():
            states.bring_back(article=article, now=timezone.now())
            return "The article is back, as it was.", article

        words = (
            f"Readers see the published revision again, as it was. The reason given was: {article.withdrawal_reason}"
        )
        title = "Bring the article back"
        return self.act_on(request, article, act, title=title, button="Bring it back", words=words)

    def move(self, request, pk):
        """Ask for another address."""
        article = get_object_or_404(Article, pk=pk)

        def act(slug):
            moved = move_article(article=article, slug=slug, now=timezone.now())
            return f"The article is at {moved.get_absolute_url()} now.", article

        words = (
            f"It is at {article.get_absolute_url()} now. Links to every address at which readers have found it lead to "
            "the new one, for ever; no other article can be given them."
        )
        asks = {"form_class": MoveForm, "initial": {"slug": article.slug}}
        title = "Move to another address"
        return self.act_on(request, article, act, title=title, button="Move it", words=words, **asks)


def _with_newest(pk):
    """Return an article and its newest revision; 404 when there is either not."""
    article = get_object_or_404(Article, pk=pk)
    return article, get_object_or_404(article.revisions, number=article.revisions.values("number")[:1])
