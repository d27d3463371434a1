# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Counting lost images from publication numbers and from events."""

from hypothesis import given
from hypothesis import strategies as st

from hydranet_ros.ros.losses import LARGEST_GAP
from hydranet_ros.ros.losses import LossCounter


def take(counter, *numbers):
    return [counter.on_message(number) for number in numbers]


def test_gaps_between_numbers_are_losses():
    counter = LossCounter(events=True)
    assert take(counter, 7, 8, 11, 12, 14) == [0, 0, 2, 0, 1]
    assert counter.lost == 3


def test_events_are_not_counted_twice():
    counter = LossCounter(events=True)
    assert counter.on_event(4) == 4
    take(counter, 5, 8)
    assert counter.on_event(2) == 0
    assert counter.lost == 6


def test_events_alone_count_where_messages_have_no_number():
    counter = LossCounter(events=True)
    assert take(counter, None, None) == [0, 0]
    counter.on_event(3)
    assert counter.lost == 3


def test_nothing_is_claimed_without_numbers_and_events():
    counter = LossCounter(events=False)
    take(counter, None, None)
    assert counter.lost is None
    take(counter, 1, 3)
    assert counter.lost == 1


def test_a_restarted_or_other_camera_is_no_gap():
    counter = LossCounter(events=True)
    counter.on_publishers(1, appeared=1)
    assert take(counter, 500, 501, 1, 2) == [0, 0, 0, 0]
    counter.on_publishers(1, appeared=1)  # as was seen before it was announced
    assert take(counter, 3, 5) == [0, 1]
    counter.on_publishers(1, appeared=1)
    assert take(counter, 20, 21) == [0, 0]


def test_a_leap_is_another_camera():
    counter = LossCounter(events=True)
    assert take(counter, 2, 2 + LARGEST_GAP + 2) == [0, 0]


def test_a_killed_camera_and_the_one_in_its_place_are_told_apart():
    counter = LossCounter(events=True)
    counter.on_publishers(1, appeared=1)
    take(counter, 1, 2, 3, 5)
    counter.on_publishers(2, appeared=1)  # the killed one stays until its lease ends
    assert take(counter, 1, 2, 4) == [0, 0, 1]
    counter.on_publishers(1)
    assert take(counter, 5, 8) == [0, 2]
    assert counter.lost == 4


def test_a_camera_that_sends_before_it_is_announced_is_none_of_the_old_ones():
    counter = LossCounter(events=True)
    counter.on_publishers(1, appeared=1)
    take(counter, 500, 501)
    assert take(counter, 1, 2) == [0, 0]
    counter.on_publishers(2, appeared=1)
    assert take(counter, 5, 6) == [2, 0]


def test_after_the_last_camera_has_gone_numbers_begin_anew():
    counter = LossCounter(events=True)
    counter.on_publishers(1, appeared=1)
    take(counter, 3, 4)
    counter.on_publishers(0)
    counter.on_publishers(1, appeared=1)
    assert take(counter, 9, 10) == [0, 0]


@given(
    st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=60),
    st.sampled_from([(1, 100, 200), (1, 1, 1), (5, 3, 20)]),
)
def test_of_several_cameras_no_more_is_counted_than_was_lost(sent, first):
    counter = LossCounter(events=True)
    counter.on_publishers(3, appeared=3)
    numbers = list(first)
    for number in numbers:
        counter.on_message(number)
    pending, lost = [0, 0, 0], 0
    for camera, arrives in sent:
        numbers[camera] += 1
        pending[camera] += not arrives
        if arrives:
            lost += pending[camera]
            pending[camera] = 0
            counter.on_message(numbers[camera])
        assert counter.lost <= lost
        if first == (1, 100, 200):  # too far apart to be taken for each other
            assert counter.lost == lost


def test_numbers_of_several_cameras_on_one_topic_are_told_apart():
    counter = LossCounter(events=True)
    counter.on_publishers(2, appeared=2)
    assert take(counter, 1, 100, 2, 101, 4, 105) == [0, 0, 0, 0, 1, 3]
    assert counter.on_event(2) == 0
