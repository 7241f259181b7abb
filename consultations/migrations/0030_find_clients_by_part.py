from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Concat

# The body is bound to the dictionary when it is made, so that a restore finds it whatever its search path.
CREATE = """
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(unaccent('unaccent'::regdictionary, $1))
"""
DROP = "DROP FUNCTION folded(text)"


def _sought(text):
    folded = Func(text, function="folded", output_field=TextField())
    return models.GeneratedField(expression=folded, output_field=TextField(), db_persist=True)


def _lines(*columns):
    lines = [part for column in columns for part in (Value("\n"), F(column))][1:]
    return Concat(*lines, output_field=TextField())


def _index(name):
    return GinIndex(fields=["sought"], name=name, opclasses=["gin_trgm_ops"])


class Migration(migrations.Migration):
    """The team finds clients by part of a name, an address, a number or a reference, however many there are."""

    dependencies = [
        ("articles", "0016_search_english_without_accents"),
        ("consultations", "0029_book_for_clients_and_keep_notes"),
    ]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AddField("booking", "sought", _sought(_lines("client_name", "client_email", "phone", "reference"))),
        migrations.AddField("waitlistentry", "sought", _sought(_lines("client_name", "client_email"))),
        migrations.AddField("outgoingemail", "sought", _sought(F("to"))),
        migrations.AddIndex("booking", _index("booking_sought")),
        migrations.AddIndex("waitlistentry", _index("waitlistentry_sought")),
        migrations.AddIndex("outgoingemail", _index("outgoingemail_sought")),
    ]
