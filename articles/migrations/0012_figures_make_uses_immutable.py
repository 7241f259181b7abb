from django.db import migrations

REFUSE = """
CREATE TRIGGER figureuse_is_immutable BEFORE UPDATE OR DELETE ON articles_figureuse
FOR EACH ROW EXECUTE FUNCTION articles_refuse_change();
"""
ALLOW = "DROP TRIGGER figureuse_is_immutable ON articles_figureuse"


class Migration(migrations.Migration):
    """What a revision showed is part of it, and its images are kept with it."""

    dependencies = [("articles", "0011_figures_take_uploaded_images")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
