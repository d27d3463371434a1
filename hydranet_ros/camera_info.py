# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a sensor_msgs/CameraInfo says of the images beside it."""

from collections.abc import Sequence
from typing import Protocol

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.camera_model import Distortion
from hydranet_ros.errors import HydranetError
from hydranet_ros.sources.frame import Intrinsics


class RegionOfInterest(Protocol):
    """What is read of a sensor_msgs/RegionOfInterest."""

    x_offset: int
    y_offset: int
    height: int
    width: int


class CameraInfo(Protocol):
    """What is read of a sensor_msgs/CameraInfo, whichever library made it."""

    height: int
    width: int
    distortion_model: str
    d: Sequence[float]
    k: Sequence[float]
    p: Sequence[float]
    binning_x: int
    binning_y: int
    roi: RegionOfInterest


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


def camera_model(info: CameraInfo, rectified: bool, height: int, width: int) -> CameraModel:
    """Return the lens of images of this size; HydranetError where the calibration states none.

    As focal_length; the principal point is counted from the ROI's corner and binned. Rectified
    images have no distortion.
    """
    ideal = rectified and info.p[0] > 0
    fx, fy, cx, cy = (
        (info.p[0], info.p[5], info.p[2], info.p[6])
        if ideal
        else (info.k[0], info.k[4], info.k[2], info.k[5])
    )
    across, down = max(info.binning_x, 1), max(info.binning_y, 1)
    intrinsics = Intrinsics(
        fx / across,
        fy / down,
        (cx - info.roi.x_offset) / across,
        (cy - info.roi.y_offset) / down,
        width,
        height,
    )
    straight = not any(info.d) and info.distortion_model != Distortion.EQUIDISTANT.value
    if ideal or straight:
        return CameraModel(intrinsics)
    try:
        distortion = Distortion(info.distortion_model)
    except ValueError as error:
        raise HydranetError(
            f'the distortion model {info.distortion_model!r} is none of '
            f'{", ".join(one.value for one in Distortion)}. Rectify the images (image_proc).'
        ) from error
    return CameraModel(intrinsics, distortion, tuple(info.d))


def is_rectified(topic: str) -> bool:
    """Tell by its name, as image_proc gives it (image_rect...), whether images are rectified."""
    return topic.rpartition('/')[2].startswith('image_rect')


def of_another_size(info: CameraInfo, height: int, width: int) -> str:
    """Say that a calibration does not match the images."""
    of_height, of_width = image_size(info)
    sensor = f', binning and ROI applied to {info.width}x{info.height}'
    applied = sensor if (of_height, of_width) != (info.height, info.width) else ''
    return (
        f'camera_info is for {of_width:g}x{of_height:g}{applied}, the images are '
        f'{width}x{height}. Let the camera publish the calibration of the size that it sends.'
    )
