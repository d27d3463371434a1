# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The API on the shipped model. It does not verify that what it says of a frame is right."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import hydranet_ros
from hydranet_ros import HydranetError
from hydranet_ros import Perception
from hydranet_ros import Prediction

RGB = np.random.default_rng(0).integers(0, 256, (96, 128, 3), np.uint8)


@pytest.fixture(scope='module')
def perception() -> Perception:
    with Perception.load(backend='onnxruntime') as loaded:
        yield loaded


def test_a_frame_gives_labels_depth_and_confidence(perception: Perception) -> None:
    prediction = perception.predict(RGB)
    assert prediction.labels.shape == (96, 128)
    assert prediction.labels.dtype == np.uint8
    assert prediction.labels.max() < len(perception.classes)
    assert prediction.depth.dtype == np.float32
    assert prediction.confidence.dtype == np.uint8
    assert prediction.normals is None
    assert perception.outputs == ('labels', 'depth', 'confidence')


def test_depth_scale_multiplies_metres(perception: Perception) -> None:
    one = perception.predict(RGB).depth
    half = perception.predict(RGB, depth_scale=0.5).depth
    valid = ~np.isnan(one)
    np.testing.assert_allclose(half[valid], one[valid] / 2, rtol=1e-6)


def test_a_batch_gives_what_single_frames_give(perception: Perception) -> None:
    frames = np.stack([RGB, RGB[::-1], RGB[:, ::-1]])
    batch = perception.predict(frames, depth_scale=[1, 2, 3])
    for i, (frame, result) in enumerate(zip(frames, batch, strict=True)):
        single = perception.predict(frame, depth_scale=i + 1)
        assert (single.labels != result.labels).mean() < 1e-3
        np.testing.assert_allclose(single.depth, result.depth, rtol=1e-3)


def test_out_is_written_in_place(perception: Perception) -> None:
    expected = perception.predict(RGB)
    out = Prediction(labels=np.full((96, 128), 77, np.uint8))
    found = perception.predict(RGB, out=out, wanted=['labels'])
    assert found.labels is out.labels
    assert found.depth is None
    np.testing.assert_array_equal(out.labels, expected.labels)
    with pytest.raises(HydranetError, match=r'out\.labels must be a contiguous, writeable uint8'):
        perception.predict(RGB, out=Prediction(labels=np.empty((95, 128), np.uint8)))


def test_many_threads_may_use_one(perception: Perception) -> None:
    frames = [np.roll(RGB, shift, axis=1) for shift in range(8)]
    expected = [perception.predict(frame).labels for frame in frames]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda frame: perception.predict(frame).labels, frames))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_input_scale_and_input_size() -> None:
    with Perception.load(backend='onnxruntime', input_scale=0.5) as perception:
        assert perception.input_size_for(96, 128) == (48, 64)
        assert perception.predict(RGB).labels.shape == (96, 128)
    with Perception.load(backend='onnxruntime', input_size=(64, 64)) as perception:
        assert perception.input_size_for(96, 128) == (64, 64)
        assert perception.predict(RGB).depth.shape == (96, 128)
    with pytest.raises(HydranetError, match='input_scale'):
        Perception.load(input_scale=0)


@pytest.mark.parametrize(
    ('frame', 'message'),
    [
        (RGB.astype(np.float32), 'uint8'),
        (RGB[..., :2], r'\(H, W, 3\)'),
        (RGB[..., 0], r'\(H, W, 3\), not \(96, 128\)'),
        (RGB[0, 0], r'\(H, W, 3\), not \(3,\)'),
        (None, 'not NoneType'),
        ([RGB, RGB[:50]], 'one size'),
        ([], 'empty'),
        ([RGB, 'a path'], 'not str'),
        (RGB[:20], 'at least 33x33 pixels, but sees 128x20 of a frame of 128x20'),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_bad_frames_are_explained(perception: Perception, frame: object, message: str) -> None:
    with pytest.raises(HydranetError, match=message):
        perception.predict(frame)


def test_bad_outputs_and_a_closed_model_are_explained() -> None:
    perception = Perception.load(backend='onnxruntime')
    with pytest.raises(HydranetError, match="no output 'normals'.*labels, depth, confidence"):
        perception.predict(RGB, wanted=['normals'])
    perception.close()
    perception.close()
    with pytest.raises(HydranetError, match='closed'):
        perception.predict(RGB)


@pytest.mark.parametrize('scale', [[1, 2, 3], 0.0, -1.0, float('nan'), float('inf'), 'wide'])
def test_a_depth_scale_that_cannot_be_is_explained(perception: Perception, scale: object) -> None:
    with pytest.raises(HydranetError, match='depth_scale must be a number above 0.*2 frames'):
        perception.predict([RGB, RGB], depth_scale=scale)


def test_out_must_fit_the_batch_and_be_writeable(perception: Perception) -> None:
    for out in (Prediction(), [Prediction()] * 3):
        with pytest.raises(HydranetError, match='out has . Predictions for 2 frames'):
            perception.predict([RGB, RGB], out=out)
    locked = np.empty((96, 128), np.uint8)
    locked.flags.writeable = False
    for labels in (locked, locked.tolist()):
        with pytest.raises(HydranetError, match=r'out\.labels must be a contiguous, writeable'):
            perception.predict(RGB, out=Prediction(labels=labels))


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        ({'input_size': (64.5, 96)}, 'input_size is'),
        ({'input_size': (64,)}, 'input_size is'),
        ({'input_size': (0, 96)}, 'input_size is'),
        ({'input_size': (8192, 8193)}, 'at most 67108864 in all'),
        ({'threads': -1}, 'threads is -1'),
    ],
    ids=str,
)
def test_options_that_cannot_be_are_explained(option: dict, message: str) -> None:
    with pytest.raises(HydranetError, match=message):
        Perception.load(backend='onnxruntime', **option)


def test_each_thread_has_the_timings_of_its_own_frame(perception: Perception) -> None:
    with ThreadPoolExecutor(1) as pool:
        perception.predict(RGB)
        own = perception.timings
        assert pool.submit(lambda: perception.timings.total).result() == 0
        pool.submit(perception.predict, RGB[:48]).result()
        assert pool.submit(lambda: perception.timings.total).result() > 0
        assert perception.timings == own


def test_names_are_lazy_but_there() -> None:
    assert hydranet_ros.Prediction is Prediction
    with pytest.raises(AttributeError):
        hydranet_ros.nothing  # noqa: B018
    assert replace(Prediction()) == Prediction()
