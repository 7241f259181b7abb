"""Sample nutritionists, hours, one consultation type and a questionnaire, for a first look at the site."""

from datetime import time, timedelta

from django.db import transaction
from django.utils import timezone

from consultations.models import AvailabilityRule, ConsultationType, IntakeQuestion, Nutritionist, QuestionKind
from consultations.services.questionnaire import publish_questionnaire

MORNING, AFTERNOON, EVENING = (time(9), time(12, 30)), (time(13, 30), time(17)), (time(18), time(19, 15))

# Thursday afternoons and evenings belong to both, so that "anyone" has a choice to make.
_NUTRITIONISTS = [
    {
        "slug": "priya-raman",
        "name": "Priya Raman",
        "credentials": "Registered Nutritionist",
        "video_url": "https://video.example.com/priya-raman",
        "bio": "Sample person. Talks mostly about digestion, fibre and eating well on a normal week’s shopping.",
        "hours": {
            0: [MORNING, AFTERNOON],
            1: [MORNING, AFTERNOON, EVENING],
            2: [MORNING, AFTERNOON],
            3: [AFTERNOON, EVENING],
        },
    },
    {
        "slug": "tomos-bevan",
        "name": "Tomos Bevan",
        "credentials": "Registered Nutritionist",
        "video_url": "https://video.example.com/tomos-bevan",
        "bio": "Sample person. Talks mostly about food after antibiotics, travel and family meals.",
        "hours": {3: [AFTERNOON, EVENING], 4: [MORNING, AFTERNOON], 5: [MORNING]},
    },
]

_QUESTIONS = [
    {"question": "What would you most like to talk about?", "help_text": "A sentence is plenty."},
    {
        "question": "How do you eat?",
        "kind": QuestionKind.CHOICE,
        "options": "I eat everything\nVegetarian\nVegan\nI leave out certain foods",
    },
    {"question": "Do you take any food supplements at the moment?", "kind": QuestionKind.YES_NO},
]


@transaction.atomic
def load() -> int:
    """Write the sample rows that are missing and return how many consultation types were made (0 or 1).

    Once a consultation type exists the team is at work, and nothing is touched.
    """
    if ConsultationType.objects.exists():
        return 0
    consultation_type = ConsultationType.objects.create(
        slug="free-consultation",
        name="Free consultation",
        description="Half an hour with a registered nutritionist, by video or phone.",
        duration=timedelta(minutes=30),
        step=timedelta(minutes=45),
        buffer=timedelta(minutes=15),
    )
    for row in _NUTRITIONISTS:
        hours = row["hours"]
        nutritionist = Nutritionist.objects.create(**{name: row[name] for name in row if name != "hours"})
        consultation_type.nutritionists.add(nutritionist)
        AvailabilityRule.objects.bulk_create(
            AvailabilityRule(nutritionist=nutritionist, weekday=weekday, starts_at=starts, ends_at=ends)
            for weekday, pairs in hours.items()
            for starts, ends in pairs
        )
    IntakeQuestion.objects.bulk_create(IntakeQuestion(position=n, **row) for n, row in enumerate(_QUESTIONS))
    publish_questionnaire(by=None, now=timezone.now())
    return 1
