# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Global deconvolution against bilinear resizing, its definition and its published gradients.

It does not verify what training makes of it.
"""

import pytest
import torch
import torch.nn.functional as F

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.deeplab_largefov import coarse_side
from hydranet_ros.networks.global_deconvolution import GlobalDeconvolution
from hydranet_ros.networks.options import Matrices
from hydranet_ros.networks.upsampling import TransposedUpsampling


@pytest.fixture(autouse=True)
def _seed() -> None:
    torch.manual_seed(0)


def layer(
    coarse: tuple[int, int], full: tuple[int, int], matrices: Matrices = Matrices.XAVIER
) -> GlobalDeconvolution:
    return GlobalDeconvolution(coarse, full, matrices=matrices).double()


@pytest.mark.parametrize('sizes', [((4, 5), (13, 17)), ((7, 7), (7, 7)), ((9, 6), (4, 5))])
def test_bilinear_matrices_resize_bilinearly(sizes: tuple) -> None:
    coarse, full = sizes
    x = torch.randn(2, 3, *coarse, dtype=torch.float64)
    expected = F.interpolate(x, size=full, mode='bilinear', align_corners=False)
    torch.testing.assert_close(
        layer(*sizes, Matrices.BILINEAR)(x, full), expected, atol=1e-6, rtol=0
    )


def test_identity_matrices_change_nothing() -> None:
    x = torch.randn(2, 3, 6, 8, dtype=torch.float64)
    same = layer((6, 8), (6, 8), Matrices.IDENTITY)(x, (6, 8))
    torch.testing.assert_close(same, x, rtol=0, atol=0)


def test_it_runs_in_torch_2_6(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.compiler, 'is_exporting', raising=False)  # new in 2.7
    up = layer((3, 4), (7, 9))
    assert up(torch.zeros(1, 2, 3, 4, dtype=torch.float64), (7, 9)).shape == (1, 2, 7, 9)


def test_it_is_two_products_shared_by_all_channels() -> None:
    up = layer((3, 4), (7, 9))
    x = torch.randn(2, 5, 3, 4, dtype=torch.float64)
    expected = torch.einsum('ih,ncij,jw->nchw', up.rows.T, x, up.columns)
    torch.testing.assert_close(up(x, (7, 9)), expected)
    assert sum(p.numel() for p in up.parameters()) == 7 * 3 + 9 * 4


def test_gradients_are_right() -> None:
    up = layer((3, 4), (6, 5))
    x = torch.randn(2, 2, 3, 4, dtype=torch.float64, requires_grad=True)

    def function(x: torch.Tensor, rows: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
        parts = {'rows': rows, 'columns': columns}
        return torch.func.functional_call(up, parts, (x, (6, 5)))

    assert torch.autograd.gradcheck(function, (x, up.rows, up.columns))


def test_gradients_are_the_published_ones() -> None:
    up = layer((3, 4), (6, 5))
    x = torch.randn(2, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    y = up(x, (6, 5))
    dy = torch.randn_like(y)
    y.backward(dy)
    w0, w1 = up.rows.T.detach(), up.columns.detach()
    torch.testing.assert_close(x.grad, w0 @ dy @ w1.T)
    torch.testing.assert_close(up.rows.grad, (x @ w1 @ dy.mT).sum((0, 1)).T)
    torch.testing.assert_close(up.columns.grad, (x.mT @ w0 @ dy).sum((0, 1)))


def test_a_smaller_map_takes_the_top_left_of_the_matrices() -> None:
    up = layer((6, 8), (12, 16))
    x = torch.randn(1, 2, 4, 5, dtype=torch.float64)
    padded = F.pad(x, (0, 3, 0, 2))
    torch.testing.assert_close(up(x, (8, 10)), up(padded, (12, 16))[:, :, :8, :10])


def test_a_smaller_bilinear_map_differs_at_its_far_border_alone() -> None:
    up = layer((8, 8), (32, 32), Matrices.BILINEAR)
    x = torch.randn(1, 1, 5, 5, dtype=torch.float64)
    expected = F.interpolate(x, size=(20, 20), mode='bilinear', align_corners=False)
    found = up(x, (20, 20))
    torch.testing.assert_close(found[..., :18, :18], expected[..., :18, :18], atol=1e-6, rtol=0)
    assert not torch.allclose(found, expected)


def test_the_published_start_lies_within_its_bounds() -> None:
    (h, w), (height, width), channels = (64, 64), (500, 500), 21
    up = GlobalDeconvolution((h, w), (height, width), matrices=Matrices.XAVIER, channels=channels)
    assert coarse_side(500) == 64
    assert sum(p.numel() for p in up.parameters()) == 64_000
    rows = 2 * (6 / (channels * (h * w + height * w))) ** 0.5
    columns = 2 * (6 / (channels * (h * w + height * width))) ** 0.5
    for matrix, bound in ((up.rows, rows), (up.columns, columns)):
        assert matrix.abs().max() <= bound
        assert matrix.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)


def test_a_larger_map_is_refused() -> None:
    up = layer((4, 4), (16, 16))
    with pytest.raises(HydranetError, match=r'up to \(16, 16\), not \(5, 4\) to \(20, 16\)'):
        up(torch.zeros(1, 1, 5, 4, dtype=torch.float64), (20, 16))


@pytest.mark.parametrize('stride', [4, 8, 32])
def test_a_transposed_convolution_begins_as_bilinear(stride: int) -> None:
    x = torch.randn(1, 3, 5, 6)
    size = (5 * stride - 1, 6 * stride - 3)
    whole = F.interpolate(x, scale_factor=stride, mode='bilinear', align_corners=False)
    found = TransposedUpsampling(3, stride)(x, size)
    assert found.shape[2:] == size
    edge = stride  # beyond it the convolution sees zeros where resizing repeats the border
    inner = (..., slice(edge, size[0] - edge), slice(edge, size[1] - edge))
    torch.testing.assert_close(found[inner], whole[inner], atol=1e-5, rtol=1e-5)
