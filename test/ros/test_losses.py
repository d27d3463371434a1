# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Counting lost images from publication numbers and from events."""

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
    take(counter, 500, 501, 1, 2, 2 + LARGEST_GAP + 2)
    assert counter.lost == 0
    counter.on_publishers(1)
    take(counter, 1, 5)
    counter.on_publishers(1)
    take(counter, 20, 21)
    assert counter.lost == 3


def test_numbers_of_several_cameras_on_one_topic_say_nothing():
    counter = LossCounter(events=True)
    counter.on_publishers(2)
    take(counter, 1, 100, 2, 101)
    assert counter.lost == 0
    counter.on_event(2)
    assert counter.lost == 2
