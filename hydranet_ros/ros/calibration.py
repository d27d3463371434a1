# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From the camera's calibration to the factor that makes the network's depth metres."""

from sensor_msgs.msg import CameraInfo

from hydranet_ros.zoo.card_types import DepthRange


def matching(info: CameraInfo | None, height: int, width: int) -> CameraInfo | None:
    """Return a calibration where it is known and is for images of this size."""
    return info if info is not None and (info.height, info.width) == (height, width) else None


def of_another_size(info: CameraInfo, height: int, width: int) -> str:
    """Say what a calibration costs that does not match the images."""
    return (
        f'camera_info is for {info.width}x{info.height}, the images are {width}x{height}: '
        'depth/camera_info is not published and depth is not scaled. Let the camera publish the '
        'calibration of the size that it sends (binning and ROI applied).'
    )


def depth_scale(depth: DepthRange, info: CameraInfo | None, input_width: int) -> float | None:
    """Return the focal length at input size over the one of training; None: not known.

    Args:
        depth: of the model card.
        info: the calibration of the camera's images, whatever their size.
        input_width: of the picture that the network sees, in pixels.

    """
    if info is None or info.width == 0:
        return None
    return depth.scale_for(info.k[0] * input_width / info.width)


def doubt(depth: DepthRange, info: CameraInfo | None) -> str:
    """Say why `depth_scale` is not known, as a sentence about the metres of `depth`."""
    if not depth.focal_length_px:
        reason = 'the model does not state the focal length that it was trained with'
    elif info is None:
        reason = 'no camera_info of the size of the images has come yet'
    else:
        reason = 'the camera_info is not calibrated (k[0] is 0)'
    return f'The metres of depth are those of the training camera: {reason}.'
