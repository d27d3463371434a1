# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What an inactive node takes of the processor, and an unconfigured one of the memory.

The figures are of this whole process, with camera, listener and test; those of docs/run_time.md
are larger images'.
"""

import time

import pytest
from sensor_msgs.msg import Image

from hydranet_ros.ros.memory_watch import resident_memory
from test.ros.bench import Bench
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import wait_until

CONFIGURE, CLEANUP, ACTIVATE, DEACTIVATE = 1, 2, 3, 4
HEIGHT, WIDTH = 240, 320
PATIENCE_S = 300.0  # its engine is built and judged, perhaps on a busy machine


@pytest.fixture
def bench(graph):
    return Bench(graph, max_stamp_age=0.0)


def answer(bench) -> None:
    bench.start()
    bench.show(image(picture(0, HEIGHT, WIDTH)))
    wait_until(lambda: bench.counts.in_flight == 0, 'answer', PATIENCE_S)


def test_an_inactive_node_takes_no_processor_time(bench):
    bench.start()
    bench.listen('semantic', 'depth')
    bench.show_and_wait(image(picture()))
    assert bench.change(DEACTIVATE)
    told = len(bench.health)
    used, began = time.process_time(), time.perf_counter()
    wait_until(lambda: len(bench.health) >= told + 3, 'three diagnoses')
    share = (time.process_time() - used) / (time.perf_counter() - began)
    # Discovery, diagnostics and the polling of this test; the network would take all there is.
    assert share < 0.25


def test_cleanup_frees_what_configuration_took(bench):
    if resident_memory() is None:
        pytest.skip('no /proc on this system')
    bench.peer.create_subscription(Image, 'semantic', lambda _: None, 1)
    answer(bench)  # the libraries stay
    assert bench.change(DEACTIVATE)
    assert bench.change(CLEANUP)
    before = resident_memory()
    answer(bench)
    active = resident_memory()
    assert bench.change(DEACTIVATE)
    assert bench.change(CLEANUP)
    assert resident_memory() - before < 0.5 * (active - before)
