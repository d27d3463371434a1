# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Faults around a running node: each has its reason on /diagnostics, none stops the node.

Lost images are made by keeping the executor busy, which looks the same to the node as a transport
that loses them. Windows are shortened where a reason's end is waited for.
"""

import math
import threading

from diagnostic_msgs.msg import DiagnosticStatus
import numpy as np
import pytest
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from hydranet_ros.ros import calibration
from hydranet_ros.ros import stamps
from test.ros.bench import Bench
from test.ros.bench import HEIGHT
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.bench import WIDTH
from test.ros.conftest import wait_until

BEST_EFFORT = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def warnings(health) -> list[str]:
    return [text for key, text in health.items() if key.startswith('warning_')]


def reason(bench, words: str) -> dict:
    """Wait for a diagnostic message with a warning of these words."""
    return wait_until(
        lambda: next(
            (one for one in bench.health if any(words in text for text in warnings(one))), None
        ),
        f'warning with {words!r}',
    )


def over(bench, words: str) -> None:
    """Wait until the newest diagnostic message says that no more."""
    wait_until(
        lambda: not any(words in text for text in warnings(bench.health[-1])),
        f'end of the warning with {words!r}',
    )


def stamped(bench, seconds: float) -> Image:
    """A picture whose stamp is by so many seconds older than the node's clock."""
    message = image(picture())
    now = bench.perception.get_clock().now().nanoseconds - int(seconds * 1e9)
    message.header.stamp.sec, message.header.stamp.nanosec = divmod(now, 10**9)
    return message


def started(graph, *topics: str, **parameters) -> Bench:
    # A busy machine delivers late.
    bench = Bench(graph, **({'max_stamp_age': 10.0} | parameters))
    bench.start()
    bench.listen(*(topics or ('semantic',)))
    return bench


def test_old_and_future_stamps_are_named_until_they_are_right(graph, logs):
    bench = started(graph)
    bench.show_and_wait(stamped(bench, 30.0))
    health = reason(bench, 's old when they arrive')
    assert health['level'] == DiagnosticStatus.WARN
    assert health['summary'].startswith('Images of /image are 3')
    logs.wait_for('old when they arrive')
    bench.show_and_wait(stamped(bench, 0.0))
    over(bench, 'old when they arrive')
    bench.show_and_wait(stamped(bench, -30.0))
    reason(bench, "ahead of this node's clock")
    assert bench.set_parameter('max_stamp_age', 3600.0).successful
    counts = bench.show_and_wait(stamped(bench, 0.0))
    assert (counts.answered, counts.received) == (4, 4)
    over(bench, "ahead of this node's clock")


def test_simulated_time_that_has_no_clock_then_jumps(graph, monkeypatch):
    monkeypatch.setattr(stamps, 'WINDOW_S', 0.0)
    bench = started(graph, use_sim_time=True)
    reason(bench, 'no time has come on /clock')
    assert bench.show_and_wait(image(picture(), number=99)).answered == 1
    clock = bench.peer.create_publisher(Clock, '/clock', 1)
    wait_until(lambda: clock.get_subscription_count() == 1, 'subscription to /clock')

    def at(seconds: int) -> None:
        """Let time be so, and show an image of that time."""
        message = Clock()
        message.clock.sec = seconds
        clock.publish(message)
        wait_until(
            lambda: bench.perception.get_clock().now().nanoseconds == seconds * 10**9, 'time'
        )
        bench.show_and_wait(image(picture(), number=seconds))

    at(100)
    over(bench, 'no time has come on /clock')
    for seconds in (101, 5000, 5001, 100, 101, 3, 4):  # jumps ahead, and loops
        before = len(bench.health)
        at(seconds)
        assert bench.counts.answered == bench.counts.received
        wait_until(lambda before=before: len(bench.health) > before, 'diagnosis')
    assert [one.header.stamp.sec for one in bench.messages('semantic', 9)] == [
        99, 100, 101, 5000, 5001, 100, 101, 3, 4,
    ]  # fmt: skip
    assert bench.state() == 'active'


def test_a_bag_that_starts_over_is_named(graph):
    bench = started(graph)
    for age in (0.0, 0.0, 60.0):
        bench.show_and_wait(stamped(bench, age))
    assert 'a bag that starts over' in ' '.join(warnings(reason(bench, 'went back by ')))
    assert bench.counts.answered == 3


def test_stamps_that_stand_still_are_named(graph):
    bench = started(graph)
    message = stamped(bench, 0.0)
    for _ in range(7):
        bench.show_and_wait(message)
    reason(bench, 'have the same stamp')
    assert bench.show_and_wait(stamped(bench, 0.0)).answered == 8
    over(bench, 'have the same stamp')


def test_a_camera_that_cannot_be_heard_is_an_error_until_the_parameter_changes(graph, logs):
    bench = Bench(graph, image_reliability='reliable')
    bench.peer.destroy_publisher(bench._camera)
    bench._camera = bench.peer.create_publisher(Image, 'image', BEST_EFFORT)
    assert bench.change(1)
    assert bench.change(3)
    health = reason(bench, 'No image of /peer can come on /image')
    assert health['level'] == DiagnosticStatus.ERROR
    assert 'less reliability' in health['summary']
    logs.wait_for('image_reliability to auto')
    assert bench.set_parameter('image_reliability', 'auto').successful
    bench.wait_for_camera()
    bench.listen('semantic')
    assert bench.show_and_wait(stamped(bench, 0.0)).answered == 1
    over(bench, 'No image of /peer')
    bench.health_with(image_reliability='best_effort')


