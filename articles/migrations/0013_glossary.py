import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    """The glossary, and which revisions use which of its terms."""

    dependencies = [
        ("articles", "0012_figures_make_uses_immutable"),
    ]

    operations = [
        migrations.CreateModel(
            name="GlossaryTerm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="Such as dysbiosis. Articles name the term by it, and so does its address; it stays as it is.",
                        max_length=60,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[a-z0-9-]+$",
                                "Use lower-case letters, digits and hyphens only: the key is typed in article bodies.",
                            )
                        ],
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="As it stands within a sentence: lower case unless it is a name.",
                        max_length=60,
                        verbose_name="term",
                    ),
                ),
                (
                    "definition",
                    models.TextField(
                        help_text="One or two sentences in plain words. Articles that use the term show them.",
                        max_length=400,
                    ),
                ),
                (
                    "also_called",
                    models.CharField(
                        blank=True,
                        help_text="Other words for it, separated by commas, such as gut flora, gut bacteria.",
                        max_length=200,
                    ),
                ),
            ],
            options={
                "ordering": [django.db.models.functions.text.Lower("name")],
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        name="glossaryterm_once",
                        violation_error_message="The glossary has this term already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("name", ""), _negated=True), models.Q(("definition", ""), _negated=True)
                        ),
                        name="glossaryterm_defined",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TermUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="term_uses", to="articles.revision"
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="articles.glossaryterm"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("revision", "term"), name="termuse_once_a_revision")],
            },
        ),
    ]
