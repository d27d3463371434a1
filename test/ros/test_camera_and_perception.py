# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What the demo and the benchmark ask of the perception node is what it will load.

That processes start with it is tested in test_child_process.py and by the whole demo.
"""

from pathlib import Path

import rclpy

from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.ros.camera_and_perception import EngineChoice
from hydranet_ros.ros.child_process import as_parameter
from hydranet_ros.ros.network_loader import recipe
from hydranet_ros.ros.settings import declare
from hydranet_ros.shared_perception import Recipe


def loaded(engine: EngineChoice) -> Recipe:
    """Return what a node with these parameters on its command line would load."""
    arguments = [part for item in engine.parameters.items() for part in as_parameter(*item)]
    context = rclpy.Context()
    rclpy.init(context=context, args=['--ros-args', *arguments])
    node = rclpy.create_node('perception', context=context)
    try:
        return recipe(declare(node))
    finally:
        node.destroy_node()
        rclpy.shutdown(context=context)


def test_what_was_chosen_is_loaded() -> None:
    weights = Path('/of the user/weights.onnx')
    chosen = EngineChoice('street', weights, 'tensorrt', 'fp16', BuilderOptions(5, 1024, 1))
    found = loaded(chosen)
    assert (found.model, found.weights) == ('street', str(weights))
    assert (found.backend, found.precision) == ('tensorrt', 'fp16')
    assert found.builder == chosen.builder


def test_by_default_it_is_as_the_node_itself() -> None:
    found = loaded(EngineChoice('street'))
    assert (found.weights, found.backend, found.precision) == (None, 'auto', 'auto')
    assert found.builder == BuilderOptions()
