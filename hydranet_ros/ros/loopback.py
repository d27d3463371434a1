# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Whether images go from one process to another here: our camera in one, a counter in this one."""

from contextlib import ExitStack
import json
import time

import numpy as np
import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import Image

from hydranet_ros.fastdds_profile import use_profile
from hydranet_ros.ros.child_process import ChildProcess
from hydranet_ros.ros.quiet_domain import enter
from hydranet_ros.ros.subscription import ImageReliability
from hydranet_ros.ros.subscription import ImageSubscription

SECONDS = 3.0
_START_PATIENCE_S = 60.0
_CAMERA = {'source': 'street', 'rate': 20.0, 'loop': True, 'wait_for_subscriber': True}
_SIZE = {'width': 640, 'height': 480}


def measure(seconds: float = SECONDS) -> dict[str, float]:
    """Return how many images were received and lost, and the median latency in ms.

    Best effort, as camera drivers send, with our Fast DDS profile, in a domain of its own.
    """
    enter()
    use_profile()
    with ExitStack() as stack:
        camera = ChildProcess('camera', 'hydranet_ros.ros.camera', _CAMERA | _SIZE)
        stack.callback(camera.stop)
        context = Context()
        context.init()
        stack.callback(context.try_shutdown)
        node = rclpy.create_node('loopback', context=context)
        stack.callback(node.destroy_node)
        executor = SingleThreadedExecutor(context=context)
        stack.callback(executor.shutdown)
        executor.add_node(node)
        ages: list[float] = []

        def note(message: Image) -> None:
            stamp = message.header.stamp
            ages.append((node.get_clock().now().nanoseconds - stamp.nanosec) * 1e-9 - stamp.sec)

        images = ImageSubscription(node, Image, 'image', note, ImageReliability.BEST_EFFORT)
        end = time.monotonic() + _START_PATIENCE_S
        began = False
        while time.monotonic() < end and camera.status is None:
            executor.spin_once(timeout_sec=0.05)
            if ages and not began:
                began, end = True, time.monotonic() + seconds
        latency = float(np.median(ages)) * 1e3 if ages else 0.0
        return {'received': len(ages), 'lost': images.lost or 0, 'latency_ms': latency}


def main() -> None:
    """Print it as one line of JSON."""
    print(json.dumps(measure()))
