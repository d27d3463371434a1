# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One camera in a Rerun recording: its image, classes, depth, normals and points."""

from collections.abc import Sequence
from dataclasses import dataclass
import math

import cv2
import numpy as np
import numpy.typing as npt
import rerun as rr

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.point_cloud import cloud_size
from hydranet_ros.point_cloud import CloudWriter
from hydranet_ros.point_cloud import POINT
from hydranet_ros.rendering import UNLABELLED
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import SemanticClass

TIMELINE = 'stamp'
# Below the camera's root; what is under LENS shares the pinhole's pixels.
LENS, IMAGE, SEMANTIC, DEPTH, NORMALS, POINTS, CLASSES = (
    'lens',
    'lens/image',
    'lens/semantic',
    'lens/depth',
    'lens/normals',
    'points',
    'classes',
)
MOST_POINTS = 80_000
_JPEG_QUALITY = 90
_POINT_RADIUS = rr.Radius.ui_points(1.5)
_FRUSTUM_M = 2.0


@dataclass(frozen=True)
class EncodedPicture:
    """A picture as a camera driver compressed it; media_type: image/jpeg or image/png."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class ShownFrame:
    """Parts of one frame; None: not known, or shown before.

    stamp_ns: nanoseconds since the epoch. picture: uint8 (H, W, 3) RGB, or compressed. labels:
    uint8 (H, W). depth: float32 (H, W), metres, NaN where unknown. normals: uint8 (H, W, 3), a
    picture of them. points: POINT (h, w); where there are none, they are made from depth and
    camera.
    """

    stamp_ns: int
    picture: npt.NDArray[np.uint8] | EncodedPicture | None = None
    labels: npt.NDArray[np.uint8] | None = None
    depth: npt.NDArray[np.float32] | None = None
    normals: npt.NDArray[np.uint8] | None = None
    points: np.ndarray | None = None
    camera: CameraModel | None = None


class CameraScene:
    """Log one camera's frames below an entity path of a recording."""

    def __init__(self, recording: rr.RecordingStream, root: str) -> None:
        self._recording, self._root = recording, root
        self._camera: CameraModel | None = None
        self._cloud = CloudWriter()
        self._points = np.empty((0, 0), POINT)
        self._classes = 0
        self._depth_range: tuple[float, float] | None = None
        self._labelled: tuple[int, npt.NDArray[np.uint8] | None] = (0, None)
        recording.log(root, rr.ViewCoordinates.RDF, static=True)

    def describe(self, classes: Sequence[SemanticClass], depth: DepthRange | None) -> None:
        """Give the names and colours of the class ids, and the range of the depth's colours."""
        self._classes = len(classes)
        self._depth_range = None if depth is None else (depth.min_m, depth.max_m)
        if not classes:
            return
        told = [
            rr.AnnotationInfo(id=number, label=one.name, color=one.color)
            for number, one in enumerate(classes)
        ]
        told.append(rr.AnnotationInfo(id=UNLABELLED, label='unlabelled', color=(0, 0, 0, 0)))
        self._recording.log(self._root, rr.AnnotationContext(told), static=True)
        names, colors = [one.name for one in classes], [one.color for one in classes]
        lines = rr.SeriesLines(names=names, colors=colors)
        self._recording.log(f'{self._root}/{CLASSES}', lines, static=True)

    def show(self, frame: ShownFrame) -> None:
        """Log the parts of one frame at its stamp."""
        stamp = np.datetime64(frame.stamp_ns, 'ns')
        self._recording.set_time(TIMELINE, timestamp=stamp)
        if frame.camera is not None:
            self._show_lens(frame.camera)
        if frame.picture is not None:
            self._log(IMAGE, _encoded(frame.picture))
        if frame.labels is not None:
            self._labelled = frame.stamp_ns, frame.labels
            self._show_labels(frame.labels)
        if frame.depth is not None:
            image = rr.DepthImage(
                frame.depth, meter=1.0, colormap='Spectral', depth_range=self._depth_range
            )
            self._log(DEPTH, image)
        if frame.normals is not None:
            self._log(NORMALS, _encoded(frame.normals))
        points = frame.points if frame.points is not None else self._points_of(frame)
        if points is not None:
            self._show_points(points)

    def _show_lens(self, camera: CameraModel) -> None:
        if camera == self._camera:
            return
        self._camera = camera
        one = camera.intrinsics
        pinhole = rr.Pinhole(
            image_from_camera=one.matrix(),
            width=one.width,
            height=one.height,
            camera_xyz=rr.ViewCoordinates.RDF,
            image_plane_distance=_FRUSTUM_M,
        )
        # Static, because a late viewer gets what is static however long ago it was logged.
        self._recording.log(f'{self._root}/{LENS}', pinhole, static=True)

    def _show_labels(self, labels: npt.NDArray[np.uint8]) -> None:
        self._log(SEMANTIC, rr.SegmentationImage(labels, opacity=0.5))
        if self._classes:
            found = cv2.calcHist([labels], [0], None, [256], [0, 256]).ravel()
            self._log(CLASSES, rr.Scalars(found[: self._classes] * (100.0 / labels.size)))

    def _points_of(self, frame: ShownFrame) -> np.ndarray | None:
        """Return the points of a frame with depth and a lens, thinned to MOST_POINTS."""
        if frame.depth is None or frame.camera is None:
            return None
        height, width = frame.depth.shape
        stride = max(math.ceil(math.sqrt(height * width / MOST_POINTS)), 1)
        if self._points.shape != cloud_size(height, width, stride):
            self._points = np.empty(cloud_size(height, width, stride), POINT)
        rgb = frame.picture
        # The camera's picture may be larger than what the node has of it.
        if not isinstance(rgb, np.ndarray) or rgb.shape[:2] != frame.depth.shape:
            rgb = np.broadcast_to(np.uint8(128), (height, width, 3))
        # Depth may come after the labels of the same image.
        stamp_ns, labels = self._labelled
        if labels is not None and labels.shape != frame.depth.shape:
            labels = None
        if stamp_ns != frame.stamp_ns:
            labels = None
        return self._cloud.write(
            self._points, frame.camera, rgb, frame.depth, labels, stride=stride
        )

    def _show_points(self, points: np.ndarray) -> None:
        known = points[np.isfinite(points['x']) & np.isfinite(points['z'])]
        positions = np.column_stack([known['x'], known['y'], known['z']])
        if (known['label'] != UNLABELLED).any():
            ids = known['label'].astype(np.uint16)
            cloud = rr.Points3D(positions, class_ids=ids, radii=_POINT_RADIUS)
        else:
            colors = (known['rgb'] << 8) | 0xFF
            cloud = rr.Points3D(positions, colors=colors, radii=_POINT_RADIUS)
        self._log(POINTS, cloud)

    def _log(self, below: str, what: rr.AsComponents) -> None:
        self._recording.log(f'{self._root}/{below}', what)


def _encoded(picture: npt.NDArray[np.uint8] | EncodedPicture) -> rr.EncodedImage:
    """Return a picture as JPEG: a raw one would be most of the memory of a recording."""
    if isinstance(picture, EncodedPicture):
        return rr.EncodedImage(contents=picture.data, media_type=picture.media_type)
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    data = cv2.imencode('.jpg', bgr, (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))[1]
    return rr.EncodedImage(contents=data.tobytes(), media_type='image/jpeg')
