# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Nodes that switch their network, and loads that wait, for the tests of it."""

import threading

import pytest

from hydranet_ros.perception import Perception
from test.labels_card import write_labels_card
from test.ros.bench import Bench
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import wait_until


@pytest.fixture
def bench(graph):
    bench = Bench(graph, max_stamp_age=0.0)
    bench.start()
    worker = bench.perception._session._worker
    wait_until(lambda: worker.loaded.is_set(), 'network')
    return bench


@pytest.fixture
def labels(tmp_path):
    return str(write_labels_card(tmp_path))


@pytest.fixture
def loads(monkeypatch):
    """The loads that come after the first one, and a gate through which they must go."""
    return Loads(monkeypatch)


class Loads:
    def __init__(self, monkeypatch) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.calls: list[dict] = []
        real = Perception.load

        def load(model, **options):
            self.calls.append({'model': model, **options})
            self.entered.set()
            assert self.gate.wait(60)
            return real(model, **options)

        monkeypatch.setattr(Perception, 'load', load)


def offered(bench) -> set[str]:
    return {
        name.lstrip('/')
        for name, _ in bench.peer.get_topic_names_and_types()
        if bench.peer.count_publishers(name)
    }


def show(bench, times: int = 1) -> None:
    """Show images one by one; each is answered."""
    for _ in range(times):
        counts = bench.show_and_wait(image(picture()))
        assert counts.answered == counts.received
