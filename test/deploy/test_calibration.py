# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Calibration: the ranges are those of the float32 network, and what is kept is found again."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path

import cv2
import numpy as np
import onnx
from onnx import numpy_helper
import pytest

from hydranet_ros.deploy.calibration import calibrate
from hydranet_ros.deploy.calibration import Calibration
from hydranet_ros.deploy.calibration import find_calibration
from hydranet_ros.deploy.calibration import store_calibration
from hydranet_ros.deploy.input_size import InputSize
from hydranet_ros.deploy.specialise import GraphSpec
from hydranet_ros.deploy.specialise import specialise
from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo.model_file import read_model_file
from test.deploy.conftest import Model
from test.deploy.test_specialise import run

GOOD = Calibration('0' * 64, 'two frames', 2, {'a': (-1.5, 2.0), 'b': (0.0, 6.0)})


def test_ranges_are_those_of_all_frames_at_their_input_sizes(
    street_model: Model, frame: Callable
) -> None:
    frames = [frame(48, 64, 1), frame(48, 64, 2), frame(80, 40, 3)]
    counted: list[int] = []
    found = calibrate(
        street_model.card,
        street_model.file,
        iter(frames),
        'noise',
        InputSize(scale=1.5),
        progress=counted.append,
    )
    assert (found.images, counted) == (3, [1, 2, 3])
    assert found.model_sha256 == street_model.file.sha256
    for task in ('semantic', 'depth'):
        low, high = np.inf, -np.inf
        for rgb in frames:
            size = (rgb.shape[0] * 3 // 2, rgb.shape[1] * 3 // 2)
            spec = GraphSpec(size, size)
            graph = specialise(street_model.file.path, street_model.card, spec)
            value = run(graph, image=cv2.resize(rgb, size[::-1])[None])
            low, high = min(low, value[task].min()), max(high, value[task].max())
        np.testing.assert_allclose(found.ranges[task], (low, high), rtol=1e-4)


def test_no_frames_are_refused(street_model: Model) -> None:
    with pytest.raises(HydranetError, match='no image to calibrate with in an empty folder'):
        calibrate(street_model.card, street_model.file, [], 'an empty folder')


@pytest.mark.filterwarnings('ignore:All-NaN')
def test_a_network_without_numbers_is_refused(
    street_model: Model, frame: Callable, tmp_path: Path
) -> None:
    model = onnx.load(street_model.file.path)
    bias = next(one for one in model.graph.initializer if one.name == 'heads.depth.out.bias')
    bias.CopyFrom(numpy_helper.from_array(np.full(1, np.nan, np.float32), bias.name))
    onnx.save(model, tmp_path / 'damaged.onnx')
    damaged = read_model_file(tmp_path / 'damaged.onnx')
    with pytest.raises(HydranetError, match='no finite numbers on noise'):
        calibrate(street_model.card, damaged, [frame(48, 64)], 'noise')


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / 'calibration.json'
    path.write_text(GOOD.to_json())
    assert Calibration.from_json(path) == GOOD
    assert Calibration.from_json(path).digest == GOOD.digest
    other = replace(GOOD, ranges={**GOOD.ranges, 'b': (0.0, 5.5)})
    assert other.digest != GOOD.digest


@pytest.mark.parametrize(
    'changes',
    [
        {'ranges': {'a': [1]}},
        {'ranges': {'a': [2, 1]}},
        {'ranges': {'a': [0, float('nan')]}},
        {'ranges': [1]},
        {'images': 'many'},
        {'source': None},
        {'model_sha256': 5},
    ],
)
def test_what_is_damaged_is_named(tmp_path: Path, changes: dict) -> None:
    path = tmp_path / 'calibration.json'
    path.write_text(json.dumps({**json.loads(GOOD.to_json()), **changes}))
    with pytest.raises(HydranetError, match=f'{path} is damaged.*hydranet build'):
        Calibration.from_json(path)


@pytest.mark.parametrize('text', ['', '{', '[]', '{}', b'\xff\xfe'])
def test_what_is_no_calibration_is_named(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / 'calibration.json'
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(HydranetError, match=f'{path} is damaged'):
        Calibration.from_json(path)


def test_the_own_one_goes_first_and_that_of_other_weights_never(
    street_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'cache'))
    card = replace(street_model.card, path=tmp_path / 'street.yaml')
    assert find_calibration(card, street_model.file) is None
    shipped = replace(GOOD, model_sha256=street_model.file.sha256, source='shipped')
    (tmp_path / 'calibration.json').write_text(shipped.to_json())
    assert find_calibration(card, street_model.file) == shipped
    own = replace(shipped, source='own')
    assert Calibration.from_json(store_calibration(own)) == own
    assert find_calibration(card, street_model.file) == own
    assert find_calibration(card, replace(street_model.file, sha256='1' * 64)) is None


def test_a_cache_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path))
    (tmp_path / 'calibrations').write_text('a file, no folder')
    with pytest.raises(HydranetError, match='cannot be written to .*HYDRANET_CACHE'):
        store_calibration(GOOD)


def test_the_shipped_one_belongs_to_the_shipped_weights(street_model: Model) -> None:
    shipped = Calibration.from_json(street_model.card.path.parent / 'calibration.json')
    assert shipped.model_sha256 == street_model.file.sha256, 'calibrate street again'
    assert shipped.images >= 20
