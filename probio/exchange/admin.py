"""Exports in the admin: a page beside each list, and the page of a long one with its progress."""

import tempfile

from django import forms
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from probio.exchange import exports, sources
from probio.exchange.writing import MEDIA_TYPES, write
from probio.models import Export, ExportFormat, ExportState
from probio.staff.read_only import ReadOnly

LONG = 2000  # rows from which a worker makes the file


class ExportForm(forms.Form):
    what = forms.ChoiceField(label="What", widget=forms.RadioSelect)
    format = forms.ChoiceField(
        label="Format", choices=ExportFormat, initial=ExportFormat.XLSX, widget=forms.RadioSelect
    )

    def __init__(self, *args, offered, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [(source.name, source.title) for source in offered]
        self.fields["what"].initial = offered[0].name


class Exports:
    """What a list gains: `export/`, which takes the list's own filters. exports: names of sources."""

    exports: tuple[str, ...] = ()
    change_list_template = "admin/exchange/change_list.html"

    def get_urls(self):
        info = (self.opts.app_label, self.opts.model_name)
        view = self.admin_site.admin_view(self.export)
        return [path("export/", view, name="{}_{}_export".format(*info)), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        may = {"may_export": bool(self._offered(request))}
        return super().changelist_view(request, {**may, **(extra_context or {})})

    @method_decorator(never_cache)
    def export(self, request):
        """Ask for a format; give what the list shows as a file, or have a worker make it when it is long."""
        offered = self._offered(request)
        if not offered or not self.has_view_permission(request):
            raise PermissionDenied
        try:
            shown = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters as error:
            raise Http404("no such filter") from error
        form = ExportForm(request.POST or None, offered=offered)
        if form.is_valid():
            source = sources.get(form.cleaned_data["what"])
            ids = list(source.within(shown).values_list("pk", flat=True))
            if len(ids) <= exports.MOST_ROWS:
                return self._export(request, source, list(dict.fromkeys(ids)), form.cleaned_data["format"])
            form.add_error(None, f"These are {len(ids):,} rows. Filter the list to {exports.MOST_ROWS:,} or fewer.")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Export {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "form": form,
            "shown": shown.count(),
            "is_filtered": bool(request.GET),
            "lasts": exports.LASTS,
        }
        return render(request, "admin/exchange/export.html", context, status=422 if form.errors else 200)

    def _offered(self, request):
        return [source for source in map(sources.get, self.exports) if source.is_open_to(request.user)]

    def _export(self, request, source, ids, format):
        _record(request, self.model, source, len(ids), format, self.get_list_filter(request))
        if len(ids) > LONG:
            export = exports.ask(source, ids, format, owner=request.user, now=timezone.now())
            return redirect("admin:probio_export_change", export.pk)
        file = tempfile.TemporaryFile()  # noqa: SIM115 (the response closes it)
        write(format, file, list(source.columns), source.read(ids))
        file.seek(0)
        return _attachment(file, source, format, timezone.now())


def _is_offered(name, offered) -> bool:
    """Return whether a parameter of a list's address is one of the filters beside it."""
    fields = {one[0] if isinstance(one, tuple) else getattr(one, "parameter_name", one) for one in offered}
    return name.split("__")[0] in fields


def _record(request, model, source, count, format, offered):
    """Put into the log who exported what: filters that are not the list's own may name a client."""
    filters = ", ".join(f"{name}={value if _is_offered(name, offered) else '…'}" for name, value in request.GET.items())
    LogEntry.objects.create(
        user=request.user,
        content_type=ContentType.objects.get_for_model(model),
        object_repr=source.title,
        action_flag=CHANGE,
        change_message=f"Exported {count} rows as {format.upper()}{f' ({filters})' if filters else ''}.",
    )


def _attachment(file, source, format, at):
    name = f"{source.title.lower().replace(' ', '-')}-{timezone.localdate(at)}.{format}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=MEDIA_TYPES[format])


@admin.register(Export)
class ExportAdmin(ReadOnly, admin.ModelAdmin):
    """A member of staff's own exports. Others' are not there for them."""

    list_display = ["what", "format", "state", "total", "asked_at", "expires_at"]
    list_display_links = ["what"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(owner=request.user, expires_at__gt=timezone.now()).defer("row_ids")

    def has_view_permission(self, request, obj=None):
        return sources.any_open_to(request.user)

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def what(self, export):
        return sources.get(export.source).title

    def get_urls(self):
        download = self.admin_site.admin_view(self.download)
        return [path("<int:pk>/download/", download, name="probio_export_download"), *super().get_urls()]

    @method_decorator([require_safe, never_cache])
    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Show how far an export is, or the way to its file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        export = get_object_or_404(self.get_queryset(request), pk=object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Export of {self.what(export).lower()}",
            "opts": self.opts,
            "export": export,
            "is_waiting": export.state == ExportState.WAITING,
            "is_ready": export.state == ExportState.READY,
        }
        return render(request, "admin/exchange/progress.html", context)

    @method_decorator([require_safe, never_cache])
    def download(self, request, pk):
        """Give the file to its owner, as long as they may still have it."""
        export = get_object_or_404(self.get_queryset(request), pk=pk, state=ExportState.READY)
        source = sources.get(export.source)
        if not source.is_open_to(request.user):
            raise PermissionDenied
        try:
            file = storages["exports"].open(export.file_name)
        except FileNotFoundError as error:
            raise Http404("the file is gone") from error
        return _attachment(file, source, export.format, export.asked_at)
