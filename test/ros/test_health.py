# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the watches say of figures that follow each other, and that it goes by itself."""

import pytest

from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.health import EngineWatch
from hydranet_ros.ros.health import FiniteWatch
from hydranet_ros.ros.health import FrameWatch
from hydranet_ros.ros.health import Growth
from hydranet_ros.ros.health import LOG_AGAIN_S
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.health import ReasonLog
from hydranet_ros.ros.health import WINDOW_S


def kinds(reasons) -> list:
    return [one.kind for one in reasons]


def test_growth_is_what_the_window_added():
    growth = Growth(10.0)
    assert [growth.add(t, n) for t, n in ((0, 5), (5, 8), (10, 9), (15, 9), (20, 9), (25, 9))] == [
        0, 3, 4, 1, 0, 0,
    ]  # fmt: skip
    assert growth.span == 10


@pytest.mark.parametrize('lost', [7, None])
def test_lost_images_are_named_with_a_remedy_for_the_window_they_were_lost_in(lost):
    watch = FrameWatch('/front/image')
    assert not list(watch.look(0.0, Counts(), None if lost is None else 0))
    reasons = list(watch.look(1.0, Counts(), lost))
    if lost is None:
        assert not reasons
        return
    assert kinds(reasons) == ['lost']
    assert 'lost 7 images of /front/image' in reasons[0].text
    assert 'export ' in reasons[0].text
    assert list(watch.look(WINDOW_S, Counts(), lost))
    assert not list(watch.look(WINDOW_S + 1, Counts(), lost))


def test_a_few_lost_images_are_no_reason():
    watch = FrameWatch('/image')
    assert not [one for second in range(100) for one in watch.look(second, Counts(), second // 3)]


def test_skipped_images_are_counted_with_the_last_error():
    watch = FrameWatch('/image')
    list(watch.look(0.0, Counts(), 0))
    (reason,) = watch.look(1.0, Counts(failed=2), 0, 'encoding 64FC3 cannot be read')
    assert reason.text == (
        '2 images of /image were skipped in the last 1 s: encoding 64FC3 cannot be read'
    )
    assert not list(watch.look(12.0, Counts(failed=2), 0))


@pytest.mark.parametrize(('answered', 'warns'), [(14, True), (16, False), (30, False)])
def test_drops_above_half_of_the_images_say_what_to_do(answered, warns):
    watch = FrameWatch('/image')
    said = [
        reason
        for second in range(11)
        for reason in watch.look(
            float(second),
            Counts(answered=answered * second, dropped=(30 - answered) * second),
            0,
        )
    ]
    assert bool(said) is warns
    if warns:
        assert {one.kind for one in said} == {'dropped'}
        assert '53 %' in said[-1].text
        assert '30.0 come in a second, 14.0 are answered' in said[-1].text
        for name in ('max_rate', 'input_scale', 'precision'):
            assert name in said[-1].text
        final = Counts(answered=answered * 10, dropped=(30 - answered) * 10)
        assert not list(watch.look(21.0, final, 0))


def test_throttled_and_unwatched_images_are_no_drops():
    watch = FrameWatch('/image')
    for second in range(20):
        counts = Counts(answered=second, throttled=29 * second, unwatched=29 * second)
        assert not list(watch.look(float(second), counts, 0))


def test_numbers_that_are_none_name_the_engine_until_they_stop():
    watch = FiniteWatch()
    assert not list(watch.look(0.0, 0, 'tensorrt fp16'))
    (reason,) = watch.look(1.0, 3, 'tensorrt fp16')
    assert 'in 3 images' in reason.text
    assert 'tensorrt fp16' in reason.text
    assert not list(watch.look(12.0, 3, 'tensorrt fp16'))


def test_a_size_that_changes_again_and_again_is_named():
    watch = EngineWatch('/front/image')
    assert not list(watch.look(0.0, 5))
    assert not list(watch.look(1.0, 7))
    (reason,) = watch.look(2.0, 9)
    assert 'images of /front/image changed their size so that 4 more engines' in reason.text
    assert not list(watch.look(63.0, 9))


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def warning(self, text: str) -> None:
        self.lines.append(('warning', text))

    def error(self, text: str) -> None:
        self.lines.append(('error', text))


def test_a_reason_is_logged_when_it_comes_and_again_while_it_lasts():
    log = Log()
    reasons = ReasonLog(log)
    for second in range(int(2 * LOG_AGAIN_S)):
        reasons.update(float(second), [Reason('lost', f'lost {second}')])
    assert log.lines == [('warning', 'lost 0'), ('warning', 'lost 30')]
    reasons.update(60.0, [])
    reasons.update(61.0, [Reason('lost', 'lost again'), Reason('qos', 'none', fatal=True)])
    assert log.lines[2:] == [('warning', 'lost again'), ('error', 'none')]


def test_a_reason_that_goes_and_comes_back_is_logged_no_more_often():
    log = Log()
    reasons = ReasonLog(log)
    for second in range(int(2 * LOG_AGAIN_S)):
        reasons.update(float(second), [Reason('stale', f'old {second}')] * (second % 2 == 0))
    assert log.lines == [('warning', 'old 0'), ('warning', 'old 30')]


def test_what_is_logged_elsewhere_is_not_logged_again():
    log = Log()
    ReasonLog(log).update(0.0, [Reason('failed', 'skipped', logged=True)])
    assert not log.lines
