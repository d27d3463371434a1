# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the camera's calibration to the focal length that makes the network's depth metres."""

from collections.abc import Iterator
from enum import Enum
import math
import time
from typing import Any

from sensor_msgs.msg import CameraInfo

from hydranet_ros.camera_info import camera_model
from hydranet_ros.camera_info import fits
from hydranet_ros.camera_info import focal_length
from hydranet_ros.camera_info import is_rectified
from hydranet_ros.camera_info import of_another_size
from hydranet_ros.camera_model import CameraModel
from hydranet_ros.errors import HydranetError
from hydranet_ros.metric_depth import whose_metres
from hydranet_ros.ros.health import Reason as Trouble
from hydranet_ros.zoo.card_types import DepthRange

GRACE_S = 5.0  # from the first image on, for which a camera_info may still come
TROUBLE_S = 5.0  # a trouble that no image met since then is over


class Reason(str, Enum):
    """Why the metres of depth are not the camera's."""

    ANOTHER_SIZE = 'another size'
    NOT_STATED = 'not stated'
    NO_CAMERA_INFO = 'no camera_info'
    NOT_CALIBRATED = 'not calibrated'


class Calibration:
    """Hold the newest camera_info; say what it keeps from the images, and whose the metres are.

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
        self._model: CameraModel | None = None
        self._model_of: tuple[CameraInfo | None, int, int] = (None, 0, 0)
        self._no_lens = ''
        self._troubles: dict[str, tuple[str, float]] = {}
        self.newest: CameraInfo | None = None

    def of_images(self, height: int, width: int) -> CameraInfo | None:
        """Return the calibration where one has come and is for images of this size."""
        return _fitting(self.newest, height, width)

    def camera_model(
        self, height: int, width: int, needed_for: str = 'points'
    ) -> CameraModel | None:
        """Return the lens of images of this size; None: not known, as `troubles` says.

        needed_for: the topics that cannot be published without.
        """
        newest = self.newest
        if newest is None:
            if self._waited():
                reason = f'no camera_info has come on {self._info_topic}.'
                self._tell_not_published(needed_for, reason)
            return None
        # Compared by identity: the same message is not looked at twice.
        if self._model_of[0] is not newest or self._model_of[1:] != (height, width):
            self._model_of = (newest, height, width)
            self._model, self._no_lens = self._read_model(newest, height, width)
        if self._model is None:
            self._tell_not_published(needed_for, self._no_lens)
        return self._model

    def troubles(self) -> Iterator[Trouble]:
        """Say what the calibration keeps from the images of the last seconds."""
        now = time.monotonic()
        for what, (text, met_at) in list(self._troubles.items()):
            if now - met_at < TROUBLE_S:
                yield Trouble(('calibration', self._info_topic, what), text)

    def _read_model(
        self, info: CameraInfo, height: int, width: int
    ) -> tuple[CameraModel | None, str]:
        """Return the lens, or why there is none."""
        try:
            if not fits(info, height, width):
                raise HydranetError(of_another_size(info, height, width))
            return camera_model(info, self._rectified, height, width), ''
        except HydranetError as error:
            return None, str(error)

    def _tell_not_published(self, topics: str, reason: str) -> None:
        self._troubles[topics] = (f'{topics} is not published: {reason}', time.monotonic())

    def fx(self, depth: DepthRange, height: int, width: int) -> float | None:
        """Return the focal length of images of this size (pixels); None: depth stays as it is."""
        newest = self.newest
        info = _fitting(newest, height, width)
        if info is not None and depth.focal_length_px:
            fx = focal_length(info, self._rectified)
            if 0 < fx < math.inf:
                return fx
        reason = self._reason(depth, newest, info)
        if reason is not None:
            self._tell(reason, self._sentence(reason, depth, newest, (height, width)))
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
        return Reason.NO_CAMERA_INFO if self._waited() else None

    def _waited(self) -> bool:
        """Tell whether a camera_info has been missing for long."""
        now = time.monotonic()
        if self._lacking_since is None:
            self._lacking_since = now
        return now - self._lacking_since >= GRACE_S

    def _tell(self, reason: Reason, text: str) -> None:
        if reason in (Reason.ANOTHER_SIZE, Reason.NOT_CALIBRATED):
            self._troubles['depth'] = (text, time.monotonic())
        elif reason not in self._told:
            self._told.add(reason)
            if reason is Reason.NOT_STATED:
                self._logger.info(text)
            else:
                self._logger.warning(text)

    def _sentence(
        self,
        reason: Reason,
        depth: DepthRange,
        newest: CameraInfo | None,
        images: tuple[int, int],
    ) -> str:
        metres = whose_metres(depth)
        if reason is Reason.NOT_STATED:
            return f'Camera_info cannot correct depth: {metres}.'
        if newest is None:
            return (
                f'No camera_info on {self._info_topic} for {GRACE_S:g} s: {metres}. Remap '
                'camera_info to the calibration of your camera.'
            )
        if reason is Reason.NOT_CALIBRATED:
            return (
                f'The camera_info on {self._info_topic} is of a camera that is not calibrated '
                f'(k[0] is {newest.k[0]:g}): {metres}. Calibrate it, for example with '
                'camera_calibration.'
            )
        return (
            f'{of_another_size(newest, *images)} depth/camera_info is not published, depth is '
            f'not scaled: {metres}.'
        )


def _fitting(info: CameraInfo | None, height: int, width: int) -> CameraInfo | None:
    return info if info is not None and fits(info, height, width) else None
