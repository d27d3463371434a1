# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""config/sros2_policy.xml allows what the nodes do, and nothing else.

Not verified: that DDS Security enforces it; sros2 and the security plugins are not on the machines
that run the tests.
"""

from xml.etree import ElementTree

import pytest
from rclpy.expand_topic_name import expand_topic_name

from hydranet_ros.resources import config_dir
from hydranet_ros.ros.camera import CameraNode
from test.ros.bench import Bench

# What comes with a model's tasks, a middleware, a parameter or a distribution.
OPTIONAL = {
    *('/normals', '/normals/color', '/normals/color/compressed', '/semantic/label_info'),
    *('/image/compressed', '/clock', '/parameter_events'),
    # Of distributions after Humble.
    *('/perception/get_type_description', '/camera/get_type_description'),
}


def allowed(node: str) -> dict[tuple[str, str], set[str]]:
    policy = ElementTree.parse(config_dir() / 'sros2_policy.xml').getroot()
    profile = policy.find(f"./enclaves/enclave[@path='/hydranet/{node}']/profiles/profile")
    found = {}
    for group in profile:
        ((verb, verdict),) = group.attrib.items()
        assert verdict == 'ALLOW'
        names = {expand_topic_name(one.text, node, '/') for one in group}
        found[group.tag, verb] = names
    return found


def done(node) -> dict[tuple[str, str], set[str]]:
    name = node.get_name()
    services = node.get_service_names_and_types_by_node(name, '/')
    return {
        ('topics', 'publish'): {
            one[0] for one in node.get_publisher_names_and_types_by_node(name, '/')
        },
        ('topics', 'subscribe'): {
            one[0] for one in node.get_subscriber_names_and_types_by_node(name, '/')
        },
        ('services', 'reply'): {one[0] for one in services},
    }


@pytest.mark.parametrize('name', ['perception', 'camera'])
def test_the_policy_is_what_the_node_does(graph, name):
    if name == 'perception':
        bench = Bench(graph)
        bench.start()
        node = bench.perception
    else:
        node = graph.add(CameraNode(context=graph.context))
    allows, does = allowed(name), done(node)
    assert allows.keys() == does.keys()
    for what, names in does.items():
        assert names <= allows[what], what
        assert allows[what] - names <= OPTIONAL, what
