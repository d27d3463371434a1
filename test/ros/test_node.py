# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The node's life: transitions, failures, the account of its frames, parameters at run time.

The real node, DDS and ONNX Runtime run, on small frames. Where a test
needs a slow or failing network, it wraps the real one.
"""

from dataclasses import astuple
import threading

from diagnostic_msgs.msg import DiagnosticStatus
import numpy as np
import pytest
from rclpy.node import Node

from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.ros import session
from hydranet_ros.ros.worker import Worker
from hydranet_ros.ros.worker_state import WorkerState
from test.ros.bench import Bench
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import wait_until

CONFIGURE, CLEANUP, ACTIVATE, DEACTIVATE, SHUTDOWN_UNCONFIGURED = 1, 2, 3, 4, 5


@pytest.fixture
def bench(graph):
    return Bench(graph)


def adds_up(counts) -> bool:
    received, *others = astuple(counts)
    return received == sum(others)


def test_a_life_from_configure_to_shutdown(bench):
    assert bench.state() == 'unconfigured'
    assert not {'/semantic', '/depth'} & topics(bench)
    assert bench.change(CONFIGURE)
    assert bench.state() == 'inactive'
    wait_until(lambda: {'/semantic', '/depth'} <= topics(bench), 'outputs')
    assert bench.peer.count_subscribers('image') == 0
    assert bench.change(ACTIVATE)
    bench.listen('semantic')
    bench.wait_for_camera()
    assert bench.show_and_wait(image(picture())).answered == 1

    assert bench.change(DEACTIVATE)
    wait_until(lambda: bench.peer.count_subscribers('image') == 0, 'unsubscription')
    assert bench.change(ACTIVATE)
    bench.wait_for_camera()
    assert bench.show_and_wait(image(picture())).answered == 2

    assert bench.change(DEACTIVATE)
    assert bench.change(CLEANUP)
    wait_until(lambda: not {'/semantic', '/depth'} & topics(bench), 'end of the outputs')
    assert not [one for one in threading.enumerate() if one.name == 'perception']
    assert bench.change(CONFIGURE)
    assert bench.change(CLEANUP)
    assert bench.change(SHUTDOWN_UNCONFIGURED)
    assert bench.state() == 'finalized'


@pytest.mark.parametrize(
    ('parameters', 'named'),
    [
        ({'model': 'no_such_model'}, "no model 'no_such_model'"),
        ({'weights': '/no/such/file.onnx'}, '/no/such/file.onnx'),
        ({'domain': 'moon'}, "no domain 'moon'"),
    ],
)
def test_configure_fails_with_a_sentence(graph, logs, parameters, named):
    bench = Bench(graph, **parameters)
    assert not bench.change(CONFIGURE)
    assert bench.state() == 'unconfigured'
    logs.wait_for(named)
    assert not any('Traceback' in line for line in logs.lines)
    health = wait_until(
        lambda: next((one for one in bench.health if named in one['error']), None), 'diagnosis'
    )
    assert health['level'] == DiagnosticStatus.ERROR


def test_a_parameter_that_cannot_be_is_refused_at_start(graph):
    with pytest.raises(HydranetError, match='onnxruntime'):
        Bench(graph, backend='tensorflow')
    with pytest.raises(HydranetError, match=r'double.*0\.5'):
        Bench(graph, overlay_alpha=1)


def test_an_engine_that_does_not_build_deactivates(bench, monkeypatch):
    def prepare(self, height, width, batch=1):
        raise HydranetError(f'no engine for {height} x {width}')

    monkeypatch.setattr(Perception, 'prepare', prepare)
    bench.start()
    bench.show(image(picture()))
    wait_until(lambda: bench.state() == 'inactive', 'deactivation')
    assert bench.counts.not_ready == 1
    health = bench.health_with(error='no engine for 61 x 93', state='inactive')
    assert health['level'] == DiagnosticStatus.ERROR
    assert not bench.change(ACTIVATE)
    monkeypatch.undo()
    assert bench.change(CLEANUP)
    bench.start()
    bench.listen('depth')
    assert bench.show_and_wait(image(picture())).answered == 1


def give_up_a_build(bench, monkeypatch, stop_s):
    """Clean up while the engine is built; return what ends that build, and its thread."""
    entered, leave = threading.Event(), threading.Event()

    def prepare(self, height, width, batch=1):
        entered.set()
        assert leave.wait(20)
        raise HydranetError('too late')

    with monkeypatch.context() as patch:
        patch.setattr(Perception, 'prepare', prepare)
        patch.setattr(session, 'STOP_S', stop_s)
        bench.start()
        bench.show(image(picture()))
        assert entered.wait(20)
        building = next(one for one in threading.enumerate() if one.name == 'perception')
        assert bench.change(DEACTIVATE)
        assert bench.change(CLEANUP)
    return leave, building


def test_a_build_given_up_neither_speaks_nor_stops_the_next(bench, logs, monkeypatch):
    leave, building = give_up_a_build(bench, monkeypatch, 0.0)
    bench.start()
    leave.set()
    building.join(20)
    bench.perception._failed.trigger()  # as from a network that failed just before
    bench.listen('semantic')
    assert bench.show_and_wait(image(picture())).answered == 1
    assert bench.state() == 'active'
    assert not any('too late' in line for line in logs.lines)


def test_a_build_and_a_switch_have_one_deadline_at_the_end(bench, monkeypatch):
    waits, join = [], session.ModelSwitch.join

    def joined(self, timeout_s):
        waits.append(timeout_s)
        return join(self, timeout_s)

    monkeypatch.setattr(session.ModelSwitch, 'join', joined)
    leave, building = give_up_a_build(bench, monkeypatch, 0.5)
    leave.set()
    building.join(20)
    assert waits[0] < 0.25, 'the build took the whole time'


def test_a_network_that_fails_at_once_leaves_the_node_inactive(bench, monkeypatch):
    def load(*_, **__):
        raise HydranetError('no torch')

    def start_and_fail(self):
        start(self)
        wait_until(lambda: self.state is WorkerState.FAILED, 'failure')

    start = Worker.start
    monkeypatch.setattr(Perception, 'load', load)
    monkeypatch.setattr(Worker, 'start', start_and_fail)
    assert bench.perception.start()
    assert bench.state() == 'inactive'
    bench.health_with(error='no torch', state='inactive')
    assert bench.change(CLEANUP)
    bench.health_with(error='', state='unconfigured', network='')


def test_cleanup_stops_a_download(bench, monkeypatch):
    entered, before = threading.Event(), set(threading.enumerate())

    def load(*_, progress, **__):
        entered.set()
        while True:
            progress(1, None)

    monkeypatch.setattr(Perception, 'load', load)
    assert bench.change(CONFIGURE)
    assert entered.wait(20)
    assert bench.change(CLEANUP)
    left = set(threading.enumerate()) - before
    assert not [one for one in left if one.name == 'perception']


def test_newest_frame_wins(bench, monkeypatch):
    entered, leave = slow_down(monkeypatch)
    bench.start()
    bench.listen('semantic')
    bench.show(image(picture(1), number=1))
    assert entered.wait(20)
    for number in range(2, 12):
        bench.show(image(picture(number), number=number))
    assert bench.counts.in_flight == 2
    leave.set()
    counts = wait_until(lambda: bench.counts.in_flight == 0 and bench.counts, 'last frame')
    assert (counts.received, counts.answered, counts.dropped) == (11, 2, 9)
    assert adds_up(counts)
    assert [one.header.stamp.sec for one in bench.messages('semantic', 2)] == [1, 11]


def test_executor_never_waits_for_the_network(bench, monkeypatch):
    entered, leave = slow_down(monkeypatch)
    bench.start()
    bench.listen('depth')
    bench.show(image(picture()))
    assert entered.wait(20)
    assert bench.state() == 'active'  # answered by the executor's thread
    bench.health_with(in_flight='1')
    leave.set()


def test_nothing_is_published_after_deactivation(bench, monkeypatch):
    entered, leave = slow_down(monkeypatch)
    bench.start()
    bench.listen('semantic')
    bench.show(image(picture()))
    assert entered.wait(20)
    assert bench.change(DEACTIVATE)
    leave.set()
    counts = wait_until(lambda: bench.counts.in_flight == 0 and bench.counts, 'end of the frame')
    assert (counts.answered, counts.dropped) == (0, 1)


def test_nobody_watching_means_no_inference(bench, monkeypatch):
    calls = count_predictions(monkeypatch)
    bench.start()
    counts = bench.show_and_wait(image(picture()))
    assert (counts.unwatched, counts.answered) == (1, 0)
    assert calls == []
    bench.listen('semantic')
    assert bench.show_and_wait(image(picture())).answered == 1
    assert calls == [{'labels'}]


def test_an_error_in_a_frame_costs_that_frame(bench, logs, monkeypatch):
    bench.start()
    bench.listen('semantic')
    bench.show_and_wait(image(picture()))
    with monkeypatch.context() as patch:
        patch.setattr(Perception, 'predict', lambda *_, **__: 1 / 0)
        counts = bench.show_and_wait(image(picture()))
    assert (counts.answered, counts.failed) == (1, 1)
    logs.wait_for('ZeroDivisionError')
    counts = bench.show_and_wait(image(picture()))
    assert (counts.answered, counts.failed) == (2, 1)


def test_an_unsupported_encoding_is_named_once_and_counted(bench, logs):
    bench.start()
    bench.listen('semantic')
    message = image(picture(), encoding='64FC3')
    for _ in range(3):
        counts = bench.show_and_wait(message)
    assert (counts.failed, counts.answered) == (3, 0)
    assert bench.show_and_wait(image(picture())).answered == 1
    logs.wait_for('64FC3')
    assert len([line for line in logs.lines if '64FC3' in line]) == 1


def test_a_new_size_builds_a_new_engine(bench):
    bench.start()
    bench.listen('semantic')
    bench.show_and_wait(image(picture()))
    bench.show_and_wait(image(picture(0, 48, 64)))
    assert [(one.height, one.width) for one in bench.messages('semantic', 2)] == [
        (61, 93),
        (48, 64),
    ]


def test_parameters_are_checked_then_applied(bench):
    bench.start()
    bench.listen('semantic/overlay')
    for name, value, reason in (
        ('overlay_alpha', 1.5, 'range'),
        ('overlay_alpha', float('nan'), 'overlay_alpha'),
        ('depth_color_min', 5.0, 'depth_color_max'),
        ('cameras', ['front'], 'read-only'),
        ('autostart', False, 'read-only'),
        ('max_rate', 'fast', 'type'),
    ):
        result = bench.set_parameter(name, value)
        assert not result.successful
        assert reason in result.reason
    rgb = picture()
    assert bench.set_parameter('overlay_alpha', 0.0).successful
    bench.show_and_wait(image(rgb))
    assert bytes(bench.messages('semantic/overlay', 1)[0].data) == rgb.tobytes()
    assert bench.set_parameter('overlay_alpha', 1.0).successful
    bench.show_and_wait(image(rgb))
    painted = np.frombuffer(bench.messages('semantic/overlay', 2)[1].data, np.uint8)
    palette = bench.perception._session._serving.model.card.palette()
    assert {tuple(one) for one in painted.reshape(-1, 3)} <= {tuple(one) for one in palette}


def test_changes_are_applied_without_the_post_set_callback_too(graph, monkeypatch):
    """As on Humble."""
    monkeypatch.delattr(Node, 'add_post_set_parameters_callback')
    bench = Bench(graph)
    assert bench.set_parameter('max_rate', 2.0).successful
    wait_until(lambda: bench.perception.settings.max_rate == 2.0, 'change')
    assert not bench.set_parameter('max_rate', -2.0).successful
    assert bench.perception.settings.max_rate == 2.0


def test_max_rate_throttles(bench):
    assert bench.set_parameter('max_rate', 0.001).successful
    bench.start()
    bench.listen('semantic')
    bench.show_and_wait(image(picture()))
    counts = bench.show_and_wait(image(picture()))
    assert (counts.answered, counts.throttled) == (1, 1)
    assert bench.set_parameter('max_rate', 0.0).successful
    assert bench.show_and_wait(image(picture())).answered == 2


def test_diagnostics_say_what_the_node_does(bench):
    assert bench.health_with(state='unconfigured')['summary'] == 'unconfigured'
    bench.start()
    bench.listen('depth')
    for number in range(1, 4):
        bench.show_and_wait(image(picture(), number=number))
    health = bench.health_with(state='active', network='ready', answered='3', received='3')
    assert health['model'] == 'street'
    assert 'onnxruntime' in health['engine']
    assert health['level'] == DiagnosticStatus.WARN
    assert 'use_sim_time' in health['warning_1']  # the stamps are of 1970
    assert (health['lost'], health['in_flight']) == ('0', '0')
    total, wait, over = (
        float(health[f'{stage}_p50_ms']) for stage in ('callback_to_publish', 'wait', 'overhead')
    )
    assert 0 < over < total
    assert wait <= total
    assert float(health['stamp_age_ms']) > 1e9


def topics(bench: Bench) -> set[str]:
    return {
        name
        for name, _ in bench.peer.get_topic_names_and_types()
        if bench.peer.count_publishers(name)
    }


def slow_down(monkeypatch) -> tuple[threading.Event, threading.Event]:
    """Let the real predict wait: the events say that it is there, and let it go on."""
    entered, leave = threading.Event(), threading.Event()
    real = Perception.predict

    def predict(self, *arguments, **options):
        entered.set()
        assert leave.wait(20)
        return real(self, *arguments, **options)

    monkeypatch.setattr(Perception, 'predict', predict)
    return entered, leave


def count_predictions(monkeypatch) -> list[set[str]]:
    """Note the wanted outputs of each call of the real predict."""
    calls: list[set[str]] = []
    real = Perception.predict

    def predict(self, *arguments, wanted=None, **options):
        calls.append(set(wanted))
        return real(self, *arguments, wanted=wanted, **options)

    monkeypatch.setattr(Perception, 'predict', predict)
    return calls
