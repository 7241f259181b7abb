"""Imports in the admin: upload a CSV, look at what each line would do, and have it done."""

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from probio.exchange import importing, reading
from probio.exchange.exports import LASTS
from probio.exchange.importing import Importer, Outcome, Overtaken
from probio.exchange.reading import CSVError
from probio.models import Upload


class UploadForm(forms.Form):
    """A CSV, read at once: what cannot be read is said beside the field."""

    file = forms.FileField(
        label="CSV file",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a CSV file.", "empty": "The file is empty."},
    )

    def __init__(self, *args, importer, **kwargs):
        super().__init__(*args, **kwargs)
        self.importer = importer
        limits = f"At most {importer.most_lines:,} lines and {reading.MOST_BYTES // 1_000_000} MB."
        self.fields["file"].help_text = limits

    def clean_file(self):
        file = self.cleaned_data["file"]
        self.content = file.read(reading.MOST_BYTES + 1)
        try:
            _read(self.importer, self.content)
        except CSVError as error:
            raise forms.ValidationError(str(error)) from error
        return file


class Imports:
    """What a list gains: `import/<slug>/` for each of its importers, and below it the look before the import."""

    importers: tuple[Importer, ...] = ()

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}_import"
        upload, look = (self.admin_site.admin_view(view) for view in (self.import_upload, self.import_look))
        return [
            path("import/<slug:slug>/", upload, name=name),
            path("import/<slug:slug>/<int:pk>/", look, name=f"{name}_look"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        may = [(one.slug, one.title) for one in self.importers if request.user.has_perms(one.permissions)]
        return super().changelist_view(request, {"imports": may, **(extra_context or {})})

    @method_decorator(never_cache)
    def import_upload(self, request, slug):
        """Take a file that can be read, and lead to the look at it."""
        importer = self._importer(request, slug)
        form = UploadForm(request.POST or None, request.FILES or None, importer=importer)
        if request.method == "POST" and form.is_valid():
            upload = Upload.objects.create(
                owner=request.user,
                importer=slug,
                name=form.cleaned_data["file"].name[-200:],
                content=form.content,
                expires_at=timezone.now() + LASTS,
            )
            return redirect(self._address("look", slug, upload.pk))
        context = self._context(request, importer, form=form)
        return render(request, "admin/exchange/upload.html", context, status=422 if form.errors else 200)

    @method_decorator(never_cache)
    def import_look(self, request, slug, pk):
        """Show what each line would do; on POST do it, if it still is what was shown."""
        importer = self._importer(request, slug)
        mine = Upload.objects.filter(owner=request.user, importer=slug, expires_at__gt=timezone.now())
        upload = get_object_or_404(mine, pk=pk)
        plan = importing.plan(importer, _read(importer, bytes(upload.content)))
        if request.method == "POST" and plan.can_be_done:
            if plan.fingerprint == request.POST.get("seen") and self._carry_out(request, importer, upload, plan):
                return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            messages.warning(request, "Nothing was imported: something has changed since. Look at it as it is now.")
        only_errors = "errors" in request.GET
        context = self._context(
            request,
            importer,
            plan=plan,
            file_name=upload.name,
            only_errors=only_errors,
            lines=[line for line in plan.lines if line.outcome == Outcome.ERROR or not only_errors],
        )
        return render(request, "admin/exchange/look.html", context)

    def _carry_out(self, request, importer, upload, plan) -> bool:
        try:
            made, changed = importing.carry_out(importer, plan)
        except Overtaken:
            return False
        for rows, flag in ((made, ADDITION), (changed, CHANGE)):
            if rows:
                words = f"Imported from {upload.name}."
                LogEntry.objects.log_actions(request.user.pk, rows, flag, change_message=words, single_object=False)
        upload.delete()
        messages.success(request, f"Imported: {len(made)} new, {len(changed)} changed.")
        return True

    def _importer(self, request, slug):
        importer = next((one for one in self.importers if one.slug == slug), None)
        if importer is None:
            raise Http404("no such import")
        if not request.user.has_perms(importer.permissions):
            raise PermissionDenied
        return importer

    def _address(self, view, *args):
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_import_{view}", args=args)

    def _context(self, request, importer, **more):
        base = {**self.admin_site.each_context(request), "opts": self.opts, "importer": importer}
        return {**base, "title": f"Import {importer.title}", **more}


def _read(importer, content):
    return reading.read(content, known=importer.columns, needed=importer.needed, most_lines=importer.most_lines)
