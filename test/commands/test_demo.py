# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The whole demo as a user starts it: three processes, real DDS, a real network.

The rates and latencies that it prints are read, not judged: they are the machine's.
"""

import os
from pathlib import Path
import re
import signal
import subprocess
import sys
import time
from urllib.request import urlopen

import cv2
import numpy as np
import pytest

from hydranet_ros.perception import Perception
from hydranet_ros.rendering import color_depth
from hydranet_ros.rendering import color_labels
from hydranet_ros.sources import open_source

pytest.importorskip('rclpy')

PATIENCE_S = 120.0
TOP = 30 + 30  # caption, titles
ROOT = Path(__file__).resolve().parents[2]


class Demo:
    """A running `hydranet demo` and what it has printed."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'hydranet_ros', 'demo', *map(str, arguments)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, 'PYTHONUNBUFFERED': '1'},
        )
        self.said = ''

    def read_until(self, pattern):
        """Read lines until one matches; the demo's own end bounds the wait."""
        for line in self.process.stdout:
            self.said += line
            found = re.search(pattern, line)
            if found:
                return found
        pytest.fail(f'never said {pattern}:\n{self.said}\n{self.process.stderr.read()}')

    def children(self):
        tasks = Path(f'/proc/{self.process.pid}/task').glob('*/children')
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def end(self):
        rest, errors = self.process.communicate(timeout=PATIENCE_S)
        self.said += rest
        return self.process.returncode, errors


@pytest.fixture
def start():
    demos = []

    def starter(*arguments):
        demos.append(Demo(*arguments))
        return demos[-1]

    yield starter
    for demo in demos:
        if demo.process.poll() is None:
            demo.process.terminate()
            demo.process.communicate(timeout=PATIENCE_S)


def wait_until_gone(pids):
    deadline = time.monotonic() + PATIENCE_S
    while any(Path(f'/proc/{pid}').exists() for pid in pids):
        assert time.monotonic() < deadline, f'{pids} live on'
        time.sleep(0.05)


def test_the_picture_is_the_node_answering_the_camera(start, tmp_path):
    """Frame, labels and depth in demo.png are those of one street frame through the model."""
    settings = ('--backend', 'onnxruntime', '--precision', 'fp32', '--rate', '5')
    demo = start('--duration', 2, '--out', tmp_path, '--port', 0, *settings)
    url = demo.read_until(r'http://127\.0\.0\.1:\d+/')[0]
    demo.read_until(r'ROS_DOMAIN_ID=\d+')
    demo.read_until(r'in +\d+\.\d Hz  out +\d+\.\d Hz  latency p50')
    with urlopen(url + 'picture.jpg', timeout=PATIENCE_S) as answer:
        assert answer.read(2) == b'\xff\xd8'
    status, errors = demo.end()
    assert status == 0, errors
    answered = int(re.search(r'\d+ images, (\d+) answered', demo.said)[1])
    assert answered >= 2
    sheet = cv2.imread(str(tmp_path / 'demo.png'))[..., ::-1]
    camera, semantic, depth = (
        sheet[TOP : TOP + 480, left : left + 640] for left in (0, 640, 1280)
    )
    with (
        open_source('street') as street,
        Perception.load('street', backend='onnxruntime', precision='fp32') as perception,
    ):
        frames = (street.read(position) for position in range(400))
        frame = next(one for one in frames if (one.rgb == camera).all())
        expected = perception.predict(frame.rgb, fx=frame.intrinsics.fx)
        same = (semantic == color_labels(expected.labels, perception.palette)).all(2).mean()
        assert same > 0.999
        reach = perception.depth_range
        painted = color_depth(expected.depth, reach.min_m, reach.max_m).astype(int)
        assert (np.abs(painted - depth).max(2) <= 8).mean() > 0.999
    assert not list(tmp_path.glob('*.part'))


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_three_processes(start, tmp_path, number):
    demo = start('--out', tmp_path, '--no-web')
    demo.read_until(r'starting|loading|building|waiting')
    children = demo.children()
    assert len(children) == 2
    demo.process.send_signal(number)
    status, errors = demo.end()
    assert status == 0, errors
    assert 'Traceback' not in errors
    wait_until_gone(children)


def test_a_process_that_dies_ends_the_demo(start, tmp_path):
    demo = start('--out', tmp_path, '--no-web', '--source', tmp_path / 'nowhere')
    status, errors = demo.end()
    assert status == 1
    assert 'camera process ended with status 1' in errors
    assert 'nowhere' in errors
    assert 'Traceback' not in errors


def test_a_killed_perception_ends_the_demo(start, tmp_path):
    demo = start('--out', tmp_path, '--no-web')
    demo.read_until(r' in +\d')
    camera, perception = sorted(
        demo.children(), key=lambda pid: b'node' in Path(f'/proc/{pid}/cmdline').read_bytes()
    )
    os.kill(perception, signal.SIGKILL)
    status, errors = demo.end()
    assert status == 1
    assert 'perception process ended with status -9' in errors
    wait_until_gone([camera])


@pytest.mark.parametrize(
    ('arguments', 'says'),
    [
        (('--model', 'nope'), 'no model'),
        (('--duration', '0'), 'no number above 0'),
        (('--port', '70000'), 'no port'),
        (('--domain-id', '233'), 'no ROS domain'),
        (('--optimization-level', '6'), 'The optimization level is 6'),
        (('--weights', '/nowhere.onnx'), 'There are no weights /nowhere.onnx'),
    ],
)
def test_bad_arguments_are_said(start, tmp_path, arguments, says):
    status, errors = start('--out', tmp_path / 'out', *arguments).end()
    assert status in (1, 2)
    assert says in errors
    assert 'Traceback' not in errors
