# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Measure how many images are lost between two processes.

Run `python test/ros/measure_loss.py [--frames N] [--domain ID]` for the whole table. The receiver
does nothing with an image but count it, and has our Fast DDS profile; the camera has it or not.
Not measured: other machines, containers, several cameras at once.
"""

import argparse
from dataclasses import dataclass
import json
import os
from pathlib import Path
import subprocess
import sys
import time

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 20.0


@dataclass(frozen=True)
class Case:
    """One row of the table; `profile` says whether the camera process uses our profile."""

    width: int
    height: int
    offered: str
    profile: bool
    requested: str = 'auto'


@dataclass(frozen=True)
class Loss:
    """Counts of one run; `reported` is what the subscription itself counted as lost."""

    published: int
    received: int
    reported: int
    subscribed: str
    latency_ms: float  # median, from the stamp to the callback

    @property
    def share(self) -> float:
        return 1 - self.received / self.published


CASES = [
    Case(width, height, offered, profile)
    for profile in (True, False)
    for width, height in ((640, 480), (1920, 1080))
    for offered in ('best_effort', 'reliable')
]


def measure(case: Case, frames: int, domain: int, rate: float = 30.0) -> Loss:
    """Run a camera and a receiver process; publish once the receiver has settled."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')
    }
    environment |= {
        'ROS_DOMAIN_ID': str(domain),
        'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST',
        'PYTHONPATH': os.pathsep.join([str(ROOT), os.environ.get('PYTHONPATH', '')]),
    }

    def start(role: str, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, __file__, role, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )

    camera = start('camera', case.width, case.height, case.offered, case.profile, frames, rate)
    receiver = start('receiver', case.requested, case.offered)
    try:
        assert receiver.stdout is not None
        # Fast DDS writes its own errors to the same stream.
        if 'settled\n' not in receiver.stdout:
            raise RuntimeError('the receiver ended before it was subscribed')
        camera.communicate('go\n', timeout=frames / rate + DEADLINE_S)
        report, _ = receiver.communicate('stop\n', timeout=DEADLINE_S)
    finally:
        for process in (camera, receiver):
            process.kill()
            process.wait()
    return Loss(published=frames, **json.loads(report.splitlines()[-1]))


def camera(width: int, height: int, offered: str, profile: bool, frames: int, rate: float) -> None:
    """Publish `frames` images once a line comes in."""
    from hydranet_ros.fastdds_profile import use_profile
    from hydranet_ros.ros import images
    from hydranet_ros.ros import transport

    if profile:
        use_profile()
    import rclpy
    from rclpy.duration import Duration
    from sensor_msgs.msg import Image

    rclpy.init()
    node = rclpy.create_node('camera')
    reliable = offered == 'reliable'
    qos = transport.IMAGE_RELIABLE if reliable else transport.IMAGE_BEST_EFFORT
    publisher = node.create_publisher(Image, 'image', qos)
    writer = images.ImageWriter(height, width, 'rgb8')
    sys.stdin.readline()
    start = time.monotonic()
    for index in range(frames):
        time.sleep(max(0.0, start + index / rate - time.monotonic()))
        writer.array[:] = index % 256
        writer.message.header.stamp = node.get_clock().now().to_msg()
        publisher.publish(writer.message)
    # Reliable images are still on their way; best-effort ones need the same moment.
    publisher.wait_for_all_acked(Duration(seconds=2))
    time.sleep(0.5)
    node.destroy_node()
    rclpy.shutdown()


def receiver(requested: str, offered: str) -> None:
    """Count images until a line comes in, then print the counts."""
    from hydranet_ros.fastdds_profile import use_profile
    from hydranet_ros.ros import subscription

    use_profile()
    import threading

    import rclpy
    from rclpy.executors import SingleThreadedExecutor
    from rclpy.time import Time
    from sensor_msgs.msg import Image

    rclpy.init()
    node = rclpy.create_node('receiver')
    latencies: list[float] = []

    def count(message: Image) -> None:
        age = node.get_clock().now() - Time.from_msg(message.header.stamp)
        latencies.append(age.nanoseconds / 1e6)

    images = subscription.ImageSubscription(node, Image, 'image', count, requested)
    expected = offered if requested == 'auto' else requested
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline and not (
        node.count_publishers('image') and images.reliability.name.lower() == expected
    ):
        executor.spin_once(timeout_sec=0.1)
    settle = time.monotonic() + 0.5  # the camera has to discover the final subscription
    while time.monotonic() < settle:
        executor.spin_once(timeout_sec=0.1)
    print('settled', flush=True)
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    while not stop.is_set():
        executor.spin_once(timeout_sec=0.1)
    print(
        json.dumps(
            {
                'received': len(latencies),
                'reported': images.lost,
                'subscribed': images.reliability.name.lower(),
                'latency_ms': sorted(latencies)[len(latencies) // 2] if latencies else 0.0,
            }
        ),
        flush=True,
    )
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--frames', type=int, default=300, help='frames a case (default 300)')
    parser.add_argument('--domain', type=int, default=97, help='ROS_DOMAIN_ID (default 97)')
    options = parser.parse_args()
    print('| image | camera offers | our profile | auto gives | lost | counted | p50 |')
    print('|---|---|---|---|---|---|---|')
    for case in CASES:
        loss = measure(case, options.frames, options.domain)
        print(
            f'| {case.width}x{case.height} | {case.offered} | {"yes" if case.profile else "no"} '
            f'| {loss.subscribed} | {100 * loss.share:.1f} % | {loss.reported} '
            f'| {loss.latency_ms:.1f} ms |',
            flush=True,
        )


if __name__ == '__main__':
    match sys.argv[1:]:
        case ['camera', width, height, offered, profile, frames, rate]:
            camera(int(width), int(height), offered, profile == 'True', int(frames), float(rate))
        case ['receiver', requested, offered]:
            receiver(requested, offered)
        case _:
            main()