def test_a_viewer_that_asks_for_too_much_is_named(graph):
    bench = started(graph)
    other = graph.node('viewer')
    asked = other.create_subscription(Image, 'semantic', lambda _: None, LATCHED)
    health = reason(bench, '/viewer cannot receive /semantic')
    assert health['level'] == DiagnosticStatus.WARN
    assert bench.show_and_wait(stamped(bench, 0.0)).answered == 1
    other.destroy_subscription(asked)
    over(bench, '/viewer cannot receive')


def test_lost_images_come_with_the_line_for_the_shell_of_the_camera(graph, logs):
    bench = started(graph)
    bench.show_and_wait(stamped(bench, 0.0))
    busy, free = threading.Event(), threading.Event()

    def hold() -> None:
        busy.set()
        assert free.wait(20)

    bench.peer.create_guard_condition(hold).trigger()
    assert busy.wait(20)
    for _ in range(20):
        bench._camera.publish(stamped(bench, 0.0))
    free.set()
    lost = int(reason(bench, 'The transport lost')['lost'])
    wait_until(lambda: bench.counts.in_flight == 0, 'last frame')
    assert bench.counts.received + lost == 21
    assert any('export ' in text for text in warnings(reason(bench, 'The transport lost')))
    logs.wait_for('The transport lost')


def test_a_thousand_images_in_a_burst_are_all_accounted_for(graph):
    bench = started(graph)
    bench.show_and_wait(stamped(bench, 0.0))
    decoded = count_decoded(bench)
    message = stamped(bench, 0.0)
    for _ in range(999):
        bench._camera.publish(message)
    # The last image is not lost: the queue keeps the newest.
    wait_until(lambda: bench.counts.received + bench.stream.lost == 1000, 'last image')
    counts = wait_until(lambda: bench.counts.in_flight == 0 and bench.counts, 'last frame')
    assert counts.received == counts.answered + counts.dropped
    assert len(decoded) == counts.answered - 1  # dropped ones cost their delivery alone


def test_a_camera_that_is_too_fast_is_throttled_before_any_work(graph):
    bench = started(graph)
    bench.show_and_wait(stamped(bench, 0.0))
    assert bench.set_parameter('max_rate', 0.001).successful
    decoded = count_decoded(bench)
    message = stamped(bench, 0.0)
    for _ in range(300):
        bench.show(message)
    counts = wait_until(lambda: bench.counts.in_flight == 0 and bench.counts, 'last frame')
    assert (counts.received, counts.answered, counts.throttled) == (301, 2, 299)
    assert (len(decoded), bench.stream.lost) == (1, 0)


def count_decoded(bench) -> list[int]:
    calls: list[int] = []
    answerer = bench.stream.answerer
    real = answerer.read

    def read(*arguments):
        calls.append(1)
        return real(*arguments)

    answerer.read = read
    return calls


@pytest.mark.parametrize(
    ('info', 'words'),
    [
        (CameraInfo(height=HEIGHT, width=2 * WIDTH), 'camera_info is for 186x61'),
        (CameraInfo(height=HEIGHT, width=WIDTH), 'k[0] is 0'),
        (CameraInfo(height=HEIGHT, width=WIDTH, k=np.full(9, math.nan)), 'k[0] is nan'),
        (CameraInfo(height=HEIGHT, width=WIDTH, k=np.full(9, math.inf)), 'k[0] is inf'),
    ],
    ids=['size', 'zero', 'nan', 'infinite'],
)
def test_a_calibration_that_cannot_be_is_named_and_depth_goes_on(graph, monkeypatch, info, words):
    bench = started(graph, 'depth')
    bench.show_info(info)
    newest = bench.stream.answerer.calibration
    wait_until(lambda: newest.newest is not None, 'camera_info')
    assert bench.show_and_wait(stamped(bench, 0.0)).answered == 1
    assert reason(bench, words)['level'] == DiagnosticStatus.WARN
    monkeypatch.setattr(calibration, 'TROUBLE_S', 0.0)
    over(bench, words)


def test_images_that_cannot_be_read_are_named(graph):
    bench = started(graph)
    bench.show_and_wait(stamped(bench, 0.0))
    broken = stamped(bench, 0.0)
    broken.encoding = '64FC3'
    assert bench.show_and_wait(broken).failed == 1
    health = reason(bench, '1 images of /image were skipped')
    assert '64FC3' in health['summary']
    assert bench.show_and_wait(stamped(bench, 0.0)).answered == 2


def test_numbers_that_are_none_are_named(graph):
    bench = started(graph, 'depth')
    bench.show_and_wait(stamped(bench, 0.0))
    bench.health_with(engines_built='1')
    bench.perception._session._worker.perception.spoilt += 3
    assert 'precision to fp32' in ' '.join(warnings(reason(bench, 'computed NaN')))


def test_use_sim_time_can_be_changed_while_it_runs(graph):
    bench = started(graph)
    assert bench.perception.set_parameters([Parameter('use_sim_time', value=True)])[0].successful
    reason(bench, 'no time has come on /clock')
    assert bench.show_and_wait(image(picture(), number=3)).answered == 1
    assert bench.perception.set_parameters([Parameter('use_sim_time', value=False)])[0].successful
    over(bench, 'no time has come on /clock')
