# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Two perception nodes in one process: one network, separate accounts; and the docs' example."""

from pathlib import Path
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from sensor_msgs.msg import Image

from hydranet_ros.perception import Perception
from hydranet_ros.ros.transport import OUTPUT
from test.conftest import ROOT
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.camera_rig import make_node
from test.ros.conftest import wait_until

NAMESPACES = ('front', 'rear')


@pytest.fixture
def lives(monkeypatch):
    """Note which Perceptions of this process were loaded and closed."""
    noted = {'loaded': [], 'closed': []}
    load, close = Perception.load, Perception.close

    def note_load(*arguments, **options):
        noted['loaded'].append(load(*arguments, **options))
        return noted['loaded'][-1]

    def note_close(self):
        noted['closed'].append(self)
        close(self)

    monkeypatch.setattr(Perception, 'load', note_load)
    monkeypatch.setattr(Perception, 'close', note_close)
    return noted


class Peer:
    """Publishes to both nodes and listens to both."""

    def __init__(self, graph):
        self.node = graph.node('peer')
        self.received = {name: [] for name in NAMESPACES}
        self._images = {}
        for name in NAMESPACES:
            self._images[name] = self.node.create_publisher(Image, f'/{name}/image', OUTPUT)
            self.node.create_subscription(
                Image, f'/{name}/semantic', self.received[name].append, OUTPUT
            )
            wait_until(lambda name=name: self._connected(name), f'connections of {name}', 120.0)

    def _connected(self, name):
        return (
            self._images[name].get_subscription_count() == 1
            and self.node.count_publishers(f'/{name}/semantic') == 1
        )

    def ask(self, name, message):
        """Show an image again and again, because one process may find the other late."""
        before = len(self.received[name])
        timer = self.node.create_timer(0.5, lambda: self._images[name].publish(message))
        wait_until(lambda: len(self.received[name]) > before, f'answer of {name}', 120.0)
        self.node.destroy_timer(timer)
        return self.received[name][-1]

    def show(self, name, message):
        self._images[name].publish(message)


def test_two_nodes_share_one_network_and_the_last_frees_it(graph, lives):
    front, rear = (make_node(graph, namespace=name) for name in NAMESPACES)
    assert front.start()
    assert rear.start()
    peer = Peer(graph)
    for number, name in enumerate(NAMESPACES, 1):
        answer = peer.ask(name, image(picture(number), number=number))
        assert answer.header.stamp.sec == number
    assert len(lives['loaded']) == 1
    wait_until(lambda: front.counts.in_flight == rear.counts.in_flight == 0, 'end of the frames')
    assert front.counts.answered >= 1
    assert rear.counts.answered >= 1
    front.trigger_deactivate()
    front.trigger_cleanup()
    assert lives['closed'] == []
    peer.ask('rear', image(picture(3), number=3))
    rear.trigger_deactivate()
    rear.trigger_cleanup()
    assert lives['closed'] == lives['loaded']


def test_other_parameters_of_the_network_are_another_network(graph, lives):
    front, rear = (
        make_node(graph, namespace=name, threads=threads)
        for threads, name in enumerate(NAMESPACES, 1)
    )
    assert front.start()
    assert rear.start()
    wait_until(lambda: len(lives['loaded']) == 2, 'both networks')


def test_answers_at_once_are_each_their_own(graph, lives):
    """Both workers at the one network, with frames of different sizes."""
    nodes = [make_node(graph, namespace=name) for name in NAMESPACES]
    for node in nodes:
        assert node.start()
    peer = Peer(graph)
    shown = {'front': picture(1, 48, 64), 'rear': picture(2, 61, 93)}
    for name, rgb in shown.items():
        peer.ask(name, image(rgb))
    (network,) = lives['loaded']
    for number in range(1, 6):
        for name, rgb in shown.items():
            peer.show(name, image(rgb, number=number))
    for name, rgb in shown.items():
        wait_until(lambda name=name: len(peer.received[name]) >= 2, f'answers of {name}')
        expected = network.predict(rgb).labels
        for message in peer.received[name]:
            np.testing.assert_array_equal(
                np.frombuffer(message.data, np.uint8).reshape(expected.shape), expected
            )


def largest_segment(pid):
    """Return the bytes of the largest file of Fast DDS that the process has mapped."""
    maps = Path('/proc', str(pid), 'maps').read_text(encoding='utf-8')
    files = set(re.findall(r'(/dev/shm/fastrtps_\w+)$', maps, re.MULTILINE))
    return max((Path(one).stat().st_size for one in files), default=0)


def test_the_example_of_the_docs_runs(graph):
    text = (ROOT / 'docs/cameras.md').read_text(encoding='utf-8')
    (example,) = re.findall(r'```python\n(.*?)```', text, re.DOTALL)
    parameters = ['-p', 'backend:=onnxruntime', '-p', 'threads:=1']
    process = subprocess.Popen(
        [sys.executable, '-c', example, '--ros-args', *parameters],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        peer = Peer(graph)
        for number, name in enumerate(NAMESPACES, 1):
            peer.ask(name, image(picture(number), number=number))
        assert largest_segment(process.pid) >= 32 << 20  # that of our profile
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert 'Traceback' not in said
    assert said.count('Ready: onnxruntime') >= 1
