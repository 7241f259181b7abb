from functools import reduce

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import CombinedSearchVector, SearchConfig, SearchVector, SearchVectorField
from django.db import migrations, models

CONFIG = "articles_english"


def _vector(**weights):
    vectors = (SearchVector(field, config=CONFIG, weight=weight) for field, weight in weights.items())
    field = reduce(lambda one, other: CombinedSearchVector(one, "||", other, SearchConfig(CONFIG)), vectors)
    return models.GeneratedField(expression=field, output_field=SearchVectorField(), db_persist=True)


class Migration(migrations.Migration):
    """A revision holds its words once more, as search looks for them. Earlier ones get theirs when saved again."""

    dependencies = [("articles", "0016_search_english_without_accents")]
    operations = [
        migrations.AddField("revision", "text", models.TextField(blank=True, default="")),
        migrations.AddField("revision", "headings", models.TextField(blank=True, default="")),
        migrations.AddField("revision", "head_vector", _vector(title="A", standfirst="B", headings="C")),
        migrations.AddField("revision", "search_vector", _vector(title="A", standfirst="B", headings="C", text="D")),
        migrations.AddIndex("revision", GinIndex(fields=["search_vector"], name="revision_search", fastupdate=False)),
    ]
