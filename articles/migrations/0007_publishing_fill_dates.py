from django.db import migrations

FILL = """
UPDATE articles_article SET changed_at = publish_at WHERE live_revision_id IS NOT NULL;
INSERT INTO articles_publication (revision_id, at)
SELECT live_revision_id, publish_at FROM articles_article WHERE live_revision_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    """What readers saw before was published once and has not changed since, as far as is known."""

    dependencies = [("articles", "0006_publishing_states")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
