# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""mIoU and its company, by hand and against TorchMetrics."""

import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.confusion import Confusion

CLASSES = 7


def labels(seed: int, highest: int = CLASSES - 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, highest + 1, (40, 50), np.uint8)


def test_by_hand() -> None:
    confusion = Confusion(4)
    truth = np.array([[0, 0, 0, 1], [1, 1, 255, 255]], np.uint8)
    predicted = np.array([[0, 0, 1, 1], [1, 255, 0, 3]], np.uint8)
    confusion.update(predicted, truth)
    result = confusion.result()
    assert result.iou == (pytest.approx(200 / 3), pytest.approx(50), None, None)
    assert result.miou == pytest.approx((200 / 3 + 50) / 2)
    assert result.pixel_accuracy == pytest.approx(400 / 6)
    assert result.mean_accuracy == pytest.approx((200 / 3 + 200 / 3) / 2)
    assert result.fw_iou == pytest.approx((3 * 200 / 3 + 3 * 50) / 6)
    assert result.pixels == 6
    assert result.true_pixels == (3, 3, 0, 0)


def test_a_class_that_is_only_predicted_counts() -> None:
    confusion = Confusion(3)
    confusion.update(np.array([[0, 2]], np.uint8), np.array([[0, 0]], np.uint8))
    assert confusion.result().iou == (50.0, None, 0.0)
    assert confusion.result().miou == 25.0


def test_agrees_with_torchmetrics() -> None:
    classification = pytest.importorskip('torchmetrics.classification')
    import torch

    truth, predicted = labels(0, CLASSES - 2), labels(1, CLASSES - 2)  # the last class is absent
    predicted = np.where(labels(2) < 4, truth, predicted)
    truth[3:9] = 255
    confusion = Confusion(CLASSES)
    confusion.update(predicted, truth)
    pair = torch.from_numpy(predicted.astype(int)), torch.from_numpy(truth.astype(int))

    def theirs(kind: type, average: str) -> np.ndarray:
        return 100 * kind(CLASSES, average=average, ignore_index=255)(*pair).numpy()

    result = confusion.result()
    jaccard, accuracy = (
        classification.MulticlassJaccardIndex,
        classification.MulticlassAccuracy,
    )
    assert result.miou == pytest.approx(theirs(jaccard, 'macro'), abs=1e-4)
    assert result.pixel_accuracy == pytest.approx(theirs(accuracy, 'micro'), abs=1e-4)
    np.testing.assert_allclose(result.iou[:-1], theirs(jaccard, 'none')[:-1], atol=1e-4)
    assert result.iou[-1] is None


def test_parts_and_their_states_add_up() -> None:
    whole, one, other = (Confusion(CLASSES) for _ in range(3))
    for seed, part in ((0, one), (10, other)):
        for confusion in (whole, part):
            confusion.update(labels(seed), labels(seed + 1))
    total = Confusion(CLASSES)
    total.state = one.state + other.state
    assert total.result() == whole.result()
    one.merge(other)
    assert one.result() == whole.result()


def test_nothing_gives_nothing() -> None:
    confusion = Confusion(2)
    assert (confusion.result().miou, confusion.result().pixel_accuracy) == (None, None)
    confusion.update(np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8))
    assert (confusion.result().miou, confusion.result().pixels) == (None, 0)


def test_what_cannot_be_counted_is_said() -> None:
    confusion = Confusion(3)
    with pytest.raises(HydranetError, match='class id 4'):
        confusion.update(np.zeros((1, 2), np.uint8), np.array([[4, 5]], np.uint8))
    assert not confusion.state.any()
    with pytest.raises(HydranetError, match='two sizes'):
        confusion.update(np.zeros((1, 2), np.uint8), np.zeros((2, 1), np.uint8))
    with pytest.raises(HydranetError, match='256 classes'):
        Confusion(256)
