import django.db.models.deletion
from django.db import migrations, models

PURPOSES = [
    ("service", "holding the consultation"),
    ("marketing", "news by e-mail"),
    ("health", "storing health answers"),
]
CHANNELS = [
    ("booking_form", "the booking form"),
    ("waiting_list", "the waiting-list form"),
    ("manage_link", "the client's own link"),
]


class Migration(migrations.Migration):
    dependencies = [("consultations", "0011_move_cancel_and_wait")]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("sha256", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="SHA-256")),
                ("purpose", models.CharField(choices=PURPOSES, max_length=20)),
                ("version", models.PositiveSmallIntegerField()),
                ("wording", models.TextField()),
            ],
            options={
                "ordering": ["purpose", "version"],
                "constraints": [
                    models.CheckConstraint(
                        name="consenttext_purpose_known",
                        condition=models.Q(("purpose__in", ["service", "marketing", "health"])),
                    ),
                    models.CheckConstraint(
                        name="consenttext_hash_is_its_own",
                        condition=models.Q(
                            (
                                "sha256",
                                models.Func(
                                    "wording",
                                    output_field=models.CharField(),
                                    template="encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
                                ),
                            )
                        ),
                    ),
                    models.UniqueConstraint(fields=("sha256", "purpose"), name="consenttext_identity"),
                ],
            },
        ),
        migrations.RemoveConstraint(model_name="consent", name="consent_purpose_known"),
        migrations.AlterField("consent", "purpose", models.CharField(choices=PURPOSES, max_length=20)),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("purpose__in", ["service", "marketing", "health"])), name="consent_purpose_known"
            ),
        ),
        migrations.AlterField("consent", "wording", models.TextField(null=True)),
        migrations.AddField(
            "consent",
            "text",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consultations.consenttext",
            ),
        ),
        migrations.AddField("consent", "channel", models.CharField(choices=CHANNELS, max_length=20, null=True)),
    ]
