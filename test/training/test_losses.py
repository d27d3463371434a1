# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The losses against what their formulas give in NumPy. Speed and a GPU are not looked at."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.training.losses import berhu
from hydranet_ros.training.losses import cross_entropy
from hydranet_ros.training.losses import normals_cosine
from hydranet_ros.training.losses import Over
from hydranet_ros.training.losses import soft_jaccard

ONES = torch.ones(3)
SMALL, LARGE = (9, 12), (34, 47)


def enlarged(small: Tensor) -> np.ndarray:
    return F.interpolate(small, LARGE, mode='bilinear', align_corners=False).detach().numpy()


def some_logits() -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(1)
    logits = 3 * torch.randn(3, 5, *SMALL, generator=random)
    labels = torch.randint(0, 6, (3, *LARGE), generator=random).to(torch.uint8)
    labels[labels == 5] = 255
    return logits.requires_grad_(), labels


def some_depth() -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(2)
    prediction = 20 * torch.randn(3, 1, *SMALL, generator=random) + 15  # some below 0
    depth = 80 * torch.rand(3, *LARGE, generator=random)
    depth[torch.rand(depth.shape, generator=random) > 0.3] = torch.nan
    return prediction.requires_grad_(), depth


def some_normals() -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(3)
    prediction = 5 * torch.randn(3, 3, *SMALL, generator=random)
    normals = F.normalize(torch.randn(3, 3, *LARGE, generator=random), dim=1)
    normals[:, :, :7] = torch.nan
    return prediction.requires_grad_(), normals


CASES: list[tuple[Callable[..., Tensor], Callable[[], tuple[Tensor, Tensor]]]] = [
    (cross_entropy, some_logits),
    (berhu, some_depth),
    (normals_cosine, some_normals),
]


def literal_berhu(prediction: np.ndarray, depth: np.ndarray, over: str) -> float:
    """Write the formula of the paper's spec down pixel by pixel."""
    pixels = list(zip(np.maximum(prediction, 0).ravel(), depth.ravel(), strict=True))
    errors = [0.0 if np.isnan(truth) else abs(p - truth) for p, truth in pixels]
    c = 0.2 * max(errors)
    losses = [e if e <= c else (e * e + c * c) / (2 * c) for e in errors]
    valid = np.isfinite(depth).sum((1, 2))
    if over == 'image':
        return float((np.reshape(losses, (len(depth), -1)).sum(1) / valid).mean())
    return sum(losses) / (len(pixels) if over == 'all' else valid.sum())


def test_cross_entropy_is_that_of_torch_on_enlarged_logits() -> None:
    logits, labels = some_logits()
    loss = cross_entropy(logits, labels, ONES)
    large = F.interpolate(logits, LARGE, mode='bilinear', align_corners=False)
    reference = F.cross_entropy(large, labels.long(), ignore_index=255)
    torch.testing.assert_close(loss, reference)
    (gradient,) = torch.autograd.grad(loss, logits)
    torch.testing.assert_close(gradient, torch.autograd.grad(reference, logits)[0])


def test_cross_entropy_with_class_weights_is_that_of_torch() -> None:
    logits, labels = some_logits()
    weights = torch.tensor([0.5, 2.0, 1.0, 0.0, 3.0])
    loss = cross_entropy(logits, labels, ONES, class_weights=weights)
    large = F.interpolate(logits, LARGE, mode='bilinear', align_corners=False)
    expected = F.cross_entropy(large, labels.long(), weight=weights, ignore_index=255)
    torch.testing.assert_close(loss, expected)


def test_soft_jaccard_is_the_formula() -> None:
    logits, labels = some_logits()
    labels[labels == 3] = 255  # a class that nothing is labelled with
    weights = torch.tensor([1.0, 0.5, 0.0])
    large = np.exp(enlarged(logits))
    probability = large / large.sum(1, keepdims=True)
    losses = []
    for k in (0, 1, 2, 4):
        truth = (labels == k).numpy()
        counted = (labels != 255).numpy() * weights.numpy().reshape(-1, 1, 1)
        both = (probability[:, k] * truth * counted).sum()
        union = ((probability[:, k] + truth) * counted).sum() - both
        losses.append(1 - both / union)
    loss = soft_jaccard(logits, labels, weights)
    assert loss.item() == pytest.approx(np.mean(losses), rel=1e-5)


def test_soft_jaccard_of_the_right_answer_is_nothing() -> None:
    labels = torch.randint(0, 4, (2, 8, 8), dtype=torch.uint8)
    logits = 50 * F.one_hot(labels.long(), 5).permute(0, 3, 1, 2).float()
    assert soft_jaccard(logits, labels, torch.ones(2)).item() == pytest.approx(0, abs=1e-5)
    nothing = torch.full_like(labels, 255)
    assert soft_jaccard(logits, nothing, torch.ones(2)).item() == 0


