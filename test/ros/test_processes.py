# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The node as a process of its own, as a person starts it: every frame accounted for, a clean end.

This process is the camera and the listener. Loss at high rates is measured, not tested.
"""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
from pathlib import Path
import signal
import subprocess
import sys

from diagnostic_msgs.msg import DiagnosticArray
import pytest
from sensor_msgs.msg import Image

from hydranet_ros.fastdds_profile import profile_path
from hydranet_ros.fastdds_profile import PROFILE_VARIABLES
from hydranet_ros.frame_counts import Outcome
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.transport import OUTPUT
from test.ros.bench import ENGINE
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import DEADLINE_S
from test.ros.conftest import enter_next_domain
from test.ros.conftest import wait_until

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 40
RATE_HZ = 20.0


@pytest.fixture(autouse=True)
def _profile(monkeypatch):
    enter_next_domain()
    for name in PROFILE_VARIABLES:
        monkeypatch.setenv(name, str(profile_path()))


class Process:
    """`perception` with parameters; its output goes to a file that the test reads."""

    def __init__(self, log: Path, parameters: dict[str, object]) -> None:
        self._log = log
        given = [text for one in parameters.items() for text in ('-p', '{}:={}'.format(*one))]
        with log.open('wb') as file:
            self._process = subprocess.Popen(
                [sys.executable, '-m', 'hydranet_ros.ros.node', '--ros-args', *given],
                cwd=ROOT,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(encoding='utf-8')

    def wait_for(self, words: str) -> None:
        wait_until(
            lambda: words in self.output or self._process.poll() is not None, f'{words!r} said'
        )
        assert words in self.output

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def end(self) -> int:
        return self._process.wait(DEADLINE_S)

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def perception(folder: Path, **parameters: object) -> Iterator[Process]:
    process = Process(folder / 'perception.log', ENGINE | parameters)
    try:
        yield process
    finally:
        process.kill()


def stamps(messages: Sequence[Image]) -> list[tuple[int, int]]:
    return [(one.header.stamp.sec, one.header.stamp.nanosec) for one in messages]


def test_every_published_frame_is_accounted_for(graph, tmp_path):
    peer = graph.node('peer')
    camera = peer.create_publisher(Image, 'image', OUTPUT)
    health: list[dict[str, str]] = []
    peer.create_subscription(
        DiagnosticArray, '/diagnostics', lambda one: health.append(entries_of(one)), 10
    )
    answers: dict[str, list[Image]] = {'semantic': [], 'depth': []}
    for topic, received in answers.items():
        peer.create_subscription(Image, topic, received.append, 10)
    sent = [image(picture(seed, 240, 320), number=seed + 1) for seed in range(FRAMES)]
    waiting = iter(sent)

    with perception(tmp_path, threads=1) as node:
        wait_until(lambda: camera.get_subscription_count() == 1, 'subscription of the node')
        wait_until(lambda: peer.count_publishers('semantic') == 1, 'output of the node')

        def publish() -> None:
            if (message := next(waiting, None)) is not None:
                camera.publish(message)

        peer.create_timer(1 / RATE_HZ, publish)

        def accounted() -> dict[str, int] | None:
            numbers = {
                name: int(health[-1][name]) for name in ('received', 'lost', 'in_flight', *Outcome)
            }
            done = numbers['received'] + numbers['lost'] == FRAMES and not numbers['in_flight']
            return numbers if done else None

        numbers = wait_until(lambda: health and accounted(), f'account of {FRAMES} frames')
        assert numbers['received'] == sum(numbers[outcome] for outcome in Outcome)
        assert numbers['answered'] > 0  # how many depends on how busy the machine is
        assert numbers['failed'] == 0
        for received in answers.values():
            wait_until(lambda r=received: len(r) == numbers['answered'], 'last answer')
            assert set(stamps(received)) <= set(stamps(sent))
            assert stamps(received) == sorted(set(stamps(received)))
            assert {one.header.frame_id for one in received} == {sent[0].header.frame_id}
        node.interrupt()
        assert node.end() == 0
        assert 'Traceback' not in node.output


def test_ctrl_c_in_the_middle_of_a_stream_ends_cleanly(graph, tmp_path):
    peer = graph.node('peer')
    camera = peer.create_publisher(Image, 'image', OUTPUT)
    shown = image(picture(0, 240, 320))
    peer.create_timer(0.01, lambda: camera.publish(shown))
    answers: list[Image] = []
    peer.create_subscription(Image, 'semantic/overlay', answers.append, 10)
    with perception(tmp_path) as node:
        wait_until(lambda: len(answers) >= 5, 'stream')
        node.interrupt()
        assert node.end() == 0, node.output
        assert 'Traceback' not in node.output
        assert 'Image skipped' not in node.output


def test_ctrl_c_while_loading_ends_cleanly(tmp_path):
    with perception(tmp_path) as node:
        node.wait_for('Model street')
        node.interrupt()
        node.interrupt()
        assert node.end() == 0, node.output
        assert 'Traceback' not in node.output


def test_a_node_that_cannot_start_says_why_and_fails(tmp_path):
    with perception(tmp_path, model='no_such_model') as node:
        assert node.end() == 1
        assert "no model 'no_such_model'" in node.output
        assert 'Traceback' not in node.output


def test_a_wrong_parameter_is_a_sentence(tmp_path):
    with perception(tmp_path, overlay_alpha=7.0) as node:
        assert node.end() == 1
        assert 'overlay_alpha' in node.output
        assert 'Traceback' not in node.output


@pytest.mark.parametrize(
    ('name', 'value', 'said'),
    [
        ('input_size', '[]', 'input_size must be of type integer array'),
        ('use_sim_time', 'maybe', "'use_sim_time' to 'maybe'"),
        ('threads', '[1', 'Check what follows --ros-args'),
    ],
)
def test_an_argument_that_ros_refuses_is_a_sentence(tmp_path, name, value, said):
    with perception(tmp_path, **{name: value}) as node:
        assert node.end() == 1
        assert said in node.output
        assert 'Traceback' not in node.output


def test_without_autostart_a_manager_decides(graph, tmp_path):
    peer = graph.node('peer')
    health: list[dict[str, str]] = []
    peer.create_subscription(
        DiagnosticArray, '/diagnostics', lambda one: health.append(entries_of(one)), 10
    )
    with perception(tmp_path, autostart='false') as node:
        wait_until(lambda: health, 'diagnosis')
        assert health[-1]['state'] == 'unconfigured'
        node.interrupt()
        assert node.end() == 0
