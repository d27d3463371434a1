# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A procedural street with its truth: classes, depth, camera motion. NumPy and OpenCV only."""

import cv2
import numpy as np

from hydranet_ros.sources.frame import Frame
from hydranet_ros.sources.frame import Intrinsics
from hydranet_ros.sources.frame import Source
from hydranet_ros.sources.street_ground import Ground
from hydranet_ros.sources.street_layout import Layout
from hydranet_ros.sources.street_path import StreetPath
from hydranet_ros.sources.street_placing import Placing
from hydranet_ros.sources.street_raster import Raster
from hydranet_ros.sources.street_scene import CARS_TO_M
from hydranet_ros.sources.street_scene import Scene
from hydranet_ros.sources.street_surfaces import HORIZON
from hydranet_ros.sources.street_traffic import Traffic

FPS = 10.0
_FOG_M = 120.0


class Street(Source):
    """Drive along an invented street; endless, any frame at once, the same for the same seed.

    Frames carry labels (CamVid's 11 classes), depth (float32 metres along the optical axis, NaN
    for sky) and pose (float64 (4, 4), optical frame to world). Static things obey them exactly
    from frame to frame; cars, people and bicyclists move.
    """

    endless = True

    def __init__(self, height: int = 480, width: int = 640, *, seed: int = 0) -> None:
        super().__init__('street', fps=FPS, count=None, loop=False)
        focal = 0.7 * width
        self.intrinsics = Intrinsics(focal, focal, (width - 1) / 2.0, 0.45 * height, width, height)
        self._path = StreetPath(seed)
        layout = Layout(seed)
        self._traffic = Traffic(seed)
        self._raster = Raster(self.intrinsics)
        self._ground = Ground(self._raster, self._path, layout, seed)
        placing = Placing(self._path, layout, seed)
        self._scene = Scene(self._raster, placing, self._traffic)
        steps = np.arange(256) / 255.0
        clear = np.exp(-1.0 / (np.maximum(steps, 1e-3) * _FOG_M * 0.1))
        self._clear = np.repeat((255 * clear)[:, None], 3, 1).astype(np.uint8).reshape(256, 1, 3)
        self._fog = ((1 - clear)[:, None] * HORIZON).astype(np.uint8).reshape(256, 1, 3)
        self._noise = np.random.default_rng([seed, 5]).normal(128, 9, (height + 64, width + 64, 3))
        self._noise = np.clip(self._noise, 0, 255).astype(np.uint8)

    def read(self, position: int) -> Frame:
        """Return the frame at a position, which is 1 / FPS seconds after the one before."""
        seconds = position / FPS
        camera = self._path.camera(seconds)
        cars = self._traffic.cars(seconds, camera.s, camera.s + CARS_TO_M)
        self._ground.draw(camera, cars)
        self._scene.draw(camera, seconds, cars)
        raster = self._raster
        sky = raster.inverse == 0.0
        with np.errstate(divide='ignore'):
            depth = np.divide(np.float32(1.0), raster.inverse)
        depth[sky] = np.nan
        return Frame(
            self._photograph(sky, position),
            position,
            seconds,
            f'street_{position:06d}',
            self.intrinsics,
            raster.classes.copy(),
            depth,
            camera.pose(),
        )

    def _photograph(self, sky: np.ndarray, position: int) -> np.ndarray:
        """Add what air and camera do to the colours: fog, a soft lens, grain."""
        raster = self._raster
        near = cv2.convertScaleAbs(raster.inverse, alpha=255.0 * 10.0)
        clear = cv2.applyColorMap(near, self._clear)
        fogged = cv2.multiply(raster.rgb, clear, scale=1 / 255.0)
        cv2.add(fogged, cv2.applyColorMap(near, self._fog), dst=fogged)
        cv2.copyTo(raster.rgb, sky.view(np.uint8), fogged)
        soft = cv2.GaussianBlur(fogged, (3, 3), 0.55)
        x, y = (position * 37) % 64, (position * 23) % 64
        noise = self._noise[y : y + soft.shape[0], x : x + soft.shape[1]]
        return cv2.addWeighted(soft, 1.0, noise, 0.35, -0.35 * 128, dst=soft)
