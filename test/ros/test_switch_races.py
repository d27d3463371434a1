# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What comes at a bad moment of a switch: another choice, a build, an error of the old network.

Real networks on ONNX Runtime, which tells nothing of its builds: the tests tell it instead.
"""

from dataclasses import replace
import threading

import pytest

from hydranet_ros import shared_perception
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.ros.network_loader import NetworkLoader
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.ros.served_model import ServedModel
from hydranet_ros.ros.worker import Worker
from hydranet_ros.shared_perception import SharedPerception
from hydranet_ros.zoo import load_card
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import wait_until
from test.ros.switching import bench as bench
from test.ros.switching import labels as labels
from test.ros.switching import loads as loads
from test.ros.switching import offered
from test.ros.switching import show


@pytest.fixture
def session(bench):
    return bench.perception._session


class Builds:
    """Hold the builds of the frames' engines, not those of a switch, until the gate is open."""

    def __init__(self, monkeypatch) -> None:
        self.gate = threading.Event()
        self.entered = threading.Event()
        self.ended = threading.Event()
        real = Perception.prepare

        def prepare(perception, *shape):
            if threading.current_thread().name == 'engine builder':
                self.entered.set()
                assert self.gate.wait(60)
            real(perception, *shape)
            self.ended.set()

        monkeypatch.setattr(Perception, 'prepare', prepare)


def switch(bench, name: str, value: object, model: str) -> None:
    assert bench.set_parameter(name, value).successful
    wait_until(lambda: bench.perception._session._serving.model.card.name == model, model)
    wait_until(lambda: bench.perception._session._switch.idle, 'end of the switch')


def test_another_switch_does_not_stop_the_builds_of_what_serves(bench, session, loads, labels):
    bench.listen('semantic')
    show(bench)
    switch(bench, 'model', labels, 'labels')
    show(bench)
    loads.entered.clear()
    loads.gate.clear()
    assert bench.set_parameter('model', 'street').successful
    assert loads.entered.wait(60)
    loads.calls[0]['on_build']('while the next is loaded')  # raises where it was stopped
    assert bench.set_parameter('model', labels).successful
    wait_until(lambda: session._switch.idle, 'end of the switch')
    loads.gate.set()
    loads.calls[0]['on_build']('after the way back')
    counts = bench.show_and_wait(image(picture(height=40)))
    assert counts.answered == counts.received


def test_the_progress_is_that_of_the_network_that_serves(
    bench, session, loads, labels, monkeypatch
):
    bench.listen('semantic')
    show(bench)
    switch(bench, 'model', labels, 'labels')
    builds = Builds(monkeypatch)
    bench.show(image(picture(height=40)))
    assert builds.entered.wait(60)
    loads.calls[0]['on_build']('layer 7')
    bench.health_with(network='building the engine: layer 7')
    builds.gate.set()
    wait_until(lambda: bench.counts.in_flight == 0, 'answer')
    assert session._serving.loader.progress == ''


def test_a_choice_that_is_taken_back_before_the_last_frame_ends_is_not_taken_over(
    bench, session, labels, monkeypatch
):
    bench.listen('semantic')
    show(bench)
    replacing = threading.Event()
    real = Worker.replace

    def replace(*arguments):
        replacing.set()
        return real(*arguments)

    monkeypatch.setattr(Worker, 'replace', replace)
    with session._worker._in_hand:  # as while a frame is answered
        assert bench.set_parameter('model', labels).successful
        assert replacing.wait(60)
        thread = session._switch._thread
        assert bench.set_parameter('model', 'street').successful
        wait_until(lambda: session._switch.pending is None, 'end of the switch')
    thread.join(60)
    assert session._serving.model.card.name == 'street'
    assert session._worker.perception.depth_range is not None
    show(bench)
    assert len(shared_perception._entries) == 1


def test_a_choice_that_is_taken_back_too_late_is_followed_all_the_same(
    bench, session, labels, monkeypatch
):
    bench.listen('semantic')
    show(bench)
    replacing = threading.Event()
    may_replace = threading.Event()
    real_replace, real_cancel = Worker.replace, session._switch.cancel

    def replace(*arguments):
        replacing.set()
        assert may_replace.wait(60)
        return real_replace(*arguments)

    def cancel(*arguments):
        may_replace.set()
        wait_until(lambda: session._serving.model.card.name == 'labels', 'take-over')
        real_cancel(*arguments)

    monkeypatch.setattr(Worker, 'replace', replace)
    assert bench.set_parameter('model', labels).successful
    assert replacing.wait(60)
    monkeypatch.setattr(session._switch, 'cancel', cancel)
    assert bench.set_parameter('model', 'street').successful
    assert may_replace.wait(60)
    monkeypatch.setattr(session._switch, 'cancel', real_cancel)
    wait_until(lambda: session._serving.model.card.name == 'street', 'way back')
    wait_until(lambda: 'depth' in offered(bench), 'depth')
    show(bench)


def test_the_topics_do_not_wait_for_a_build_of_the_old_network(
    bench, session, labels, monkeypatch
):
    bench.listen('semantic')
    show(bench)
    loader = session._serving.loader
    builds = Builds(monkeypatch)
    bench.show(image(picture(height=40)))
    assert builds.entered.wait(60)
    assert bench.set_parameter('model', labels).successful
    wait_until(lambda: 'depth' not in offered(bench), 'end of depth')
    assert session._serving.model.card.name == 'labels'
    assert loader.stopped
    assert not builds.ended.is_set()
    builds.gate.set()
    wait_until(lambda: len(shared_perception._entries) == 1, 'end of the old network')
    wait_until(lambda: bench.counts.in_flight == 0, 'answer')
    show(bench)


def test_an_error_while_the_old_network_is_freed_leaves_the_new_one(
    bench, session, labels, logs, monkeypatch
):
    bench.listen('semantic')
    show(bench)
    old, real = session._worker.perception, SharedPerception.close

    def close(network):
        real(network)
        if network.perception is old:
            raise RuntimeError('the driver is gone')

    monkeypatch.setattr(SharedPerception, 'close', close)
    switch(bench, 'model', labels, 'labels')
    logs.wait_for('the driver is gone')
    show(bench)
    session._switch.join(60)
    assert not session._switch.error
    show(bench)


def test_a_model_without_the_classes_that_were_chosen_meanwhile_is_not_taken_over(session, labels):
    serving = session._serving
    settings = replace(session._settings, classes=('sky',))
    serving.apply(settings)
    loader = NetworkLoader(replace(settings, model=labels), None)
    before = serving.model, serving.loader, session._streams[0].answerer.rules
    with pytest.raises(HydranetError, match='sky'):
        serving.take_over(ServedModel.of(load_card(labels), ''), loader)
    assert before == (serving.model, serving.loader, session._streams[0].answerer.rules)


def test_the_topics_are_taken_back_while_the_worker_is_kept_out(bench, session, monkeypatch):
    real, locked = OutputPublishers.follow, []

    def follow(publishers, *arguments):
        locked.append(session._streams[0].answerer._gate.lock.locked())
        real(publishers, *arguments)

    monkeypatch.setattr(OutputPublishers, 'follow', follow)
    session._streams[0].destroy()
    assert locked == [True]
    assert 'semantic' not in {one.topic_name.lstrip('/') for one in bench.perception.publishers}
