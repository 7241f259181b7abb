from django.db import migrations, models
from django.db.models import Q

COVERS = [
    ("basics", "The basics: as many bacteria as cells"),
    ("defence", "Defence: viruses above the lining"),
    ("antibiotics", "Antibiotics: a grid with gaps"),
    ("fibre", "Fibre: strands"),
    ("mind", "Mind: the line between gut and brain"),
    ("label", "Label: a bar code"),
    ("test", "Test: a sample"),
    ("travel", "Travel"),
    ("early", "Early life"),
    ("stages", "Life stages"),
]


class Migration(migrations.Migration):
    """One more drawn cover: basics."""

    dependencies = [("articles", "0009_references_know_pmid_and_retraction")]
    operations = [
        migrations.RemoveConstraint("article", "article_cover_known"),
        migrations.AlterField("article", "cover", models.CharField(choices=COVERS, max_length=20)),
        migrations.AddConstraint(
            "article",
            models.CheckConstraint(name="article_cover_known", condition=Q(cover__in=[value for value, _ in COVERS])),
        ),
    ]
