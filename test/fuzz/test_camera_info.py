# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Any calibration gives rays and points of the image's size, or a sentence; never a stop."""

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
import math

from hypothesis import given
from hypothesis import strategies as st
import numpy as np

from hydranet_ros.camera_info import camera_model
from hydranet_ros.camera_info import fits
from hydranet_ros.camera_info import focal_length
from hydranet_ros.camera_model import Distortion
from hydranet_ros.point_cloud import CloudWriter
from hydranet_ros.point_cloud import POINT
from test.fuzz.cases import flat_memory
from test.fuzz.cases import fuzz
from test.fuzz.cases import Outcomes

HEIGHT, WIDTH = 12, 20


@dataclass
class Region:
    x_offset: int = 0
    y_offset: int = 0
    height: int = 0
    width: int = 0


@dataclass
class Info:
    height: int
    width: int
    distortion_model: str
    d: list[float]
    k: list[float]
    p: list[float]
    binning_x: int = 0
    binning_y: int = 0
    roi: Region = field(default_factory=Region)


numbers = st.floats() | st.floats(-1, 1) | st.sampled_from([0.0, 20.0, 1e-300, 1e300, math.inf])
counts = st.integers(0, 4) | st.integers(0, 2**32 - 1)
models = st.sampled_from([one.value for one in Distortion]) | st.text(max_size=8)
regions = st.builds(Region, counts, counts, counts, counts)


def matrix(length: int):
    likely = [20.0, 0.0, 10.0, 0.0, 0.0, 20.0, 6.0, 0.0, 0.0, 0.0, 1.0, 0.0]
    if length == 9:
        likely = [20.0, 0.0, 10.0, 0.0, 20.0, 6.0, 0.0, 0.0, 1.0]
    return st.just(likely) | st.lists(numbers, min_size=length, max_size=length)


infos = st.builds(
    Info,
    height=st.just(HEIGHT) | counts,
    width=st.just(WIDTH) | counts,
    distortion_model=models,
    d=st.lists(numbers, max_size=14) | st.lists(st.floats(-0.1, 0.1), min_size=4, max_size=5),
    k=matrix(9),
    p=matrix(12) | st.just([0.0] * 12),
    binning_x=counts,
    binning_y=counts,
    roi=st.just(Region()) | regions,
)


def test_camera_info():
    cloud, points = CloudWriter(), np.empty((HEIGHT, WIDTH), POINT)
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    depth = np.ones((HEIGHT, WIDTH), np.float32)
    outcomes = Outcomes()

    @fuzz
    @given(infos, st.booleans())
    def run(info, rectified):
        count()
        likely = replace(info, height=HEIGHT, width=WIDTH, binning_x=0, binning_y=0, roi=Region())
        assert fits(likely, HEIGHT, WIDTH)
        assert not fits(likely, HEIGHT + 1, WIDTH)
        assert not fits(likely, HEIGHT, WIDTH - 1)
        assert isinstance(fits(info, HEIGHT, WIDTH), bool)
        assert isinstance(focal_length(info, rectified), float)
        camera, refusal = outcomes.of(lambda: camera_model(info, rectified, HEIGHT, WIDTH))
        if not refusal:
            rays = camera.rays()
            assert rays.shape == (2, HEIGHT, WIDTH)
            assert not np.isinf(rays).any()
            cloud.write(points, camera, rgb, depth)
            seen = np.isfinite(points['x'])
            assert (points['z'][seen] == 1).all()

    with flat_memory() as count:
        run()
    outcomes.check()
