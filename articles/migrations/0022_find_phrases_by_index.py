from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations
from django.db.models import F, Func, TextField

# "feeds the colon" has the neighbours {"feed 2 colon"}: distances count the words that are left out. The cost keeps the
# planner from working them out of texts: it takes milliseconds each.
CREATE = """
CREATE FUNCTION neighbours(vector tsvector) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
RETURN (
    SELECT array_agg(DISTINCT lexeme || ' ' || next_place - place || ' ' || next_lexeme)
    FROM (
        SELECT lexeme, place, lead(lexeme) OVER reading AS next_lexeme, lead(place) OVER reading AS next_place
        FROM unnest(vector) AS word (lexeme, places, weights), unnest(places) AS place
        WINDOW reading AS (ORDER BY place)
    ) AS pair
    WHERE next_lexeme IS NOT NULL
)
"""
DROP = "DROP FUNCTION neighbours(tsvector)"
NEIGHBOURS = Func(F("search_vector"), function="neighbours", output_field=ArrayField(TextField()))


class Migration(migrations.Migration):
    """Words next to each other are found without reading every text that has them somewhere."""

    dependencies = [("articles", "0021_count_views")]
    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.AddIndex("revision", GinIndex(NEIGHBOURS, name="revision_phrases", fastupdate=False)),
    ]
