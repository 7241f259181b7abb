"""A nutritionist's calendar feed, as a page of the nutritionists' admin: theirs alone, or the team lead's."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from consultations import links
from consultations.models import CalendarFeed, FeedShows, Nutritionist
from consultations.services.feeds import close_feed, open_feed, renew_feed


class FeedForm(forms.Form):
    shows = forms.ChoiceField(
        label="What the calendar is told of each consultation",
        choices=FeedShows,
        initial=FeedShows.BUSY,
        widget=forms.RadioSelect,
        help_text="Email addresses, phone numbers, notes and answers are never in it.",
    )


class HasFeed:
    """What the page of a nutritionist gains: a button to their calendar feed."""

    def get_urls(self):
        feed = self.admin_site.admin_view(self.feed)
        return [path("<int:pk>/feed/", feed, name="consultations_nutritionist_feed"), *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["may_have_feed"] = obj is not None and _may(request.user, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def feed(self, request, pk):
        """Show the feed's address, begin it, change what it shows, give it a new address, or end it."""
        nutritionist = get_object_or_404(Nutritionist, pk=pk)
        if not _may(request.user, nutritionist):
            raise PermissionDenied
        feed = CalendarFeed.objects.filter(nutritionist=nutritionist).first()
        form = FeedForm(request.POST or None, initial={"shows": feed.shows} if feed else None)
        if request.method == "POST":
            words = _act(request.POST, nutritionist, form)
            if words:
                self.log_change(request, nutritionist, f"Calendar feed. {words}")
                messages.success(request, words)
                return redirect("admin:consultations_nutritionist_feed", pk)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Calendar feed of {nutritionist}",
            "opts": self.opts,
            "nutritionist": nutritionist,
            "form": form,
            "feed": feed,
            "address": links.feed_url(feed) if feed else "",
        }
        status = 422 if form.is_bound and form.errors else 200
        return render(request, "admin/consultations/nutritionist/feed.html", context, status=status)


def _may(user, nutritionist) -> bool:
    return nutritionist.user_id == user.pk or user.has_perm("consultations.change_nutritionist")


def _act(post, nutritionist, form) -> str:
    """Do what the button says, and return it in words; "" when the form has to be looked at again."""
    if "renew" in post:
        renew_feed(nutritionist)
        return "The feed has a new address. The one before shows nothing any more."
    if "close" in post:
        close_feed(nutritionist)
        return "The feed has ended. Its address shows nothing any more."
    if not form.is_valid():
        return ""
    open_feed(nutritionist, form.cleaned_data["shows"])
    return "Saved. Calendars read the feed again within minutes, or some hours, as each is set."
