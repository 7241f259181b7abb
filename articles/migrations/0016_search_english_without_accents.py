from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

CREATE = """
CREATE TEXT SEARCH CONFIGURATION articles_english (COPY = english);
ALTER TEXT SEARCH CONFIGURATION articles_english
ALTER MAPPING FOR hword, hword_part, word WITH unaccent, english_stem;
"""
DROP = "DROP TEXT SEARCH CONFIGURATION articles_english"


class Migration(migrations.Migration):
    """Who types "kefir" finds "kéfir"; trigrams tell which words are alike."""

    dependencies = [("articles", "0015_reading_topics_next_and_feedback")]
    operations = [TrigramExtension(), UnaccentExtension(), migrations.RunSQL(CREATE, DROP)]
