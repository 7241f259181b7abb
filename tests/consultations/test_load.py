import pytest
from django.core.management import CommandError, call_command

from consultations.models import Booking, SlotClaim
from tests.factories import make_consultation_type, make_nutritionist


@pytest.fixture
def free(live_server):
    """A type with two nutritionists, and where its site is."""
    make_consultation_type(make_nutritionist(), make_nutritionist(), slug="free-consultation")
    return live_server.url


@pytest.mark.django_db(transaction=True)
def test_simulate_load_books_over_http_and_checks_the_ledger(free, capsys):
    call_command("simulate_load", url=free, clients=8, at_once=4, slots=2)
    said = capsys.readouterr().out
    assert "booked  4\n refused  4\n   error  0\n     5xx  0\n" in said
    assert "ledger: 0 overlapping claims\nledger: 0 bookings without their time\n" in said
    assert Booking.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_simulate_load_in_a_dry_run_books_nothing(free, capsys):
    call_command("simulate_load", url=free, slots=3, dry_run=True)
    assert capsys.readouterr().out == f"3 time(s) to compete for at {free}\n"
    assert SlotClaim.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_simulate_load_where_nothing_can_be_booked_says_so(live_server):
    make_consultation_type(make_nutritionist(is_active=False), slug="free-consultation")
    with pytest.raises(CommandError, match="no times to book"):
        call_command("simulate_load", url=live_server.url)
