from django.db import migrations, models

# Revisions are never changed but here, where what they say is kept and only put into a larger whole.
# As Python rounds: to the even minute where two are as near.
DESCRIBE = """
ALTER TABLE articles_revision DISABLE TRIGGER revision_is_immutable;
UPDATE articles_revision SET structured_data = jsonb_build_object(
    'headline', title,
    'description', standfirst,
    'inLanguage', 'en-GB',
    'isAccessibleForFree', true,
    'wordCount', word_count,
    'timeRequired', 'PT' || greatest(1, round(word_count / 220::float8)) || 'M',
    'citation', structured_data
);
ALTER TABLE articles_revision ENABLE TRIGGER revision_is_immutable;
"""
CITE = """
ALTER TABLE articles_revision DISABLE TRIGGER revision_is_immutable;
UPDATE articles_revision SET structured_data = structured_data -> 'citation';
ALTER TABLE articles_revision ENABLE TRIGGER revision_is_immutable;
"""


class Migration(migrations.Migration):
    """A revision holds all that it says to machines, not just what it cites."""

    dependencies = [("articles", "0023_publishers_and_reviewers")]
    operations = [
        migrations.RenameField("revision", "cited_works", "structured_data"),
        migrations.RunSQL(DESCRIBE, CITE),
        migrations.AlterField("revision", "structured_data", models.JSONField(default=dict)),
    ]
