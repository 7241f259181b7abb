"""The barest Django form that does the same kind of thing: a GET with a CSRF token, a POST that inserts one row.

Its table has the ledger's exclusion constraint. Served by the same gunicorn as the site, through BENCH_YARDSTICK.
"""

from datetime import UTC, datetime, timedelta

from django import forms
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import path

TABLE = """
CREATE TABLE IF NOT EXISTS bench_claim (
    id bigserial PRIMARY KEY, who bigint, starts_at timestamptz, ends_at timestamptz, name text, email text,
    EXCLUDE USING gist (who WITH =, tstzrange(starts_at, ends_at) WITH &&)
)
"""
INSERT = "INSERT INTO bench_claim (who, starts_at, ends_at, name, email) VALUES (1, %s, %s, %s, %s)"


class BareForm(forms.Form):
    n = forms.IntegerField()
    name = forms.CharField(max_length=100)
    email = forms.EmailField()


def bare(request):
    form = BareForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        starts_at = datetime(2030, 1, 1, tzinfo=UTC) + form.cleaned_data["n"] * timedelta(minutes=30)
        row = [starts_at, starts_at + timedelta(minutes=30), form.cleaned_data["name"], form.cleaned_data["email"]]
        with connection.cursor() as cursor:
            cursor.execute(INSERT, row)
        return HttpResponseRedirect("/done/")
    token = get_token(request)
    page = f'<!doctype html><form method="post"><input type="hidden" name="csrfmiddlewaretoken" value="{token}">{form}'
    return HttpResponse(page)


def done(request):
    return HttpResponse("<!doctype html>done")


urlpatterns = [path("bare/", bare), path("done/", done)]
