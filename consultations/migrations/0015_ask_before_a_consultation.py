import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import consultations.encryption


class Migration(migrations.Migration):
    dependencies = [
        ("consultations", "0014_tie_consents_to_their_texts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="nutritionist",
            name="deputies",
            field=models.ManyToManyField(
                blank=True,
                help_text="Staff accounts that may read this nutritionist’s clients’ answers, when they stand in.",
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="IntakeQuestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=200)),
                (
                    "help_text",
                    models.CharField(
                        blank=True, help_text="Shown under the question.", max_length=300, verbose_name="help"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("text", "text"), ("choice", "choice"), ("yes_no", "yes or no")],
                        default="text",
                        max_length=10,
                    ),
                ),
                (
                    "options",
                    models.TextField(
                        blank=True, help_text="Of a choice, one a line. “I would rather not say” is added."
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, help_text="Lower numbers are asked first.")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True, help_text="Untick to stop asking from the next version on.", verbose_name="asked"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["text", "choice", "yes_no"])), name="intakequestion_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "choice"), models.Q(("options", ""), _negated=True)),
                            models.Q(models.Q(("kind", "choice"), _negated=True), ("options", "")),
                            _connector="OR",
                        ),
                        name="intakequestion_choice_has_options",
                        violation_error_message="A choice needs options, one a line; other kinds have none.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="QuestionnaireVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(unique=True)),
                ("questions", models.JSONField()),
                ("published_at", models.DateTimeField()),
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="AnswersLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                (
                    "booking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="looks", to="consultations.booking"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "look at answers",
                "verbose_name_plural": "looks at answers",
                "ordering": ["-at", "-id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("why", ""), _negated=True), name="answerslook_says_why")
                ],
            },
        ),
        migrations.CreateModel(
            name="IntakeAnswers",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answers", consultations.encryption.EncryptedJSONField()),
                ("kept_for", models.DurationField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                (
                    "booking",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="intake_answers",
                        to="consultations.booking",
                    ),
                ),
                (
                    "consent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="consultations.consent"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="consultations.questionnaireversion",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "intake answers",
                "permissions": [("read_answers", "Can read intake answers, as the nutritionist or a deputy")],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kept_for__gt", datetime.timedelta(0))),
                        name="intakeanswers_kept_for_a_while",
                    )
                ],
            },
        ),
    ]
