# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the camera's calibration to the factor that makes the network's depth metres."""

from dataclasses import dataclass

from sensor_msgs.msg import CameraInfo

from hydranet_ros.zoo.card import DepthRange


def matches(info: CameraInfo | None, height: int, width: int) -> bool:
    """Return whether a calibration is known and is for images of this size."""
    return info is not None and (info.height, info.width) == (height, width)


@dataclass(frozen=True)
class DepthCalibration:
    """What the metres of a model depend on.

    Attributes:
        depth: the depth range of the card, with the focal length of the training camera.
        input_scale: input size over camera size, used without an input width.
        input_width: pixels, 0 where it follows from input_scale.

    """

    depth: DepthRange
    input_scale: float
    input_width: int

    def scale(self, info: CameraInfo | None) -> float | None:
        """Return the focal length at input size over that of training; None: not known.

        A lens twice as long shows all things twice as large, which the network takes for half
        as far.
        """
        if info is None or info.width == 0 or info.k[0] <= 0 or not self.depth.focal_length_px:
            return None
        ratio = self.input_width / info.width if self.input_width else self.input_scale
        return info.k[0] * ratio / self.depth.focal_length_px

    def doubt(self, info: CameraInfo | None) -> str:
        """Return why `scale` is not known, as a sentence about the metres of `depth`."""
        if not self.depth.focal_length_px:
            reason = 'the model does not state the focal length that it was trained with'
        elif info is None:
            reason = 'no camera_info of the size of the images has come'
        else:
            reason = 'the camera_info is not calibrated (k[0] is 0)'
        return f'The metres of depth are those of the training camera: {reason}.'
