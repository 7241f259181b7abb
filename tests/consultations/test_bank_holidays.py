from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import call_command

from consultations.models import TimeOff
from consultations.services.bank_holidays import import_bank_holidays

pytestmark = pytest.mark.django_db


def names_of(year):
    return dict(import_bank_holidays([year]))


def test_import_closes_whole_london_days_for_everybody():
    import_bank_holidays([2027])
    late_may = TimeOff.objects.get(bank_holiday_on=date(2027, 5, 31))
    assert late_may.nutritionist is None
    assert (late_may.starts_at, late_may.ends_at) == (
        datetime(2027, 5, 30, 23, tzinfo=UTC),  # midnight of 31 May in British Summer Time
        datetime(2027, 5, 31, 23, tzinfo=UTC),
    )


def test_import_knows_the_days_in_lieu():
    days = names_of(2027)  # Christmas Day and Boxing Day 2027 fall on a weekend
    assert {date(2027, 12, 27), date(2027, 12, 28)} <= days.keys()


@pytest.mark.parametrize(("nation", "is_holiday"), [("SCT", True), ("ENG", False)])
def test_import_follows_the_nation_of_the_settings(settings, nation, is_holiday):
    settings.BANK_HOLIDAYS_NATION = nation
    assert (date(2027, 11, 30) in names_of(2027)) == is_holiday  # St Andrew's Day


def test_import_again_adds_nothing_and_keeps_what_the_team_changed():
    import_bank_holidays([2027])
    christmas = TimeOff.objects.filter(bank_holiday_on=date(2027, 12, 25))
    christmas.update(applies=False, ends_at=datetime(2027, 12, 25, 12, tzinfo=UTC))
    assert import_bank_holidays([2027]) == []
    assert christmas.get().applies is False
    assert christmas.get().ends_at == datetime(2027, 12, 25, 12, tzinfo=UTC)


def test_import_command_in_a_dry_run_writes_nothing(capsys):
    call_command("import_bank_holidays", dry_run=True)
    assert "Would close" in capsys.readouterr().out
    assert TimeOff.objects.count() == 0


def test_import_command_covers_this_year_and_the_next_two():
    call_command("import_bank_holidays", verbosity=0)
    years = {day.year for day in TimeOff.objects.values_list("bank_holiday_on", flat=True)}
    assert len(years) == 3
    assert max(years) - min(years) == 2
    assert all(row.ends_at - row.starts_at <= timedelta(hours=25) for row in TimeOff.objects.all())
