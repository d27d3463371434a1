# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One image topic of a bag and what is written beside it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any
from typing import TYPE_CHECKING

import numpy as np

from hydranet_ros import outputs
from hydranet_ros.bags import types
from hydranet_ros.bags.messages import cloud_message
from hydranet_ros.bags.messages import image_message
from hydranet_ros.bags.messages import label_message
from hydranet_ros.bags.messages import RgbReader
from hydranet_ros.camera_info import camera_model
from hydranet_ros.camera_info import fits
from hydranet_ros.camera_info import focal_length
from hydranet_ros.camera_info import is_rectified
from hydranet_ros.camera_info import of_another_size
from hydranet_ros.errors import HydranetError
from hydranet_ros.point_cloud import CloudWriter
from hydranet_ros.point_cloud import POINT

if TYPE_CHECKING:
    from rosbags.interfaces import Connection

    from hydranet_ros.bags.writing import BagWriter
    from hydranet_ros.camera_model import CameraModel
    from hydranet_ros.perception import Perception
    from hydranet_ros.prediction import Prediction

OTHERS = {
    outputs.DEPTH_CAMERA_INFO: types.CAMERA_INFO,
    outputs.LABEL_INFO: types.LABEL_INFO,
    outputs.POINTS: types.POINT_CLOUD,
}
TOPICS = (*(one.topic for one in outputs.OUTPUTS), *OTHERS)


class Stream:
    """Predict the images of one topic and write the wanted outputs.

    Args:
        perception: the model.
        writer: takes the outputs.
        topic: of the images; the outputs are named beside it: /cam/image_raw gives /cam/semantic.
        wanted: of TOPICS.
        fx: px; None: that of camera_info.

    Attributes:
        info: the newest camera_info; the caller sets it.
        labelled: whether the classes have been written.
        problems: sentences on outputs that could not be made.

    """

    def __init__(
        self,
        perception: Perception,
        writer: BagWriter,
        topic: str,
        wanted: Collection[str],
        fx: float | None,
    ) -> None:
        self._perception, self._writer, self._fx = perception, writer, fx
        self._topic = topic
        self._rectified = is_rectified(topic.removesuffix('/compressed'))
        self._reader = RgbReader(writer.store)
        self._cloud = CloudWriter()
        self._points = np.empty((0, 0), POINT)
        self._images = [one for one in outputs.OUTPUTS if one.topic in wanted]
        self._topics: dict[str, Connection] = {}
        for name in TOPICS:
            if name in wanted:
                kind, latched = OTHERS.get(name, types.IMAGE), name == outputs.LABEL_INFO
                self._topics[name] = writer.add_topic(beside(topic, name), kind, latched=latched)
        depth = perception.depth_range
        near, far = (depth.min_m, depth.max_m) if depth else (0.0, 1.0)
        self._look = outputs.Look(perception.palette, 0.5, near, far)
        self._arrays: dict[outputs.Output, np.ndarray] = {}
        self._size = (0, 0)
        self.labelled = False
        self.info: Any = None
        self.problems: set[str] = set()

    def answer(self, data: bytes, msgtype: str, recorded: int) -> bool:
        """Predict one image message and write its outputs, recorded at the same time (ns).

        False where none of them needed the network. FrameError where the image is damaged.
        """
        header, rgb = self._reader.read(data, msgtype)
        height, width = rgb.shape[:2]
        info = self.info if self.info is not None and fits(self.info, height, width) else None
        camera = self._lens(info, height, width)
        prediction = self._predict(rgb, info, with_points=camera is not None)
        outputs.render(self._images, self._array, rgb, self._look)

        store, messages = self._writer.store, {}
        if not self.labelled:
            self.labelled = True
            messages[outputs.LABEL_INFO] = label_message(store, header, self._perception.classes)
        for one in self._images:
            messages[one.topic] = image_message(store, header, one.encoding, self._array(one))
        if info is not None:
            messages[outputs.DEPTH_CAMERA_INFO] = replace(info, header=header)
        elif outputs.DEPTH_CAMERA_INFO in self._topics and (
            self.info is not None or self._fx is None
        ):
            self.problems.add(
                f'{self._topic}: no depth/camera_info for some images: {self._lack(height, width)}'
            )
        if camera is not None and prediction is not None and prediction.depth is not None:
            if self._points.shape != (height, width):
                self._points = np.zeros((height, width), POINT)
            self._cloud.write(
                self._points,
                camera,
                rgb,
                prediction.depth,
                prediction.labels,
                prediction.confidence,
            )
            messages[outputs.POINTS] = cloud_message(store, header, self._points)
        for name, message in messages.items():
            if name in self._topics:
                self._writer.write(self._topics[name], recorded, message)
        return prediction is not None

    def _predict(self, rgb: np.ndarray, info: Any, with_points: bool) -> Prediction | None:
        if rgb.shape[:2] != self._size:
            self._size = (rgb.shape[0], rgb.shape[1])
            self._arrays.clear()
        fields = {one.field for one in self._images}
        if with_points:
            fields.update(outputs.POINTS_FIELDS)
        fields.intersection_update(self._perception.outputs)
        if not fields:
            return None
        fx = self._fx
        if fx is None and info is not None:
            fx = focal_length(info, self._rectified)
        known = fx is not None and 0 < fx < np.inf
        if not known and any(one.field == 'depth' for one in self._images):
            self._tell_of_metres(info)
        prediction = outputs.prediction_in(fields, self._array)
        self._perception.predict(rgb, fx=fx if known else None, out=prediction, wanted=fields)
        return prediction

    def _tell_of_metres(self, info: Any) -> None:
        depth = self._perception.depth_range
        if depth is not None and depth.focal_length_px:  # else fx has no effect
            lack = self._lack(*self._size) if info is None else 'camera_info states no fx.'
            self.problems.add(
                f'{self._topic}: some depth is in the metres of the canonical camera, not in '
                f'those of this one: {lack} Or give --fx.'
            )

    def _lack(self, height: int, width: int) -> str:
        if self.info is not None:
            return of_another_size(self.info, height, width)
        return f'no camera_info was read from {beside(self._topic, "camera_info")}.'

    def _lens(self, info: Any, height: int, width: int) -> CameraModel | None:
        if outputs.POINTS not in self._topics:
            return None
        try:
            if info is None:
                raise HydranetError(self._lack(height, width))
            return camera_model(info, self._rectified, height, width)
        except HydranetError as error:
            self.problems.add(f'{self._topic}: no points for some images: {error}')
            return None

    def _array(self, output: outputs.Output) -> np.ndarray:
        if output not in self._arrays:
            self._arrays[output] = outputs.blank(*self._size, output.encoding)
        return self._arrays[output]


def beside(topic: str, name: str) -> str:
    """Return an output's topic: /cam/image_raw and 'semantic' give /cam/semantic."""
    raw = topic.removesuffix('/compressed')
    return f'{raw.rpartition("/")[0]}/{name}'
