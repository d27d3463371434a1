# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is said of stamps that cannot be right, and that it goes once they can."""

import pytest

from hydranet_ros.ros.health import WINDOW_S
from hydranet_ros.ros.stamps import StampWatch

NS = 1_000_000_000
NOW = 1_800_000_000 * NS
YEAR = 31_557_600


def look(watch, at=1.0, clock=NOW, simulated=False, max_age=1.0):
    return list(watch.look(at, clock, simulated, max_age))


def noted(*ages: float, now: int = NOW) -> StampWatch:
    """Images at 30 Hz whose stamps are so old when they arrive."""
    watch = StampWatch('/front/image')
    for number, age in enumerate(ages):
        arrival = now + number * NS // 30
        watch.note(arrival - int(age * NS), arrival)
    return watch


@pytest.mark.parametrize('ages', [(0.03, 0.02), (0.9, 0.9), (5.0, 0.1), (-0.05, -0.05)])
def test_stamps_that_can_be_right(ages):
    assert not look(noted(*ages))


@pytest.mark.parametrize(
    ('age', 'simulated', 'kind', 'words'),
    [
        (2.5, False, 'stale', ('2.50 s old', 'chrony')),
        (-0.4, False, 'ahead', ('0.40 s ahead', 'chrony')),
        (2 * YEAR, False, 'stale', ('2.0 years old', '--clock', 'use_sim_time to true')),
        (-3000, False, 'ahead', ('50.0 min ahead', 'use_sim_time')),
        (-50 * YEAR, True, 'ahead', ('50.0 years ahead', 'does not follow /clock')),
        (7200, True, 'stale', ('2.0 h old', 'does not follow /clock')),
    ],
)
def test_stale_and_future_stamps_are_named_with_their_cause(age, simulated, kind, words):
    watch = noted(age, age, age)
    (reason,) = look(watch, simulated=simulated)
    assert reason.kind == kind
    assert '/front/image' in reason.text
    for word in words:
        assert word in reason.text
    watch.note(NOW + NS, NOW + NS)
    if age < -1:  # the stamp also went back, to the right time
        assert [one.kind for one in look(watch, at=2.0)] == ['back']
    assert not look(watch, at=1.0 + 2 * WINDOW_S)


@pytest.mark.parametrize('stamp', [NOW - 5 * NS, NOW + 5 * NS, 0])
def test_a_slow_camera_is_judged_until_its_next_image_or_its_end(stamp):
    watch = StampWatch('/image')
    watch.note(stamp, NOW)
    kinds = [[one.kind for one in look(watch, at=float(second))] for second in range(4)]
    assert kinds == [kinds[0]] * 4
    assert len(kinds[0]) == 1
    watch.forget()
    assert not look(watch, at=4.0)


def test_the_next_image_is_judged_by_itself():
    watch = noted(5.0)
    assert look(watch)
    for age in (0.1, 5.0):
        watch.note(NOW + 10 * NS - int(age * NS), NOW + 10 * NS)
    assert 'stale' not in [one.kind for one in look(watch)]


def test_any_age_is_allowed_where_the_user_says_so():
    assert not look(noted(100.0, 100.0), max_age=0.0)
    assert look(noted(-100.0, -100.0), max_age=0.0)


def test_simulated_time_without_a_clock_is_named_without_images_too():
    (reason,) = look(StampWatch('/image'), clock=0, simulated=True)
    assert 'no time has come on /clock' in reason.text
    assert not look(StampWatch('/image'), clock=NOW, simulated=True)


def test_stamps_that_stand_still():
    watch = StampWatch('/image')
    for number in range(8):
        watch.note(NOW, NOW + number * NS // 30)
    (reason,) = look(watch)
    assert reason.text.startswith('The last 8 images of /image have the same stamp.')
    watch.note(NOW + NS, NOW + NS)
    assert not look(watch)


def test_pairs_with_one_stamp_are_a_burst():
    watch = StampWatch('/image')
    for number in range(20):
        watch.note(NOW + number // 2, NOW + number // 2)
    assert not look(watch)


def test_images_without_stamps():
    watch = StampWatch('/image')
    for number in range(8):
        watch.note(0, NOW + number)
    (reason,) = look(watch)
    assert reason.kind == 'unstamped'


def test_a_bag_that_starts_over_goes_back_for_a_while():
    watch = StampWatch('/image')
    for loop in range(2):
        for number in range(10):
            time = (100 + number) * NS  # the clock goes back with the bag
            watch.note(time, time)
        reasons = look(watch, at=float(loop), clock=109 * NS, simulated=True)
        assert [one.kind for one in reasons] == ['back'] * loop
    assert 'went back by 9 s' in reasons[0].text
    assert look(watch, at=1 + WINDOW_S / 2, clock=109 * NS, simulated=True)
    assert not look(watch, at=1 + WINDOW_S, clock=109 * NS, simulated=True)
