# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the camera's calibration to the focal length that makes the network's depth metres."""

from enum import Enum
import math
import time
from typing import Any

from sensor_msgs.msg import CameraInfo

from hydranet_ros.metric_depth import whose_metres
from hydranet_ros.zoo.card_types import DepthRange

GRACE_S = 5.0  # from the first image on, for which a camera_info may still come


def image_size(info: CameraInfo) -> tuple[float, float]:
    """Return (height, width) of the images that a calibration is for.

    sensor_msgs/CameraInfo: height, width and ROI count the sensor's pixels, of which an image has
    one for binning_y x binning_x; 0 stands for no ROI and for no binning.
    """
    return (
        (info.roi.height or info.height) / max(info.binning_y, 1),
        (info.roi.width or info.width) / max(info.binning_x, 1),
    )


def fits(info: CameraInfo, height: int, width: int) -> bool:
    """Tell whether a calibration is for images of this size; binning may leave part of a pixel."""
    of_height, of_width = image_size(info)
    return abs(of_height - height) < 1 and abs(of_width - width) < 1


def focal_length(info: CameraInfo, rectified: bool) -> float:
    """Return fx in pixels of the images; 0 where the camera is not calibrated.

    K holds for raw images, P for rectified ones. Binning divides; a ROI cuts and changes nothing.
    """
    fx = info.p[0] if rectified and info.p[0] > 0 else info.k[0]
    return float(fx) / max(info.binning_x, 1)


def is_rectified(topic: str) -> bool:
    """Tell by its name, as image_proc gives it (image_rect...), whether images are rectified."""
    return topic.rpartition('/')[2].startswith('image_rect')


class Reason(str, Enum):
    """Why the metres of depth are not the camera's."""

    ANOTHER_SIZE = 'another size'
    NOT_STATED = 'not stated'
    NO_CAMERA_INFO = 'no camera_info'
    NOT_CALIBRATED = 'not calibrated'


class Calibration:
    """Hold the newest camera_info; say, each reason once, why depth is not the camera's metres.

    Args:
        logger: an rclpy logger.
        image_topic, info_topic: the names after remapping.

    Attributes:
        newest: the calibration that came last, or None; the executor's thread replaces it.

    """

    def __init__(self, logger: Any, image_topic: str, info_topic: str) -> None:
        self._logger = logger
        self._info_topic = info_topic
        self._rectified = is_rectified(image_topic)
        self._lacking_since: float | None = None
        self._told: set[Reason] = set()
        self.newest: CameraInfo | None = None

    def of_images(self, height: int, width: int) -> CameraInfo | None:
        """Return the calibration where one has come and is for images of this size."""
        return _fitting(self.newest, height, width)

    def fx(self, depth: DepthRange, height: int, width: int) -> float | None:
        """Return the focal length of images of this size (pixels); None: depth stays as it is."""
        newest = self.newest
        info = _fitting(newest, height, width)
        if info is not None and depth.focal_length_px:
            fx = focal_length(info, self._rectified)
            if 0 < fx < math.inf:
                return fx
        reason = self._reason(depth, newest, info)
        if reason is not None and reason not in self._told:
            self._told.add(reason)
            self._tell(reason, depth, newest, (height, width))
        return None

    def _reason(
        self, depth: DepthRange, newest: CameraInfo | None, info: CameraInfo | None
    ) -> Reason | None:
        if newest is not None and info is None:
            return Reason.ANOTHER_SIZE
        if not depth.focal_length_px:
            return Reason.NOT_STATED
        if info is not None:
            return Reason.NOT_CALIBRATED
        now = time.monotonic()
        if self._lacking_since is None:
            self._lacking_since = now
        return Reason.NO_CAMERA_INFO if now - self._lacking_since >= GRACE_S else None

    def _tell(
        self,
        reason: Reason,
        depth: DepthRange,
        newest: CameraInfo | None,
        images: tuple[int, int],
    ) -> None:
        metres = whose_metres(depth)
        if reason is Reason.NOT_STATED:
            self._logger.info(f'Camera_info cannot correct depth: {metres}.')
        elif reason is Reason.NO_CAMERA_INFO:
            self._logger.warning(
                f'No camera_info on {self._info_topic} for {GRACE_S:g} s: {metres}. Remap '
                'camera_info to the calibration of your camera.'
            )
        elif reason is Reason.NOT_CALIBRATED:
            self._logger.warning(
                f'The camera_info on {self._info_topic} is of a camera that is not calibrated '
                f'(k[0] is 0): {metres}. Calibrate it, for example with camera_calibration.'
            )
        elif newest is not None:
            self._logger.warning(f'{of_another_size(newest, *images)} So {metres}.')


def _fitting(info: CameraInfo | None, height: int, width: int) -> CameraInfo | None:
    return info if info is not None and fits(info, height, width) else None


def of_another_size(info: CameraInfo, height: int, width: int) -> str:
    """Say what a calibration costs that does not match the images."""
    of_height, of_width = image_size(info)
    sensor = f', binning and ROI applied to {info.width}x{info.height}'
    applied = sensor if (of_height, of_width) != (info.height, info.width) else ''
    return (
        f'camera_info is for {of_width:g}x{of_height:g}{applied}, the images are '
        f'{width}x{height}: depth/camera_info is not published and depth is not scaled. Let the '
        'camera publish the calibration of the size that it sends.'
    )
