from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    """The exclusion constraint compares a foreign key with `=` inside a GiST index."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension()]
