# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is said of one network is not said of another; the counts of NaN are made up."""

import pytest

from hydranet_ros.perception import Perception
from hydranet_ros.ros.network_watch import NetworkWatch
from test.ros.bench import ENGINE


@pytest.fixture
def perception():
    with Perception.load(**ENGINE) as loaded:
        yield loaded


def said(watch: NetworkWatch, perception: Perception | None) -> list[str]:
    return [one.text for one in watch.look(perception, 0, None, 'active')]


def test_numbers_that_another_node_spoilt_are_not_those_of_this_one(perception):
    perception.spoilt = 500
    watch = NetworkWatch()
    assert said(watch, None) == []
    assert said(watch, perception) == []
    perception.spoilt += 3
    (text,) = said(watch, perception)
    assert 'computed NaN or infinity in 3 images' in text


def test_a_switch_ends_what_was_said_of_the_network_before(perception):
    watch = NetworkWatch()
    said(watch, perception)
    perception.spoilt = 100
    assert said(watch, perception)
    with Perception.load(**ENGINE) as other:
        assert said(watch, other) == []
        other.spoilt = 2
        (text,) = said(watch, other)
    assert 'in 2 images' in text
