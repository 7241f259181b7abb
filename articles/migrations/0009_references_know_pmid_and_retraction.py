from django.db import migrations, models


class Migration(migrations.Migration):
    """A source has its PubMed number, and what became of it after it was published."""

    dependencies = [
        ("articles", "0008_publishing_keep_promises"),
    ]

    operations = [
        migrations.AddField(
            model_name="reference",
            name="checked_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When Crossref was last asked about it.",
                null=True,
                verbose_name="last checked",
            ),
        ),
        migrations.AddField(
            model_name="reference",
            name="notice_doi",
            field=models.CharField(
                blank=True,
                help_text="Where the retraction or correction is explained.",
                max_length=200,
                verbose_name="DOI of the notice",
            ),
        ),
        migrations.AddField(
            model_name="reference",
            name="pmid",
            field=models.CharField(
                blank=True, help_text="Its number in PubMed, or its address there.", max_length=60, verbose_name="PMID"
            ),
        ),
        migrations.AddField(
            model_name="reference",
            name="retraction_state",
            field=models.CharField(
                choices=[
                    ("none", "None"),
                    ("corrected", "Corrected"),
                    ("concern", "Expression of concern"),
                    ("retracted", "Retracted"),
                ],
                default="none",
                help_text="Readers see it once each article that cites the source is saved and published again.",
                max_length=10,
                verbose_name="retraction or correction",
            ),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.CheckConstraint(
                condition=models.Q(("pmid", ""), ("pmid__regex", "^[1-9][0-9]{0,8}$"), _connector="OR"),
                name="reference_pmid_normal",
                violation_error_message="A PMID is a number of up to nine digits.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pmid", ""), _negated=True),
                fields=("pmid",),
                name="reference_pmid_once",
                violation_error_message="Another reference already has this PMID.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.CheckConstraint(
                condition=models.Q(("retraction_state__in", ["none", "corrected", "concern", "retracted"])),
                name="reference_retraction_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("notice_doi", ""), ("notice_doi__regex", "^10\\.[0-9]{4,9}/[^\\sA-Z]+$"), _connector="OR"
                ),
                name="reference_notice_doi_normal",
                violation_error_message="The DOI of a notice looks like 10.1000/xyz123.",
            ),
        ),
        migrations.AddConstraint(
            model_name="reference",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("notice_doi", ""), models.Q(("retraction_state", "none"), _negated=True), _connector="OR"
                ),
                name="reference_notice_has_a_state",
                violation_error_message="A notice is about a retraction, a concern or a correction: say which.",
            ),
        ),
    ]
