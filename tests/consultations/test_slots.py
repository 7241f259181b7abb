import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.slots import Interval, WeeklyHours, open_slots, to_utc, windows_in

LONDON = ZoneInfo("Europe/London")
HALF_HOUR = timedelta(minutes=30)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def at(hour, minute=0, day=5):
    return datetime(2027, 1, day, hour, minute, tzinfo=UTC)


def slots(windows, busy=(), *, duration=HALF_HOUR, buffer=timedelta(0), step=HALF_HOUR, not_before=LONG_AGO):
    return open_slots(windows, busy, duration=duration, buffer=buffer, step=step, not_before=not_before)


def test_open_slots_in_an_empty_window_fill_it_exactly():
    found = slots([Interval(at(9), at(10, 30))])
    assert [slot.start for slot in found] == [at(9), at(9, 30), at(10)]


def test_open_slots_touching_a_busy_interval_are_open():
    found = slots([Interval(at(9), at(11))], [Interval(at(9, 30), at(10))])
    assert [slot.start for slot in found] == [at(9), at(10), at(10, 30)]


def test_open_slots_need_their_buffer_free_too():
    found = slots([Interval(at(9), at(11))], [Interval(at(10), at(10, 30))], buffer=timedelta(minutes=10))
    assert [slot.start for slot in found] == [at(9), at(10, 30)]


def test_open_slots_before_the_notice_are_dropped():
    found = slots([Interval(at(9), at(10, 30))], not_before=at(9, 1))
    assert [slot.start for slot in found] == [at(9, 30), at(10)]


@pytest.mark.parametrize("wrong", [{"duration": timedelta(0)}, {"step": timedelta(0)}, {"buffer": -HALF_HOUR}])
def test_open_slots_with_impossible_lengths_are_refused(wrong):
    with pytest.raises(ValueError, match="must be positive"):
        slots([Interval(at(9), at(10))], **wrong)


def test_interval_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after it starts"):
        Interval(at(10), at(9))


def test_interval_of_naive_datetimes_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Interval(at(9).replace(tzinfo=None), at(10).replace(tzinfo=None))


@pytest.mark.parametrize(
    ("day", "count"),
    [
        (date(2027, 3, 27), 8),
        (date(2027, 3, 28), 6),  # clocks go forward: 01:00 to 02:00 does not exist
        (date(2027, 10, 31), 10),  # clocks go back: 01:00 to 02:00 happens twice
    ],
)
def test_open_slots_follow_the_clock_change(day, count):
    hours = [WeeklyHours(day.weekday(), time(0), time(4), LONDON)]
    whole_day = Interval(to_utc(day, time(0), LONDON), to_utc(day + timedelta(days=1), time(0), LONDON))
    assert len(slots(windows_in(hours, whole_day))) == count


def test_to_utc_of_a_skipped_time_is_the_instant_of_the_change():
    assert to_utc(date(2027, 3, 28), time(1, 30), LONDON) == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_to_utc_of_a_repeated_time_is_its_first_occurrence():
    assert to_utc(date(2027, 10, 31), time(1, 30), LONDON) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_ten_o_clock_is_ten_o_clock_in_winter_and_in_summer():
    assert to_utc(date(2027, 1, 5), time(10), LONDON) == datetime(2027, 1, 5, 10, tzinfo=UTC)
    assert to_utc(date(2027, 7, 6), time(10), LONDON) == datetime(2027, 7, 6, 9, tzinfo=UTC)


def test_windows_outside_the_valid_dates_are_absent():
    hours = [WeeklyHours(1, time(9), time(10), LONDON, valid_from=date(2027, 1, 12), valid_to=date(2027, 1, 19))]
    found = windows_in(hours, Interval(at(0, day=1), at(0, day=31)))
    assert [window.start for window in found] == [at(9, day=12), at(9, day=19)]


def test_windows_that_meet_are_joined():
    hours = [WeeklyHours(1, time(9), time(10), LONDON), WeeklyHours(1, time(10), time(12), LONDON)]
    assert windows_in(hours, Interval(at(0), at(23))) == [Interval(at(9), at(12))]


minutes = st.integers(min_value=0, max_value=48 * 60)
intervals = st.builds(
    lambda start, length: Interval(at(0) + timedelta(minutes=start), at(0) + timedelta(minutes=start + length)),
    minutes,
    st.integers(min_value=1, max_value=300),
)


@given(windows=st.lists(intervals, max_size=6), busy=st.lists(intervals, max_size=8), data=st.data())
def test_open_slots_lie_in_a_window_and_overlap_nothing_in_any_order(windows, busy, data):
    buffer = timedelta(minutes=data.draw(st.integers(min_value=0, max_value=20)))
    found = slots(windows, busy, buffer=buffer)
    joined = slots(data.draw(st.permutations(windows)), data.draw(st.permutations(busy)), buffer=buffer)
    assert found == joined
    for slot in found:
        blocked = Interval(slot.start, slot.end + buffer)
        assert not any(blocked.overlaps(other) for other in busy)
        assert all(_is_covered(slot.start + timedelta(minutes=n), windows) for n in range(30))


def _is_covered(instant, windows):
    return any(window.start <= instant < window.end for window in windows)


def test_slots_module_loads_without_django():
    code = "import sys; import consultations.slots; sys.exit(any(name.startswith('django') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
