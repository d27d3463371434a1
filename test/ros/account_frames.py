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

import rclpy
from rclpy.executors import SingleThreadedExecutor

from hydranet_ros.fastdds_profile import use_profile
from hydranet_ros.frame_counts import Outcome
from hydranet_ros.ros.child_process import ChildProcess
from hydranet_ros.zoo import load_card
from test.ros.frame_recorder import balance
from test.ros.frame_recorder import FrameRecorder
from test.ros.frame_recorder import SentHeaders
from test.ros.frame_recorder import spin

START_S = 1000.0
SETTLE_S = 2.0


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
    recorder = FrameRecorder(node)
    recorder.cameras.append(SentHeaders(START_S, given.rate, given.frame_id))
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
        spin(executor, lambda: camera.status is not None, 'end of the source')
        spin(executor, lambda: recorder.quiet, 'end of the last frame')
        settled = time.monotonic() + SETTLE_S
        spin(executor, lambda: time.monotonic() > settled, 'end')
        published = int(re.search(r'(\d+) (?:frames|images)', camera.last_lines()[-1]).group(1))
    node.destroy_node()
    context.shutdown()
    print(camera.last_lines()[-1])
    return account(published, recorder)


def account(published: int, recorder: FrameRecorder) -> int:
    counts = recorder.counts()
    print(f'published {published}, received {counts["received"]}, lost {counts["lost"]}')
    print(', '.join(f'{one.value} {counts[one.value]}' for one in Outcome))
    sound = counts['received'] + counts['lost'] == published and balance(counts) == 0
    for topic, record in recorder.outputs.items():
        sound &= record.received == counts['answered'] and record.last[1] < published
        sound &= not record.foreign and not record.not_newer
        print(
            f'{topic}: {record.received} messages, {record.foreign} with a foreign header, '
            f'{record.not_newer} not newer than the one before'
        )
    print('every frame is accounted for' if sound else 'NOT every frame is accounted for')
    print({key: text for key, text in recorder.report.items() if key not in counts})
    return 0 if sound else 1


if __name__ == '__main__':
    sys.exit(main())
