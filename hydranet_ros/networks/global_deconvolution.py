# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Global deconvolution: upsampling by two learnt matrices (Nekrasov et al., BMVC 2016)."""

import math

import torch
from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.options import Matrices


class GlobalDeconvolution(nn.Module):
    """Enlarge every channel X (h, w) to Y = K_h X K_w^T (H, W); all channels share the matrices.

    coarse, full: (h, w) and (H, W) of the largest maps. channels: only for the bounds of XAVIER.
    Every row and column of the output may depend on every one of the input. A smaller map takes
    the top left parts of the matrices, as published: K_h[:H, :h], K_w[:W, :w]; what BILINEAR
    would take from beyond such a part is lacking at its lower and right border.
    """

    def __init__(
        self,
        coarse: tuple[int, int],
        full: tuple[int, int],
        *,
        matrices: Matrices = Matrices.BILINEAR,
        channels: int = 1,
    ) -> None:
        super().__init__()
        (h, w), (height, width) = coarse, full
        if matrices is Matrices.BILINEAR:
            rows, columns = bilinear_matrix(h, height), bilinear_matrix(w, width)
        elif matrices is Matrices.IDENTITY:
            rows, columns = torch.eye(height, h), torch.eye(width, w)
        else:
            rows = _xavier(height, h, channels * (h * w + height * w))
            columns = _xavier(width, w, channels * (h * w + height * width))
        self.rows = nn.Parameter(rows)  # K_h
        # stored transposed, so that the export is two products and nothing else
        self.columns = nn.Parameter(columns.T.contiguous())  # K_w^T

    @property
    def largest(self) -> tuple[int, int]:
        """The (height, width) of the largest output."""
        return self.rows.shape[0], self.columns.shape[1]

    def forward(self, x: Tensor, size: torch.Size | tuple[int, int]) -> Tensor:
        """Enlarge [N, C, h, w] to [N, C, *size]; HydranetError beyond the largest sizes."""
        h, w = x.shape[2:]
        height, width = size
        if not torch.compiler.is_compiling():
            self._check((h, w), (height, width))
        return self.rows[:height, :h] @ (x @ self.columns[:w, :width])

    def _check(self, coarse: tuple[int, int], full: tuple[int, int]) -> None:
        most = (self.rows.shape[1], self.columns.shape[0])
        if any(a > b for a, b in zip((*coarse, *full), (*most, *self.largest), strict=True)):
            raise HydranetError(
                f'This global deconvolution enlarges maps of up to {most} to up to '
                f'{self.largest}, not {coarse} to {full}. Give smaller images, or train with a '
                'larger `largest`.'
            )


def bilinear_matrix(small: int, large: int) -> Tensor:
    """Return the (large, small) matrix that resizes a line bilinearly (align_corners=False)."""
    lines = torch.eye(small)[None, None]
    size = (large, small)
    return F.interpolate(lines, size=size, mode='bilinear', align_corners=False)[0, 0]


def _xavier(large: int, small: int, fans: int) -> Tensor:
    """Draw as published: within twice Xavier's bound, of the maps' sizes, not the matrix's."""
    bound = 2 * math.sqrt(6 / fans)
    return torch.empty(large, small).uniform_(-bound, bound)
