# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Play a source through the node, three processes, and account for every published frame.

`python -m test.ros.account_frames SOURCE --model kitti --weights kitti.onnx --rate 10` prints
what became of each image and whether stamps and frame ids of the outputs are those of inputs.
It does not look at the pixels.
"""

import argparse
from contextlib import ExitStack
import os
import re
import sys
import time

from diagnostic_msgs.msg import DiagnosticArray
import rclpy
from rclpy.duration import Duration
from rclpy.executors import SingleThreadedExecutor
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from hydranet_ros.fastdds_profile import use_profile
from hydranet_ros.ros.child_process import ChildProcess
from hydranet_ros.ros.diagnostics import entries_of
from hydranet_ros.ros.diagnostics import TOPIC as DIAGNOSTICS
from hydranet_ros.ros.slot import Outcome
from hydranet_ros.ros.transport import OUTPUT
from hydranet_ros.zoo import load_card

TOPICS = ('semantic', 'semantic/confidence', 'depth')
START_S = 1000.0
PATIENCE_S = 120.0
Key = tuple[int, int, str]


class Recorder:
    """Keep the header of every message, and the newest account of the node."""

    def __init__(self, node: rclpy.node.Node) -> None:
        self.headers: dict[str, list[Key]] = {topic: [] for topic in (*TOPICS, 'info')}
        self.report: dict[str, str] = {}
        for topic in TOPICS:
            node.create_subscription(Image, topic, self._keep(topic), OUTPUT)
        node.create_subscription(CameraInfo, 'depth/camera_info', self._keep('info'), OUTPUT)
        node.create_subscription(DiagnosticArray, DIAGNOSTICS, self._on_diagnostics, 10)

    def _keep(self, topic: str):
        def keep(message: Image | CameraInfo) -> None:
            header = message.header
            self.headers[topic].append((header.stamp.sec, header.stamp.nanosec, header.frame_id))

        return keep

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        self.report = entries_of(message) or self.report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('source')
    parser.add_argument('--model', default='street')
    parser.add_argument('--weights', default='')
    parser.add_argument('--rate', type=float, default=10.0)
    parser.add_argument('--frame-id', default='kitti_image_02')
    given = parser.parse_args()
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    use_profile()
    load_card(given.model)
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('recorder', context=context)
    recorder = Recorder(node)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    with ExitStack() as stack:
        perception = ChildProcess(
            'perception',
            'hydranet_ros.ros.node',
            {'model': given.model, 'weights': given.weights},
        )
        stack.callback(perception.stop)
        camera = ChildProcess(
            'camera',
            'hydranet_ros.ros.camera',
            {
                'source': given.source,
                'rate': given.rate,
                'frame_id': given.frame_id,
                'wait_for_subscriber': True,
                'start_time': START_S,
            },
        )
        stack.callback(camera.stop)
        spin(executor, lambda: camera.status is not None)
        spin(executor, lambda: recorder.report.get('in_flight') == '0', settle=2.0)
        published = int(re.search(r'(\d+) (?:frames|images)', camera.last_lines()[-1]).group(1))
    node.destroy_node()
    context.shutdown()
    print(camera.last_lines()[-1])
    return account(sent_headers(published, given.rate, given.frame_id), recorder)


def spin(executor: SingleThreadedExecutor, done, settle: float = 0.0) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        executor.spin_once(timeout_sec=0.1)
        if time.monotonic() > deadline:
            raise SystemExit('no end within two minutes')
    settled = time.monotonic() + settle
    while time.monotonic() < settled:
        executor.spin_once(timeout_sec=0.1)


def sent_headers(published: int, rate: float, frame_id: str) -> set[Key]:
    """Give the headers that the camera was told to send."""
    period = Duration(seconds=1.0 / rate).nanoseconds
    stamps = [int(START_S) * 10**9 + i * period for i in range(published)]
    return {(*divmod(stamp, 10**9), frame_id) for stamp in stamps}


def account(sent: set[Key], recorder: Recorder) -> int:
    report = recorder.report
    counts = {outcome.value: int(report[outcome.value]) for outcome in Outcome}
    lost = int(report['lost'])
    print(f'published {len(sent)}, received {report["received"]}, lost by the transport {lost}')
    print(', '.join(f'{name} {count}' for name, count in counts.items()))
    sound = sum(counts.values()) + lost == len(sent)
    for topic in ('semantic', 'semantic/confidence', 'depth', 'info'):
        headers = recorder.headers[topic]
        foreign = [header for header in headers if header not in sent]
        once = len(headers) == len(set(headers))
        sound &= once and not foreign and len(headers) == counts['answered']
        print(f'{topic}: {len(headers)} messages, {len(foreign)} with a foreign header')
    print('every frame is accounted for' if sound else 'NOT every frame is accounted for')
    print({k: v for k, v in report.items() if k not in counts})
    return 0 if sound else 1


if __name__ == '__main__':
    sys.exit(main())
