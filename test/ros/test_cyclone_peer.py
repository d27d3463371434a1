# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""An image of another DDS implementation, without ROS, is answered, and the answer read by it.

Skipped where the cyclonedds package is not installed: it has wheels for x86_64 and Python 3.10 to
3.13. Over UDP on the loopback only; nothing is said of rmw_cyclonedds_cpp.
"""

import json
import os
from pathlib import Path
import subprocess
import sys

import pytest
from sensor_msgs.msg import Image

from test.ros.bench import Bench
from test.ros.conftest import wait_until
from test.ros.cyclone_camera import FRAME_ID
from test.ros.cyclone_camera import HEIGHT
from test.ros.cyclone_camera import WIDTH

pytest.importorskip('cyclonedds')

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 120.0


@pytest.fixture
def camera(graph, tmp_path):
    """The lines that the peer has printed so far."""
    printed = tmp_path / 'answers'
    with printed.open('wb') as file:
        process = subprocess.Popen(
            [sys.executable, '-m', 'test.ros.cyclone_camera', os.environ['ROS_DOMAIN_ID']],
            cwd=ROOT,
            stdout=file,
            start_new_session=True,
        )
    yield lambda: [json.loads(line) for line in printed.read_text().split('\n')[:-1]]
    process.kill()
    process.wait()


def test_an_image_of_cyclone_dds_is_answered(graph, camera):
    bench = Bench(graph)
    bench.start()
    received: list[Image] = []
    bench.peer.create_subscription(Image, 'semantic', received.append, 10)
    wait_until(lambda: len(received) >= 3, 'answers', DEADLINE_S)
    wait_until(lambda: len(camera()) >= 3, 'answers at the peer', DEADLINE_S)
    for one in received:
        assert (one.header.frame_id, one.header.stamp.nanosec) == (FRAME_ID, 7)
        assert (one.encoding, one.height, one.width) == ('mono8', HEIGHT, WIDTH)
    seconds = [line[0] for line in camera()]
    assert seconds == sorted(set(seconds))
    assert all(
        line[1:] == [7, FRAME_ID, 'mono8', HEIGHT, WIDTH, HEIGHT * WIDTH] for line in camera()
    )