@pytest.mark.parametrize('over', list(Over))
def test_berhu_is_the_formula(over: Over) -> None:
    prediction, depth = some_depth()
    expected = literal_berhu(enlarged(prediction), depth.numpy(), over.value)
    assert berhu(prediction, depth, ONES, over=over).item() == pytest.approx(expected, rel=1e-5)


def test_berhu_over_all_is_smaller_by_the_share_of_pixels_with_depth() -> None:
    prediction, depth = some_depth()
    share = depth.isfinite().float().mean()
    over_valid = berhu(prediction, depth, ONES, over='valid')
    torch.testing.assert_close(berhu(prediction, depth, ONES), over_valid * share)


def test_berhu_pulls_every_pixel_towards_the_truth() -> None:
    prediction = torch.tensor([[[[3.0, 11.0, 0.5, 20.0]]]], requires_grad=True)
    depth = torch.tensor([[[2.0, 16.0, torch.nan, 10.0]]])
    loss = berhu(prediction, depth, torch.ones(1), over='valid')
    (gradient,) = torch.autograd.grad(loss, prediction)
    c = 0.2 * 10
    torch.testing.assert_close(gradient[0, 0, 0], torch.tensor([1.0, -5 / c, 0.0, 10 / c]) / 3)


def test_a_perfect_depth_costs_nothing_and_has_a_finite_gradient() -> None:
    depth = torch.full((2, *LARGE), 7.0)
    prediction = torch.full((2, 1, *LARGE), 7.0, requires_grad=True)
    loss = berhu(prediction, depth, torch.ones(2))
    (gradient,) = torch.autograd.grad(loss, prediction)
    assert loss == 0
    assert gradient.isfinite().all()


def test_normals_cosine_is_the_formula() -> None:
    prediction, normals = some_normals()
    large, true = enlarged(prediction), normals.numpy()
    cosine = (large * true).sum(1) / np.linalg.norm(large, axis=1)
    expected = np.nanmean(1 - cosine)
    assert normals_cosine(prediction, normals, ONES).item() == pytest.approx(expected, rel=1e-5)
    longer = normals_cosine(10 * prediction, normals, ONES)
    torch.testing.assert_close(longer, normals_cosine(prediction, normals, ONES))


@pytest.mark.parametrize(('loss', 'some'), CASES)
def test_an_image_of_weight_0_is_not_there(loss: Callable[..., Tensor], some: Callable) -> None:
    prediction, truth = some()
    weighted = loss(prediction, truth, torch.tensor([1.0, 0.0, 1.0]))
    alone = loss(prediction[[0, 2]], truth[[0, 2]], torch.ones(2))
    torch.testing.assert_close(weighted, alone)
    (gradient,) = torch.autograd.grad(weighted, prediction)
    assert gradient[1].abs().max() == 0
    assert gradient[0].abs().max() > 0


@pytest.mark.parametrize(('loss', 'some'), CASES)
def test_a_weight_is_a_factor_on_the_gradient(loss: Callable[..., Tensor], some: Callable) -> None:
    prediction, truth = some()
    (plain,) = torch.autograd.grad(loss(prediction, truth, ONES), prediction)
    halved = loss(prediction, truth, torch.tensor([1.0, 0.5, 1.0]))
    (gradient,) = torch.autograd.grad(halved, prediction)
    torch.testing.assert_close(gradient[[0, 2]], plain[[0, 2]])
    torch.testing.assert_close(gradient[1], 0.5 * plain[1])


@pytest.mark.parametrize('weight', [0.0, 1.0])
@pytest.mark.parametrize(('loss', 'some'), CASES)
def test_without_annotation_the_loss_is_0_and_has_a_gradient(
    loss: Callable[..., Tensor], some: Callable, weight: float
) -> None:
    prediction, truth = some()
    nothing = torch.full_like(truth, torch.nan if truth.is_floating_point() else 255)
    found = loss(prediction, nothing, torch.full((3,), weight))
    (gradient,) = torch.autograd.grad(found, prediction)
    assert found == 0
    assert (gradient == 0).all()


@pytest.mark.parametrize(('loss', 'some'), CASES)
def test_autocast_does_not_reach_the_loss(loss: Callable[..., Tensor], some: Callable) -> None:
    prediction, truth = some()
    half = prediction.bfloat16()
    expected = loss(half.float(), truth, ONES)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = loss(half, truth, ONES)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize(('loss', 'some'), CASES)
def test_the_memory_layout_does_not_matter(loss: Callable[..., Tensor], some: Callable) -> None:
    prediction, truth = some()
    other = prediction.detach().to(memory_format=torch.channels_last)
    torch.testing.assert_close(loss(other, truth, ONES), loss(prediction, truth, ONES).detach())
