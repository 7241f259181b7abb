"""Every version ever saved, to read, compare, preview and restore; and the links that preview one."""

from django.conf import settings
from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html

from articles import previews, publishing
from articles.admin.acting import Acts, in_words
from articles.comparing import compare
from articles.models import PreviewLink, Revision
from articles.publishing import Content
from probio.staff.read_only import ReadOnly


@admin.register(Revision)
class RevisionAdmin(Acts, ReadOnly, admin.ModelAdmin):
    """Every version ever saved."""

    change_form_template = "admin/articles/revision_change_form.html"
    list_display = ["title", "number", "is_live", "change_note", "is_major", "created_at", "created_by"]
    list_select_related = ["article", "created_by"]
    search_fields = ["title", "article__slug"]
    fields = [*Content.__dataclass_fields__, "created_at", "saved_by", "word_count", "renderer_version"]
    readonly_fields = ["saved_by"]

    @display(description="created by")
    def saved_by(self, revision):
        return str(revision.created_by or "–")  # no link: accounts are the owner's

    @display(description="published", boolean=True)
    def is_live(self, revision):
        return revision.article.live_revision_id == revision.pk

    def get_urls(self):
        views = {"read": self.read, "preview": self.preview, "restore": self.restore, "compare": self.compare}
        acts = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"articles_revision_{name}")
            for name, view in views.items()
        ]
        return [*acts, *super().get_urls()]

    def read(self, request, pk):
        """Show a revision as readers would get it, to the team alone."""
        revision = get_object_or_404(Revision.objects.select_related("article__topic", "author", "reviewer"), pk=pk)
        if not self.has_view_permission(request, revision):
            raise PermissionDenied
        context = {
            "article": revision.article,
            "revision": revision,
            "contents": revision.contents_shown,
            "is_live": revision.article.live_revision_id == revision.pk,
            "back_url": reverse("admin:articles_revision_change", args=[pk]),
        }
        return render(request, "articles/preview.html", context)

    def preview(self, request, pk):
        """Make a preview link."""
        revision = get_object_or_404(Revision, pk=pk)

        def act():
            link = previews.make_link(revision=revision, by=request.user, now=timezone.now())
            return f"The link works until {in_words(link.expires_at)}.", link

        words = (
            f"Whoever has the link can read revision {revision.number}, “{revision.title}”, without signing in, for "
            f"{previews.LASTS.days} days or until you revoke it. It always shows this revision, never a later one."
        )
        asks = {"permission": "articles.add_previewlink", "title": "Make a preview link", "button": "Make the link"}
        return self.act_on(request, revision, act, words=words, **asks)

    def restore(self, request, pk):
        """Make what a revision says the newest draft."""
        revision = get_object_or_404(Revision, pk=pk)

        def act():
            draft = publishing.restore_revision(revision=revision, by=request.user, now=timezone.now())
            return f"Revision {draft.number} says what revision {revision.number} said.", revision.article

        words = (
            f"The article gets a new draft that says what revision {revision.number}, “{revision.title}”, said, with "
            "its reviewer and dates. Nothing is lost, and readers see it only when it is published."
        )
        asks = {"permission": "articles.change_article", "title": "Restore this revision", "button": "Restore it"}
        return self.act_on(request, revision, act, words=words, **asks)

    def compare(self, request, pk):
        """Show what a revision says differently from an earlier one of its article, `?with=` its number."""
        revision = get_object_or_404(Revision, pk=pk)
        if not self.has_view_permission(request, revision):
            raise PermissionDenied
        earlier = Revision.objects.filter(article=revision.article_id, number__lt=revision.number)
        asked = request.GET.get("with", "")
        other = get_object_or_404(earlier, number=int(asked)) if asked.isdecimal() else earlier.first()
        context = {
            **self.admin_site.each_context(request),
            "title": "Compare revisions",
            "opts": self.opts,
            "row": revision,
            "other": other,
            "earlier": earlier.only("number", "title", "article"),
            "differences": compare(Content.of(other), Content.of(revision)) if other else [],
        }
        return render(request, "admin/articles/compare.html", context)


@admin.register(PreviewLink)
class PreviewLinkAdmin(Acts, ReadOnly, admin.ModelAdmin):
    """Links that show a revision to whoever has them; made from the revision's page."""

    change_form_template = "admin/articles/previewlink_change_form.html"
    list_display = ["__str__", "state", "created_at", "created_by", "expires_at"]
    list_select_related = ["revision", "created_by"]
    fields = ["address", "revision", "state", "created_at", "created_by", "expires_at", "revoked_at"]
    readonly_fields = ["address", "state"]

    @display(description="address")
    def address(self, link):
        address = settings.SITE_URL + previews.path_of(link)
        return format_html('<a href="{}" rel="noreferrer">{}</a>', previews.path_of(link), address)

    @display(description="state")
    def state(self, link):
        if link.revoked_at is not None:
            return "Revoked"
        return "Works" if link.works(timezone.now()) else "Expired"

    def get_urls(self):
        revoke = self.admin_site.admin_view(self.revoke)
        return [path("<int:pk>/revoke/", revoke, name="articles_previewlink_revoke"), *super().get_urls()]

    def revoke(self, request, pk):
        """End a link before its time."""
        link = get_object_or_404(PreviewLink, pk=pk)

        def act():
            previews.revoke_link(link, now=timezone.now())
            return "The link shows nothing any more.", link

        words = "Whoever opens it from now on is told that the preview has ended. A new link can be made at any time."
        asks = {"permission": "articles.change_previewlink", "title": "Revoke the link", "button": "Revoke it"}
        return self.act_on(request, link, act, words=words, **asks)
