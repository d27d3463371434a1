# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The full cut in torch: what surrounds the network in the deployed graph, around a module."""

from collections.abc import Collection
from itertools import pairwise

import torch
from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.deploy.normals import optical_axes
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.prediction import OUTPUTS
from hydranet_ros.prediction import TASK_OF
from hydranet_ros.zoo.card_types import ModelCard


class FullCut(nn.Module):
    """Answer frames of the camera's size by a bare network, float32 before and after it.

    The same function as the full cut of `specialise`. `network` maps a normalised image of
    `input_size` to raw task outputs (a dict), in `dtype` and `memory_format`; sizes are
    (height, width).
    """

    mean: Tensor
    inverse_std: Tensor
    order: Tensor
    signs: Tensor

    def __init__(
        self,
        network: nn.Module,
        card: ModelCard,
        camera_size: tuple[int, int],
        input_size: tuple[int, int],
        domain: str | None = None,
        dtype: torch.dtype = torch.float32,
        memory_format: torch.memory_format = torch.channels_last,
    ) -> None:
        super().__init__()
        self.network = network
        self.camera_size = camera_size
        self.input_size = input_size
        self.dtype = dtype
        self.memory_format = memory_format
        self._classes = card.class_slice(domain)
        order, signs = optical_axes(card.normals_axes)
        # a buffer: a list would be copied to the GPU for each frame, with a wait
        self.register_buffer('order', torch.from_numpy(order), persistent=False)
        per_channel = (1, 3, 1, 1)
        for name, values in (
            ('mean', 255 * torch.tensor(card.mean)),
            ('inverse_std', 1 / (255 * torch.tensor(card.std))),
            ('signs', torch.from_numpy(signs)),
        ):
            self.register_buffer(name, values.view(per_channel), persistent=False)

    def forward(
        self, image: Tensor, depth_scale: Tensor, wanted: Collection[str] = OUTPUTS
    ) -> dict[str, Tensor]:
        """Map uint8 [N, H, W, 3] RGB and float32 [N] to the `wanted` outputs the model has.

        labels, confidence: uint8 [N, H, W]; depth: float32 [N, H, W], metres; normals: float32
        [N, H, W, 3].
        """
        raw = self.network(self.normalised(image))
        found = {}
        for name in wanted:
            if TASK_OF[name] in raw:
                task = raw[TASK_OF[name]].float()
                found[name] = self._finish(name, task, depth_scale)
        return found

    def normalised(self, image: Tensor) -> Tensor:
        """Give the network's input for uint8 frames of the camera's size."""
        x = image.permute(0, 3, 1, 2).float()  # a view whose strides are those of channels_last
        if self.camera_size != self.input_size:
            x = _resize(x, self.input_size)
        x = (x - self.mean) * self.inverse_std
        return x.to(self.dtype).contiguous(memory_format=self.memory_format)

    def _finish(self, name: str, raw: Tensor, depth_scale: Tensor) -> Tensor:
        if name == 'labels':
            logits = _resize(raw[:, self._classes], self.camera_size)
            return logits.argmax(1).to(torch.uint8)
        if name == 'confidence':
            probability = raw[:, self._classes].softmax(1).amax(1, keepdim=True)
            level = _resize((probability * 255).round(), self.camera_size)
            return level[:, 0].round().to(torch.uint8)
        if name == 'depth':
            return _resize(raw, self.camera_size)[:, 0].abs() * depth_scale.view(-1, 1, 1)
        normals = _resize(raw, self.camera_size).index_select(1, self.order) * self.signs
        length = torch.linalg.vector_norm(normals, dim=1, keepdim=True)
        return (normals / length.clamp_min(1e-12)).permute(0, 2, 3, 1).contiguous()


def full_cut_of(
    request: BuildRequest,
    network: nn.Module,
    dtype: torch.dtype = torch.float32,
    memory_format: torch.memory_format = torch.channels_last,
) -> FullCut:
    """Put the full cut of `request` around a network."""
    return FullCut(
        network,
        request.card,
        request.camera_size,
        request.input_size,
        request.domain,
        dtype,
        memory_format,
    ).eval()


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Fold each batch norm that follows a convolution in a Sequential into it, in place."""
    from torch.nn.utils.fusion import fuse_conv_bn_eval

    for sequence in [m for m in network.modules() if isinstance(m, nn.Sequential)]:
        names = list(sequence._modules)
        for first, second in pairwise(names):
            conv, norm = sequence.get_submodule(first), sequence.get_submodule(second)
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                sequence._modules[first] = fuse_conv_bn_eval(conv, norm)
                sequence._modules[second] = nn.Identity()
    return network


def _resize(x: Tensor, size: tuple[int, int]) -> Tensor:
    return F.interpolate(x, size=size, mode='bilinear', align_corners=False)
