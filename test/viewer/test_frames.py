# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet view --images`: files, predicted and saved without ROS."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('rerun')

from hydranet_ros import Perception
from hydranet_ros.commands import main
from hydranet_ros.sources import open_source
from test.viewer.recorded import classes
from test.viewer.recorded import rows
from test.viewer.recorded import stamps


def test_files_are_shown_as_the_model_sees_them(tmp_path: Path):
    path = tmp_path / 'street.rrd'
    engine = ['--backend', 'onnxruntime', '--precision', 'fp32']
    arguments = ['--images', 'street', '--limit', '2', '--rate', '0', '--save', str(path)]
    assert main(['view', *arguments, *engine]) == 0
    with (
        open_source('street') as source,
        Perception.load('street', backend='onnxruntime', precision='fp32') as perception,
    ):
        frames = [source.read(position) for position in (0, 1)]
        expected = [perception.predict(one.rgb, fx=one.intrinsics.fx) for one in frames]
        names = [one.name for one in perception.classes]
    assert [classes(path, 'camera')[number][0] for number in range(len(names))] == names
    for entity in ('lens/image', 'lens/semantic', 'lens/depth', 'points'):
        recorded = stamps(path, f'camera/{entity}')
        assert recorded == [round(one.stamp * 1e9) for one in frames]
    for row, one in zip(rows(path, 'camera/lens/semantic'), expected, strict=True):
        assert bytes(row['SegmentationImage:buffer'][0]) == one.labels.tobytes()
    for row, one in zip(rows(path, 'camera/lens/depth'), expected, strict=True):
        found = np.frombuffer(bytes(row['DepthImage:buffer'][0]), np.float32)
        np.testing.assert_array_equal(found.reshape(one.depth.shape), one.depth)
