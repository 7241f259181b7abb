from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    """Topics are found by what people call them."""

    dependencies = [("articles", "0018_search_words")]
    operations = [
        migrations.AddField(
            "topic",
            "synonyms",
            ArrayField(
                models.CharField(max_length=60),
                blank=True,
                default=list,
                help_text="Other words people search for, separated by commas, such as “tummy, bowel”. They lead to the "
                "articles of this topic at once.",
                size=None,
            ),
        ),
    ]
