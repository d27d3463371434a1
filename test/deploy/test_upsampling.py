# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The OpenCV upsampling against plain formulas; the graph's is compared in test_specialise."""

import cv2
import numpy as np
import pytest

from hydranet_ros.deploy.upsampling import Upsampler
from hydranet_ros.errors import FrameError

RNG = np.random.default_rng(3)


def argmax_of_resized(logits: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    planes = [cv2.resize(plane, size[::-1], interpolation=cv2.INTER_LINEAR) for plane in logits]
    return np.argmax(planes, axis=0).astype(np.uint8)


@pytest.mark.parametrize('classes', [1, 6, 40, 150])
@pytest.mark.parametrize('size', [(72, 136), (71, 135), (18, 34), (300, 500)])
def test_labels_are_the_argmax_of_upsampled_logits(classes: int, size: tuple) -> None:
    logits = RNG.standard_normal((classes, 18, 34)).astype(np.float32)
    logits += RNG.standard_normal((classes, 1, 1)).astype(np.float32) * 3  # some never win
    out = np.full(size, 99, np.uint8)
    Upsampler(size).labels(logits, out)
    np.testing.assert_array_equal(out, argmax_of_resized(logits, size))


def test_the_first_class_wins_a_tie() -> None:
    out = np.empty((36, 68), np.uint8)
    Upsampler((36, 68)).labels(np.zeros((20, 9, 17), np.float32), out)
    assert not out.any()


def test_a_class_between_two_others_is_not_lost() -> None:
    """Second best at every logit, best half-way between them."""
    logits = np.full((12, 2, 2), -9, np.float32)
    logits[3, :, 0] = logits[7, :, 1] = 1
    logits[5] = 0.9
    logits[3, :, 1] = logits[7, :, 0] = -1
    out = np.empty((2, 64), np.uint8)
    Upsampler((2, 64)).labels(logits, out)
    assert set(np.unique(out)) == {3, 5, 7}


def test_a_network_that_gives_no_numbers_is_told() -> None:
    logits = np.full((9, 4, 6), np.nan, np.float32)
    with pytest.raises(FrameError, match='weights are damaged'):
        Upsampler((16, 24)).labels(logits, np.empty((16, 24), np.uint8))


def test_confidence_is_the_softmax_at_logits_size() -> None:
    logits = RNG.standard_normal((11, 18, 34)).astype(np.float32) * 3
    powers = np.exp(logits.astype(np.float64))
    level = np.rint(255 * (powers / powers.sum(0)).max(0)).astype(np.uint8)
    expected = cv2.resize(level, (136, 72), interpolation=cv2.INTER_LINEAR)
    out = np.empty((72, 136), np.uint8)
    Upsampler((72, 136)).confidence(logits, out)
    assert np.abs(out.astype(int) - expected).max() <= 1
    before = logits.copy()
    Upsampler((72, 136)).confidence(logits, out)
    np.testing.assert_array_equal(logits, before)


def test_depth_is_resized_then_positive_then_scaled() -> None:
    raw = RNG.standard_normal((1, 18, 34)).astype(np.float32) * 10
    out = np.empty((72, 136), np.float32)
    Upsampler((72, 136)).depth(raw, 1.25, out)
    resized = cv2.resize(raw[0], (136, 72), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(out, np.abs(resized) * 1.25, rtol=1e-6)


def test_normals_turn_to_the_optical_frame() -> None:
    raw = np.zeros((3, 18, 34), np.float32)
    raw[0], raw[1], raw[2] = 0.0, -2.0, 1.0  # stored as x, z, -y
    out = np.empty((72, 136, 3), np.float32)
    Upsampler((72, 136), 'x z -y').normals(raw, out)
    expected = np.array([0, -1, -2]) / np.sqrt(5)
    np.testing.assert_allclose(out, np.broadcast_to(expected, out.shape), atol=1e-6)


def test_outputs_go_where_they_are_asked_for_and_buffers_are_kept() -> None:
    upsampler = Upsampler((72, 136))
    raw = {
        'semantic': RNG.standard_normal((6, 18, 34)).astype(np.float32),
        'depth': RNG.standard_normal((1, 18, 34)).astype(np.float32),
    }
    out = {'labels': np.empty((72, 136), np.uint8)}
    results = upsampler.outputs(raw, 1.0, ['labels', 'depth'], out)
    assert set(results) == {'labels', 'depth'}
    assert results['labels'] is out['labels']
    kept = {name: id(buffer) for name, buffer in upsampler._buffers.items()}
    upsampler.outputs(raw, 1.0, ['labels', 'depth'], out)
    assert kept == {name: id(buffer) for name, buffer in upsampler._buffers.items()}
