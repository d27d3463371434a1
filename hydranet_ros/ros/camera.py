# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The node `camera`: publishes a folder, a video, a device or the street, raw and compressed."""

from collections.abc import Iterator
import sys
from typing import Any

from builtin_interfaces.msg import Time as TimeMessage
import rclpy
from rclpy.duration import Duration
from rclpy.logging import get_logger
from rclpy.node import Node
from rclpy.task import Future
from rclpy.time import Time
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image
from std_msgs.msg import Header

from hydranet_ros.compressed_image import JPEG
from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.camera_parameters import declare
from hydranet_ros.ros.compressed_publisher import CompressedPublisher
from hydranet_ros.ros.images import ImageWriter
from hydranet_ros.ros.process import run_node
from hydranet_ros.ros.transport import IMAGE_BEST_EFFORT
from hydranet_ros.ros.transport import IMAGE_RELIABLE
from hydranet_ros.sources import Frame
from hydranet_ros.sources import Intrinsics
from hydranet_ros.sources import open_source
from hydranet_ros.sources import UnreadableFrame

NAME = 'camera'
DEFAULT_RATE = 10.0
# Half the width over the tangent of half of 60 degrees, a common lens.
FOCAL_LENGTH_OVER_WIDTH = 0.866


class CameraNode(Node):
    """Publish the frames of a source with its camera_info, at a steady rate.

    Attributes:
        published: number of frames so far.
        finished: done when the source has ended; its exception where it broke.

    """

    def __init__(self, **arguments: Any) -> None:
        """Open the source that the parameters name; HydranetError where that fails."""
        super().__init__(NAME, **arguments)
        settings = declare(self)
        self._settings = settings
        size = (settings.height, settings.width) if settings.height else None
        self._source = open_source(
            settings.source, size=size, loop=settings.loop, seed=settings.seed
        )
        self._frames: Iterator[Frame] = iter(self._source)
        qos = IMAGE_RELIABLE if settings.reliability == 'reliable' else IMAGE_BEST_EFFORT
        self._images = self.create_publisher(Image, 'image', qos)
        self._compressed = CompressedPublisher(self, 'image', JPEG, qos)
        self._infos = self.create_publisher(CameraInfo, 'camera_info', qos)
        self._writer: ImageWriter | None = None
        self._intrinsics: Intrinsics | None = None
        self._info = CameraInfo()
        self._guessed = False
        self._waiting = settings.wait_for_subscriber
        self.published = 0
        self.finished: Any = Future()  # generic in Kilted, not before
        rate = settings.rate or self._source.fps or DEFAULT_RATE
        self._period = Duration(seconds=1 / rate)
        self._timer = self.create_timer(1 / rate, self._tick)
        self.get_logger().info(
            f'Publishing {self._source.name} on {self._images.topic_name} at {rate:g} Hz, '
            f'{settings.reliability}' + (', once somebody subscribes.' if self._waiting else '.')
        )

    def close(self) -> None:
        """Release the source and say what was published."""
        self._source.close()
        # Not the node's logger: after Ctrl-C the context is gone, and with it /rosout.
        get_logger('hydranet_ros').info(
            f'Published {self.published} frames of {self._source.name}.'
        )

    def _tick(self) -> None:
        if self._waiting and not self._watched():
            return
        self._waiting = False
        try:
            self._publish(next(self._frames))
        except StopIteration:
            self._timer.cancel()
            self.finished.set_result(None)
        except UnreadableFrame as error:
            self.get_logger().warning(f'Skipped a frame: {error}')
        except HydranetError as error:
            self._timer.cancel()
            self.finished.set_exception(error)

    def _publish(self, frame: Frame) -> None:
        height, width = frame.rgb.shape[:2]
        writer = self._writer
        if writer is None or writer.array.shape != frame.rgb.shape:
            writer = self._writer = ImageWriter(height, width, 'rgb8')
        writer.array[:] = frame.rgb
        header = Header(stamp=self._stamp(), frame_id=self._settings.frame_id)
        self._set_info(frame.intrinsics, height, width)
        writer.message.header = self._info.header = header
        self._infos.publish(self._info)
        self._images.publish(writer.message)
        if self._compressed.watched():
            self._compressed.compress(frame.rgb, self._settings.jpeg_quality)
            self._compressed.publish(header)
        self.published += 1

    def _watched(self) -> bool:
        return self._images.get_subscription_count() > 0 or self._compressed.watched()

    def _stamp(self) -> TimeMessage:
        if not self._settings.start_time:
            return self.get_clock().now().to_msg()
        # A double holds microseconds of today's time, not nanoseconds.
        start = Time(nanoseconds=1000 * round(self._settings.start_time * 1e6))
        elapsed = Duration(nanoseconds=self.published * self._period.nanoseconds)
        return (start + elapsed).to_msg()

    def _set_info(self, intrinsics: Intrinsics | None, height: int, width: int) -> None:
        """Describe the lens; without any knowledge of it, one of 60 degrees, said once."""
        focal = self._settings.focal_length
        if focal or intrinsics is None:
            if not focal and not self._guessed:
                self._guessed = True
                self.get_logger().warning(
                    f'{self._source.name} does not say what its lens is: camera_info assumes '
                    '60 degrees across the width. Set the parameter focal_length, in pixels.'
                )
            focal = focal or FOCAL_LENGTH_OVER_WIDTH * width
            centre = (width - 1) / 2, (height - 1) / 2
            intrinsics = Intrinsics(focal, focal, *centre, width, height)
        if intrinsics != self._intrinsics:
            self._intrinsics = intrinsics
            self._info = camera_info(intrinsics)


def camera_info(intrinsics: Intrinsics) -> CameraInfo:
    """Return the message for a rectified pinhole camera (no distortion, no rotation)."""
    fx, fy, cx, cy = intrinsics.fx, intrinsics.fy, intrinsics.cx, intrinsics.cy
    return CameraInfo(
        height=intrinsics.height,
        width=intrinsics.width,
        distortion_model='plumb_bob',
        d=[0.0] * 5,
        k=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the node until its source ends, or Ctrl-C; 1 where the source cannot be played."""
    return run_node(NAME, CameraNode, _play, arguments)


def _play(node: CameraNode) -> int:
    rclpy.spin_until_future_complete(node, node.finished)
    node.finished.result()
    return 0


if __name__ == '__main__':
    sys.exit(main())
