"""Articles and their revisions. Content is saved as revisions through publishing.py, never in place."""

from csp.decorators import csp_update
from django import forms
from django.contrib import admin, messages
from django.contrib.admin import display
from django.contrib.admin.widgets import AdminDateWidget, AdminTextInputWidget
from django.db.models import F, OuterRef, Subquery
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.html import format_html
from django_prose_editor.widgets import AdminProseEditorWidget
from js_asset import Media

from articles import publishing
from articles.admin.acting import PUBLISH, REVIEW, ActsOnArticles, in_words
from articles.admin.reading import ReadNextInline
from articles.admin.waiting import ArticlesWait
from articles.document import DocumentError, sanitise
from articles.models import INTERESTS, Article, Person, Revision, State
from articles.moving import check_address, move_article
from articles.publishing import Content, EditedMeanwhile, PublishingError

CONTENT_FIELDS = list(Content.__dataclass_fields__)
REVIEWED = ("reviewer", "reviewed_on", "next_review_on")
WORDS = ("title", "standfirst", "body")

# The one style element that the editor's library writes into the page, by its hash: no other can run.
EDITOR_STYLE = "'sha256-PlumsSlvJ7vvWzjqibGAYKq92O3y/4JTxWWsWJvyUYA='"


class ArticleForm(forms.ModelForm):
    """An article's address together with the content of its newest revision."""

    title = forms.CharField(max_length=200, widget=AdminTextInputWidget)
    standfirst = forms.CharField(
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="One or two sentences under the title; also what lists and search engines show.",
    )
    body = Revision._meta.get_field("body").formfield(
        widget=AdminProseEditorWidget,
        help_text="Put the cursor behind a sentence and press Cite, or select words and press Term: what is in the "
        "library is suggested as you type. In short, Study and Care put the paragraphs you have selected into a box. "
        "Press the same button inside a box, or on a citation you have clicked, to change it.",
    )
    author = forms.ModelChoiceField(Person.objects.all())
    reviewer = forms.ModelChoiceField(
        Person.objects.all(), required=False, help_text="Needed, with the date, before readers can see the article."
    )
    reviewed_on = forms.DateField(required=False, widget=AdminDateWidget)
    next_review_on = forms.DateField(required=False, widget=AdminDateWidget)
    interests = forms.CharField(
        max_length=600,
        initial=INTERESTS,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Who paid for the article and what they stand to gain; shown to readers.",
    )
    change_note = forms.CharField(
        max_length=200,
        required=False,
        widget=AdminTextInputWidget,
        help_text="What is different from what readers see now. They read it when the change is major.",
    )
    is_major = forms.BooleanField(
        label="Major change",
        required=False,
        help_text="What the article says has changed: its history tells readers, and the page is dated anew. "
        "Not for typing slips.",
    )
    # number of the newest revision when the form was opened, 0 before the first
    based_on = forms.IntegerField(required=False, initial=0, widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = ["slug", "topic", "cover"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.newest = self.instance.revisions.first() if self.instance.pk else None
        if self.newest is not None:
            self.initial.update({name: getattr(self.newest, name) for name in CONTENT_FIELDS})
            self.initial.update(author=self.newest.author_id, reviewer=self.newest.reviewer_id)
            self.initial.update(based_on=self.newest.number)
            if self.newest.pk == self.instance.live_revision_id:  # else the note is about what waits in the draft
                self.initial.update(change_note="", is_major=False)

    def clean_slug(self):
        try:
            check_address(self.cleaned_data["slug"], article=self.instance if self.instance.pk else None)
        except PublishingError as error:
            raise forms.ValidationError(str(error)) from error
        return self.cleaned_data["slug"]

    def clean_body(self):
        body = self.cleaned_data["body"]
        try:
            publishing.check_body(body)
        except DocumentError as error:
            raise forms.ValidationError([str(problem) for problem in error.problems]) from error
        return sanitise(body)

    def clean_based_on(self):
        return self.cleaned_data["based_on"] or 0

    def clean(self):
        cleaned = super().clean()
        reviewed_on, next_review_on = cleaned.get("reviewed_on"), cleaned.get("next_review_on")
        if reviewed_on and next_review_on and next_review_on <= reviewed_on:
            self.add_error("next_review_on", "The next review comes after the last one.")
        if cleaned.get("is_major") and not cleaned.get("change_note") and "change_note" not in self.errors:
            self.add_error("change_note", "Say what changed: readers are told of a major change.")
        if not self.errors:
            try:
                publishing.refuse_if_outdated(newest=self.newest, content=self.content, based_on=cleaned["based_on"])
            except EditedMeanwhile as error:
                self.add_error(None, str(error))
        return cleaned

    @property
    def content(self) -> Content:
        return Content(**{name: self.cleaned_data[name] for name in CONTENT_FIELDS})


class WriterForm(ArticleForm):
    """The same for somebody who may not say who reviewed it: a review holds as long as the words do."""

    reviewer = reviewed_on = next_review_on = None

    @property
    def content(self) -> Content:
        values = {name: self.cleaned_data[name] for name in CONTENT_FIELDS if name not in REVIEWED}
        is_reviewed = self.newest and all(getattr(self.newest, name) == values[name] for name in WORDS)
        review = {name: getattr(self.newest, name) for name in REVIEWED} if is_reviewed else {}
        return Content(**values, **review)


@admin.register(Article)
class ArticleAdmin(ActsOnArticles, admin.ModelAdmin):
    form = ArticleForm
    change_form_template = "admin/articles/article_change_form.html"
    list_display = ["title", "state", "topic", "publish_at", "slug"]
    list_filter = [ArticlesWait, "topic"]
    list_select_related = ["topic"]
    search_fields = ["slug", "revisions__title"]
    fieldsets = [
        ("Address", {"fields": ["slug", "topic", "cover"]}),
        ("Content", {"fields": ["title", "standfirst", "body", "based_on"]}),
        ("Who and when", {"fields": ["author", "reviewer", "reviewed_on", "next_review_on", "interests"]}),
        ("This change", {"fields": ["change_note", "is_major"]}),
    ]

    fieldsets_for_writers = [
        *fieldsets[:2],
        ("Who", {"fields": ["author", "interests"]}),
        fieldsets[3],
    ]
    inlines = [ReadNextInline]

    class Media:
        js = ["js/articles/name-editor.js"]

    def get_queryset(self, request):
        newest = Revision.objects.filter(article=OuterRef("pk")).order_by("-number")
        return (
            super()
            .get_queryset(request)
            .annotate(
                newest_title=Subquery(newest.values("title")[:1]),
                newest_number=Subquery(newest.values("number")[:1]),
                live_number=F("live_revision__number"),
            )
        )

    @display(description="title")
    def title(self, article):
        return article.newest_title or article.slug

    @display(description="state")
    def state(self, article):
        state = article.state(timezone.now())
        words = f"Scheduled for {in_words(article.publish_at)}" if state == State.SCHEDULED else state.label
        has_draft = state != State.DRAFT and article.newest_number > article.live_number
        return f"{words}, newer draft" if has_draft else words

    def has_delete_permission(self, request, obj=None):
        return False  # addresses are kept for ever: links to them live outside

    def view_on_site(self, article):
        is_live = Article.objects.live(timezone.now()).filter(pk=article.pk).exists()
        return article.get_absolute_url() if is_live else None

    def save_model(self, request, obj, form, change):
        if not change:
            obj.save()
            return
        if "slug" in form.changed_data:
            move_article(article=obj, slug=form.cleaned_data["slug"], now=timezone.now())
        # Only what the form holds: somebody may have published since this request read the article.
        obj.save(update_fields=["topic", "cover"])

    @display(description="newest revision")
    def newest_revision(self, article):
        newest = article.revisions.first()
        if newest is None:
            return "none yet"
        url = reverse("admin:articles_revision_read", args=[newest.pk])
        return format_html('<a href="{}">Read revision {}, “{}”</a>', url, newest.number, newest.title)

    @display(description="review")
    def review_of_it(self, article):
        newest = article.revisions.select_related("reviewer").first()
        if newest is None or newest.reviewer is None or newest.reviewed_on is None:
            return "Nobody has reviewed it"
        return f"{newest.reviewer} on {date_format(newest.reviewed_on, 'j F Y')}"

    def get_fieldsets(self, request, obj=None):
        """Those who may not write are shown where the article stands, and the way to what it says."""
        if obj is None or self.has_change_permission(request, obj):
            return super().get_fieldsets(request, obj) if request.user.has_perm(REVIEW) else self.fieldsets_for_writers
        return [(None, {"fields": ["title", "state", "slug", "topic", "cover", "newest_revision", "review_of_it"]})]

    def get_form(self, request, obj=None, **kwargs):
        form = ArticleForm if request.user.has_perm(REVIEW) else WriterForm
        return super().get_form(request, obj, **{"form": form, **kwargs})

    def get_readonly_fields(self, request, obj=None):
        """What readers would see at once is not changed with a draft.

        The address moves by a button that says what follows; topic and cover of a live article are the publisher's.
        """
        if obj is None or obj.state(timezone.now()) == State.DRAFT:
            return []
        return ["slug"] if request.user.has_perm(PUBLISH) else ["slug", "topic", "cover"]

    def save_related(self, request, form, formsets, change):
        """Keep the content as a revision, and publish it when that button was pressed."""
        super().save_related(request, form, formsets, change)
        now = timezone.now()
        revision = publishing.save_draft(
            article=form.instance,
            content=form.content,
            by=request.user,
            now=now,
            based_on=form.cleaned_data["based_on"],
        )
        if "_publish" in request.POST and request.user.has_perm(PUBLISH):
            try:
                publishing.publish(revision=revision, now=now)
            except PublishingError as error:
                messages.error(request, f"Saved as revision {revision.number}, but not published. {error}")
            else:
                messages.success(request, f"Published revision {revision.number}.")
        else:
            messages.info(request, f"Saved as revision {revision.number}. Readers see it when it is published.")

    @method_decorator(csp_update({"style-src": [EDITOR_STYLE]}))
    def changeform_view(self, *args, **kwargs):
        try:
            return super().changeform_view(*args, **kwargs)
        except (PublishingError, DocumentError):
            # Something changed after the form was checked. Nothing was written; checked again, the form says what.
            return super().changeform_view(*args, **kwargs)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context |= {"acts": self.acts_for(request, obj), "newest": obj.revisions.first()}
        # The editor's import map is an inline script; the strict policy lets it run by its nonce only.
        context["media"] = Media.from_media(context["media"]).with_nonce(str(request.csp_nonce))
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def response_add(self, request, obj, post_url_continue=None):
        return _back_to(obj) if "_publish" in request.POST else super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        return _back_to(obj) if "_publish" in request.POST else super().response_change(request, obj)


def _back_to(article):
    """After publishing, show the article's form again: its link to the site is there now."""
    return redirect("admin:articles_article_change", article.pk)
