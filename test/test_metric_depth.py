# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Depth of any camera from the network's canonical metres, through the real engine.

It is the arithmetic that is verified, not that the metres are true.
"""

import logging

import cv2
import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros import Perception
from test.lens import write_lens_card

HEIGHT, WIDTH = 96, 128
F = 100.0
# Smooth, so that a picture of twice the size shows the same.
RGB = cv2.resize(
    np.random.default_rng(0).integers(0, 256, (6, 8, 3), np.uint8),
    (WIDTH, HEIGHT),
    interpolation=cv2.INTER_CUBIC,
)
TWICE = RGB.repeat(2, axis=0).repeat(2, axis=1)
ENGINE = {'backend': 'onnxruntime', 'precision': 'fp32', 'threads': 1}


def lens_card(folder, focal_length_px=F, **depth):
    """Write a card with which every pixel of every picture has a depth."""
    return write_lens_card(folder, focal_length_px, lift_m=100.0, **{'max_m': 1e6, **depth})


def load(folder, focal_length_px=F, *, depth=None, **options) -> Perception:
    card = lens_card(folder, focal_length_px, **(depth or {}))
    return Perception.load(card, **ENGINE, **options)


@pytest.fixture
def perception(tmp_path):
    with load(tmp_path) as loaded:
        yield loaded


@pytest.fixture
def canonical(perception) -> np.ndarray:
    """The depth that the canonical camera would measure."""
    return perception.predict(RGB, depth_scale=1.0).depth


def test_the_canonical_camera_changes_nothing(perception, canonical):
    np.testing.assert_array_equal(perception.predict(RGB, fx=F).depth, canonical)


@pytest.mark.parametrize('factor', [0.5, 2.0, 4.0])
def test_a_longer_lens_sees_everything_farther_and_to_a_farther_end(perception, canonical, factor):
    depth = perception.predict(RGB, fx=factor * F).depth
    np.testing.assert_array_equal(depth, factor * canonical)
    assert np.isfinite(canonical).all()


@pytest.mark.parametrize('backend', ['openvino', 'torch'])
def test_every_engine_scales_exactly(tmp_path, backend):
    pytest.importorskip(backend)
    options = ENGINE | {'backend': backend}
    with Perception.load(lens_card(tmp_path), **options) as perception:
        canonical = perception.predict(RGB, fx=F).depth
        depth = perception.predict([RGB, RGB], fx=[2 * F, F / 2])
        assert np.isfinite(canonical).all()
        np.testing.assert_allclose(depth[0].depth, 2 * canonical, rtol=1e-4)
        np.testing.assert_array_equal(depth[0].depth, 4 * depth[1].depth)


def test_what_was_never_learned_is_nan_at_every_focal_length(tmp_path):
    with load(tmp_path) as whole:
        everything = whole.predict(RGB, fx=F).depth
    assert np.isfinite(everything).all()
    near, far = (float(np.quantile(everything, share)) for share in (0.25, 0.75))
    learned = (everything >= np.float32(near)) & (everything <= np.float32(far))
    assert 0.3 < learned.mean() < 0.7
    with load(tmp_path, depth={'min_m': near, 'max_m': far}) as cut:
        for factor in (1.0, 2.0, 0.25):
            depth = cut.predict(RGB, fx=factor * F).depth
            np.testing.assert_array_equal(np.isfinite(depth), learned)
            np.testing.assert_array_equal(depth[learned], factor * everything[learned])


def test_a_camera_of_twice_the_pixels_measures_the_same(tmp_path):
    with load(tmp_path, input_size=(HEIGHT, WIDTH)) as perception:
        once = perception.predict(RGB, fx=300.0).depth
        twice = perception.predict(TWICE, fx=600.0).depth
        assert perception.depth_scale_for(600.0, 2 * HEIGHT, 2 * WIDTH) == 3.0
    seen = cv2.resize(TWICE, (WIDTH, HEIGHT), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_array_equal(seen, RGB)  # the network sees one and the same picture
    assert twice.shape == (2 * HEIGHT, 2 * WIDTH)
    # Bilinear, half-pixel centres: the mean of four pixels is that of the pixel between them.
    smaller = twice.reshape(HEIGHT, 2, WIDTH, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(smaller, once, rtol=1e-4)


@pytest.mark.parametrize(
    ('options', 'fx', 'scale'),
    [
        ({}, 100.0, 1.0),
        ({}, 250.0, 2.5),
        ({'input_scale': 0.5}, 250.0, 1.25),
        ({'input_size': (48, 64)}, 250.0, 1.25),
        ({'input_size': (192, 64)}, 250.0, 1.25),
        ({'input_size': (48, 256)}, 250.0, 5.0),
    ],
    ids=str,
)
def test_the_width_brings_the_focal_length_to_input_size(tmp_path, options, fx, scale):
    with load(tmp_path, **options) as perception:
        assert perception.depth_scale_for(fx, HEIGHT, WIDTH) == pytest.approx(scale)
        depth = perception.predict(RGB, fx=fx).depth
        np.testing.assert_array_equal(depth, perception.predict(RGB, depth_scale=scale).depth)


def test_each_frame_of_a_batch_may_have_its_own_camera(perception):
    frames = [RGB, RGB[::-1].copy(), RGB[:, ::-1].copy()]
    batch = perception.predict(frames, fx=[100.0, 200.0, 400.0])
    for frame, fx, found in zip(frames, (100.0, 200.0, 400.0), batch, strict=True):
        np.testing.assert_allclose(found.depth, perception.predict(frame, fx=fx).depth, rtol=1e-3)
    same = perception.predict(frames, fx=200.0)
    np.testing.assert_array_equal(same[1].depth, batch[1].depth)


@pytest.mark.parametrize('fx', [0.0, -5.0, float('nan'), float('inf'), [100.0], 'wide', [None, 1]])
def test_a_focal_length_that_cannot_be_is_explained(perception, fx):
    with pytest.raises(HydranetError, match='fx must be a number above 0, or one for each of 2'):
        perception.predict([RGB, RGB], fx=fx)


def test_fx_and_depth_scale_contradict_each_other(perception):
    with pytest.raises(HydranetError, match='Both fx and depth_scale are given; give fx alone'):
        perception.predict(RGB, fx=F, depth_scale=1.0)


def test_an_empty_frame_is_explained(perception):
    with pytest.raises(HydranetError, match='0x96 pixels is empty'):
        perception.predict(RGB[:, :0], fx=F)


def said(caplog) -> list[str]:
    return [one.message for one in caplog.records if one.name == 'hydranet_ros.metric_depth']


def test_without_intrinsics_it_is_said_once_whose_metres_they_are(perception, caplog):
    perception.predict(RGB, wanted=['labels'])
    perception.predict(RGB, fx=F)
    perception.predict(RGB, depth_scale=1.0)
    assert said(caplog) == []
    for _ in range(3):
        perception.predict(RGB)
    assert len(said(caplog)) == 1
    assert 'canonical camera, whose focal length is 100 px at input size' in said(caplog)[0]
    assert 'Give fx' in said(caplog)[0]
    assert caplog.records[-1].levelno == logging.WARNING


def test_fx_without_the_models_focal_length_is_said_once_and_changes_nothing(tmp_path, caplog):
    with load(tmp_path, None) as perception:
        plain = perception.predict(RGB).depth
        assert said(caplog) == []
        for _ in range(2):
            np.testing.assert_array_equal(perception.predict(RGB, fx=700.0).depth, plain)
        assert perception.depth_scale_for(700.0, HEIGHT, WIDTH) == 1.0
    assert len(said(caplog)) == 1
    assert 'fx has no effect' in said(caplog)[0]
    assert 'does not state' in said(caplog)[0]


def test_an_input_size_that_distorts_is_said(tmp_path, caplog):
    with load(tmp_path, input_size=(48, 96)) as perception:
        perception.predict(RGB, fx=F)
        perception.predict(RGB, fx=F)
    assert len(said(caplog)) == 1
    assert '96x48 distorts frames of 128x96' in said(caplog)[0]
