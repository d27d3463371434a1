# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the viewer follows of the node.

Domains: beside a node that has the parameters and the diagnostics of `perception`, and no network.
"""

from typing import Any

from diagnostic_msgs.msg import DiagnosticArray
from diagnostic_msgs.msg import DiagnosticStatus
from diagnostic_msgs.msg import KeyValue
import pytest
from rclpy.parameter import Parameter
from rclpy.task import Future

pytest.importorskip('rerun')

from rerun import RecordingStream

from hydranet_ros.ros.node_watch import NodeWatch
from hydranet_ros.viewer.health import NodeHealth
from hydranet_ros.zoo import load_card
from test.ros.bench import Bench
from test.ros.conftest import Graph
from test.ros.conftest import wait_until

MODEL = 'nyud_kitti'


class Watched:
    """A node called perception that says its model and domain, and the viewer's watch on it."""

    def __init__(self, graph: Graph) -> None:
        self.described: list[Any] = []
        self.node = graph.node('perception')
        self.node.declare_parameter('model', MODEL)
        self.node.declare_parameter('domain', '')
        self._health = self.node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        viewer = graph.node('view')
        self.watch = NodeWatch(
            viewer,
            NodeHealth(RecordingStream('test')),
            lambda classes, depth: self.described.append((classes, depth)),
            '',
        )
        wait_until(lambda: self._health.get_subscription_count() == 1, 'subscription')
        wait_until(self.watch._parameters.service_is_ready, 'service')

    def serve(self, domain: str) -> None:
        self.node.set_parameters([Parameter('domain', value=domain)])
        self.report(domain)

    def report(self, domain: str) -> None:
        entries = {'model': MODEL, 'domain': domain}
        values = [KeyValue(key=key, value=text) for key, text in entries.items()]
        status = DiagnosticStatus(name='perception: perception', values=values)
        self._health.publish(DiagnosticArray(status=[status]))


def test_another_domain_has_its_classes_and_depth(graph: Graph) -> None:
    watched, card = Watched(graph), load_card(MODEL)
    names = [one.name for one in card.domains]
    for number, name in enumerate((*names, names[0]), 1):
        watched.serve(name)
        wait_until(lambda number=number: len(watched.described) == number, name)
        assert watched.described[-1] == (card.classes_of(name), card.depth_of(name))


def test_what_got_no_response_is_asked_again(graph: Graph) -> None:
    watched, name = Watched(graph), load_card(MODEL).domains[0].name
    nothing: Future = Future()
    nothing.set_result(None)
    watched.watch._on_parameters((MODEL, name), nothing)
    watched.serve(name)
    wait_until(lambda: watched.described, 'classes')


def test_the_node_says_its_domain(graph: Graph) -> None:
    bench = Bench(graph)
    assert bench.change(1)
    bench.health_with(model='street', domain='none')
