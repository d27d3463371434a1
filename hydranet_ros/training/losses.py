# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Losses of the three tasks, over images of which each has only some of the annotations.

Predictions are resized bilinearly to the annotation's size first (spec of the multi-task network:
align_corners False). Images of weight 0 are not looked at. A weight multiplies the pixels of its
image and not the number that they are divided by, so it is a factor on their gradient. All is
computed in float32, under autocast too; where nothing is annotated the loss is 0, with a gradient
of 0 for every parameter, as DDP wants it.
"""

from enum import Enum

import torch
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.training.datasets.sample import IGNORE


class Over(str, Enum):
    """The pixels that a mean of depth errors is over: all, as the paper does, or the valid.

    IMAGE takes the mean over the valid pixels of each image first, so that an image with sparse
    depth counts as much as one with dense depth.
    """

    ALL = 'all'
    VALID = 'valid'
    IMAGE = 'image'


def cross_entropy(
    logits: Tensor, labels: Tensor, weights: Tensor, *, class_weights: Tensor | None = None
) -> Tensor:
    """Average the softmax cross-entropy over the labelled pixels.

    logits: [N, K, h, w]. labels: uint8 [N, H, W], 255 is ignored. weights: float [N].
    class_weights: float [K]; the mean is then a weighted one, as in torch.
    """
    with _float32(logits):
        chosen, logits, labels, weights = _annotated(logits, labels, weights)
        if not len(weights):
            return chosen
        enlarged = _resize(logits, labels.shape[-2:])
        target = labels.long()
        each = F.cross_entropy(
            enlarged, target, weight=class_weights, ignore_index=IGNORE, reduction='none'
        )
        if class_weights is None:
            total = (labels != IGNORE).sum()
        else:
            total = F.pad(class_weights, (0, 256 - len(class_weights)))[target].sum()
        return _mean(each, weights, total)


def soft_jaccard(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """Average 1 - intersection / union of the probabilities and the labels over the classes.

    Arguments as of cross_entropy. Sums go over all images, an image's pixels counting as much as
    its weight; classes that no pixel is labelled with are left out. What it lowers is close to
    what mIoU measures. Source: Rahman and Wang, ISVC 2016.
    """
    with _float32(logits):
        chosen, logits, labels, weights = _annotated(logits, labels, weights)
        if not len(weights):
            return chosen
        probabilities = _resize(logits, labels.shape[-2:]).softmax(1)
        counted = (labels != IGNORE) * weights.view(-1, 1, 1)
        classes = labels.masked_fill(labels == IGNORE, 0).long()[:, None]
        right = probabilities.gather(1, classes)[:, 0] * counted
        flat = classes.flatten()
        zeros = probabilities.new_zeros(probabilities.shape[1])
        intersection = zeros.index_add(0, flat, right.flatten())
        labelled = zeros.index_add(0, flat, counted.flatten())
        predicted = (probabilities * counted[:, None]).sum((0, 2, 3))
        present = labelled > 0
        iou = intersection / (labelled + predicted - intersection).clamp_min(1e-6)
        return ((1 - iou) * present).sum() / present.sum().clamp_min(1)


def berhu(
    prediction: Tensor, depth: Tensor, weights: Tensor, *, over: Over | str = Over.ALL
) -> Tensor:
    """Average the inverse Huber loss of depth: linear up to c, quadratic above it.

    prediction: raw metres [N, 1, h, w]; what is below 0 counts as 0. depth: float32 [N, H, W]
    metres, NaN where there is none. c is a fifth of the largest error in the batch, a threshold
    without a gradient. over: ALL divides by the number of pixels of the annotated images (those
    without depth contribute 0), VALID by the number of those with depth, IMAGE image by image.
    Source: paper 1, section 1.6 of its spec; Laina et al., 3DV 2016.
    """
    with _float32(prediction):
        chosen, prediction, depth, weights = _annotated(prediction, depth, weights)
        if not len(weights):
            return chosen
        metres = F.relu(_resize(prediction, depth.shape[-2:])).squeeze(1)
        valid = depth.isfinite()
        error = (metres - torch.where(valid, depth, metres)).abs()
        c = 0.2 * error.detach().amax().clamp_min(torch.finfo(error.dtype).tiny)
        each = torch.where(error <= c, error, (error.square() + c.square()) / (2 * c))
        if Over(over) is Over.IMAGE:
            counts = valid.sum((1, 2)).clamp_min(1)
            return (each.sum((1, 2)) / counts * weights).mean()
        return _mean(each, weights, each.numel() if Over(over) is Over.ALL else valid.sum())


def beyond_range(prediction: Tensor, beyond: Tensor, weights: Tensor, *, range_m: float) -> Tensor:
    """Average by how much depth falls short where it lies beyond a range, as in the sky.

    prediction: raw metres [N, 1, h, w]. beyond: bool [N, H, W]. The mean is over the pixels of
    each image, then over the images that have any; what reaches range_m is no error.
    """
    with _float32(prediction):
        chosen, prediction, beyond, weights = _annotated(
            prediction, beyond, weights * beyond.any(2).any(1)
        )
        if not len(weights):
            return chosen
        metres = _resize(prediction, beyond.shape[-2:]).squeeze(1)
        short = F.relu(range_m - metres) * beyond
        return (short.sum((1, 2)) / beyond.sum((1, 2)) * weights).mean()


def normals_cosine(prediction: Tensor, normals: Tensor, weights: Tensor) -> Tensor:
    """Average 1 - cosine of the angle between the normals over the annotated pixels.

    prediction: [N, 3, h, w], of any length. normals: float32 [N, 3, H, W], unit, NaN where there
    is none. Source: paper 1, section 1.6 of its spec.
    """
    with _float32(prediction):
        chosen, prediction, normals, weights = _annotated(prediction, normals, weights)
        if not len(weights):
            return chosen
        valid = normals[:, 0].isfinite()
        enlarged = _resize(prediction, normals.shape[-2:])
        # several times faster here than torch's own cosine similarity
        length = enlarged.square().sum(1).clamp_min(1e-12).sqrt()
        cosine = (enlarged * normals.nan_to_num(nan=0.0)).sum(1) / length
        return _mean((1 - cosine) * valid, weights, valid.sum())


def _float32(tensor: Tensor) -> torch.autocast:
    return torch.autocast(tensor.device.type, enabled=False)


def _annotated(
    prediction: Tensor, truth: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return a 0 that depends on the prediction, then the part of all that has a weight."""
    # at the small size a copy is cheap, and softmax over channels-last would copy the large one
    prediction = prediction.float().contiguous()
    zero = prediction.sum() * 0
    has = weights > 0
    if bool(has.all()):
        return zero, prediction, truth, weights
    return zero, prediction[has], truth[has], weights[has]


def _resize(prediction: Tensor, size: torch.Size) -> Tensor:
    if prediction.shape[-2:] == size:
        return prediction
    return F.interpolate(prediction, size, mode='bilinear', align_corners=False)


def _mean(each: Tensor, weights: Tensor, total: Tensor | int) -> Tensor:
    """Divide the weighted sum of [N, H, W] by a number of pixels, 0 of which give 0."""
    summed = (each.sum((1, 2)) * weights).sum()
    return summed / total.clamp_min(1) if isinstance(total, Tensor) else summed / total
