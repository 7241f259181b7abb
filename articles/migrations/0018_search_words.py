from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    """The words of all revisions, to find those like a mistyped one."""

    dependencies = [("articles", "0017_search_revisions")]
    operations = [
        migrations.CreateModel(
            name="Word",
            fields=[("text", models.CharField(max_length=40, primary_key=True, serialize=False))],
            options={"indexes": [GinIndex(fields=["text"], name="word_alike", opclasses=["gin_trgm_ops"])]},
        ),
    ]
