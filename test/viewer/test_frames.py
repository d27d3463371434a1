# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet view --images`: files, predicted and saved without ROS."""

from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip('rerun')

from hydranet_ros import Perception
from hydranet_ros.commands import main
from hydranet_ros.sources import open_source
from test.lens import write_lens_card
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


@pytest.fixture
def view(tmp_path: Path):
    """Run `hydranet view --images` of a folder; return the status and the recording."""

    def run(folder: Path, *more: str) -> tuple[int, Path]:
        path = tmp_path / f'{len(list(tmp_path.glob("*.rrd")))}.rrd'
        engine = ['--backend', 'onnxruntime', '--precision', 'fp32', '--rate', '0']
        status = main(['view', '--images', str(folder), '--save', str(path), *engine, *more])
        return status, path

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / 'drive'
    path.mkdir()
    for position in (0, 9):
        rgb = open_source('street', size=(96, 160)).read(position).rgb
        cv2.imwrite(str(path / f'{position}.png'), rgb[..., ::-1])
    return path


def depths(path: Path) -> list[np.ndarray]:
    found = rows(path, 'camera/lens/depth')
    return [np.frombuffer(bytes(row['DepthImage:buffer'][0]), np.float32) for row in found]


def test_a_damaged_image_is_said_left_out_and_in_the_status(view, folder: Path, capsys):
    status, path = view(folder)
    assert (status, len(stamps(path, 'camera/lens/image'))) == (0, 2)
    (folder / '5.png').write_bytes(b'no picture')
    status, path = view(folder)
    assert (status, len(stamps(path, 'camera/lens/image'))) == (1, 2)
    said = capsys.readouterr()
    assert '5.png' in said.err
    assert '2 frames shown, 1 left out' in said.out


def test_a_focal_length_scales_the_depth(view, folder: Path, tmp_path: Path):
    model = ['--model', str(write_lens_card(tmp_path, 400.0))]
    (_, canonical), (_, scaled) = view(folder, *model), view(folder, *model, '--fx', '500')
    with Perception.load(model[1], backend='onnxruntime', precision='fp32') as perception:
        for name, found in zip(('0', '9'), depths(scaled), strict=True):
            rgb = cv2.imread(str(folder / f'{name}.png'))[..., ::-1]
            expected = perception.predict(np.ascontiguousarray(rgb), fx=500.0).depth
            np.testing.assert_array_equal(found, expected.ravel())
    assert not np.array_equal(depths(canonical)[0], depths(scaled)[0], equal_nan=True)


def test_a_focal_length_without_files_is_refused(capsys):
    assert main(['view', '--fx', '500']) == 1
    assert '--fx belongs to --images' in capsys.readouterr().err
