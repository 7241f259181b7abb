from django.db import migrations, models


class Migration(migrations.Migration):
    """A DOI is stored bare and in lower case, so that it makes a link and is found when it comes a second time."""

    dependencies = [("articles", "0002_make_revisions_immutable")]
    operations = [
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.CheckConstraint(
                condition=models.Q(("doi", ""), ("doi__regex", "^10\\.[0-9]{4,9}/[^\\sA-Z]+$"), _connector="OR"),
                name="reference_doi_normal",
                violation_error_message="A DOI looks like 10.1000/xyz123.",
            ),
        ),
    ]
