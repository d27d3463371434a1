# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Start a MobileNet-v2 from an ImageNet classifier: a quantised file, or torchvision's state dict.

The quantised file (.npz) holds the 53 convolutions of a MobileNet-v2 in network order as
`convKK.q`, `.scale`, `.zero`, `.bias`, with batch norm folded in, for RGB / 127.5 - 1. Here each
convolution gets a batch norm again, whose statistics are measured on images: in eval mode the
function is that of the file whatever the images are, in training mode it is close to it where
they resemble the training images. At the border zero padding now means the mean colour of
ImageNet where the file means grey, and stride-2 layers pad both sides where TensorFlow pads right
and bottom only; inside nothing changes but a shift of up to one input pixel a stage.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch import Tensor

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.mobilenet_v2 import ConvBN
from hydranet_ros.networks.mobilenet_v2 import MobileNetV2
from hydranet_ros.sources.street import Street
from hydranet_ros.zoo import imagenet
from hydranet_ros.zoo.import_checkpoint import read_checkpoint
from hydranet_ros.zoo.import_classifier import classifier_encoder

_ADDED = 'stages.0.0.expand'  # the classifier has no such layer: it starts as the identity
_NORM = ('weight', 'bias', 'running_mean', 'running_var')
_STREET_FRAMES = 8
_STREET_STEP = 60  # frames between two, so that they differ


def load_encoder(
    network: nn.Module,
    path: str | Path,
    images: Sequence[npt.NDArray[np.uint8]] | None = None,
) -> None:
    """Load ImageNet weights into `network`, an encoder or what has one as its `encoder`.

    path: a classifier's state dict (import_classifier); for MobileNet-v2 also a quantised .npz.
    images: for MobileNet-v2, uint8 (H, W, 3) RGB, of any sizes, to measure batch norm's statistics
    on; some dozen of training are best, the street serves where there are none. HydranetError.
    """
    encoder = getattr(network, 'encoder', network)
    if isinstance(encoder, MobileNetV2):
        whole = imagenet_encoder(path, images)  # a searched network has its first stages alone
        encoder.load_state_dict({key: whole[key] for key in encoder.state_dict()})
    else:
        encoder.load_state_dict(classifier_encoder(encoder, path))


def imagenet_encoder(
    path: str | Path, images: Sequence[npt.NDArray[np.uint8]] | None = None
) -> dict[str, Tensor]:
    """Return the state dict of a MobileNetV2 with the weights at `path`; see `load_encoder`."""
    path = Path(path)
    if not path.is_file():
        raise HydranetError(f'There are no ImageNet weights {path}; check the path.')
    encoder = MobileNetV2().eval()
    layers = {name: m for name, m in encoder.named_modules() if isinstance(m, ConvBN)}
    added = layers.pop(_ADDED)
    with torch.no_grad():
        added.conv.weight.copy_(torch.eye(added.conv.in_channels)[:, :, None, None])
        _fold_free(added.bn, torch.zeros(added.conv.out_channels))
        if path.suffix == '.npz':
            _load_quantised(list(layers.values()), _read_npz(path), path)
            measured = [*layers.values(), added]
        else:
            _load_torchvision(list(layers.values()), read_checkpoint(path), path)
            measured = [added]
        _measure_statistics(encoder, [layer.bn for layer in measured], images or _street())
    return encoder.state_dict()


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except Exception as error:  # zipfile, zlib and NumPy raise types of their own
        raise HydranetError(
            f'{path} cannot be read as an .npz file ({first_line(error)}); get it again.'
        ) from error


def _load_quantised(
    layers: Sequence[ConvBN], arrays: Mapping[str, np.ndarray], path: Path
) -> None:
    for i, layer in enumerate(layers):
        name = f'conv{i:02d}'
        missing = [k for k in ('q', 'scale', 'zero', 'bias') if f'{name}.{k}' not in arrays]
        if missing:
            raise HydranetError(
                f'{path} lacks {name}.{missing[0]}; it is no quantised MobileNet-v2 of this form.'
            )
        q, scale, zero, bias_ = (arrays[f'{name}.{k}'] for k in ('q', 'scale', 'zero', 'bias'))
        fits = q.shape == layer.conv.weight.shape and bias_.shape == layer.bn.bias.shape
        if not fits or scale.size not in (1, len(q)) or zero.size != 1:
            raise HydranetError(
                f'{path}: {name} is {q.shape} (scale {scale.shape}, zero {zero.shape}, bias '
                f'{bias_.shape}), our layer {tuple(layer.conv.weight.shape)}; it is no '
                'MobileNet-v2 of width 1 of this form.'
            )
        values = torch.from_numpy(q.astype(np.float32) - np.float32(zero))
        weight = values * torch.from_numpy(scale.astype(np.float32)).reshape(-1, 1, 1, 1)
        bias = torch.from_numpy(bias_.astype(np.float32))
        if i == 0:
            weight, bias = _for_our_input(weight, bias)
        layer.conv.weight.copy_(weight)
        _fold_free(layer.bn, bias)


def _for_our_input(weight: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
    """Bring the stem from RGB / 127.5 - 1 to (RGB / 255 - mean) / std.

    With x our input, the file's is 2 std x + 2 mean - 1.
    """
    mean, std = torch.tensor(imagenet.MEAN), torch.tensor(imagenet.STD)
    offset = (weight * (2 * mean - 1).reshape(1, 3, 1, 1)).sum((1, 2, 3))
    return weight * (2 * std).reshape(1, 3, 1, 1), bias + offset


def _load_torchvision(layers: Sequence[ConvBN], state: Mapping[str, Tensor], path: Path) -> None:
    for (conv, bn), layer in zip(_torchvision_names(), layers, strict=True):
        wanted = {f'bn.{k}': f'{bn}.{k}' for k in _NORM}
        wanted['conv.weight'] = f'{conv}.weight'
        ours = layer.state_dict()
        for key, theirs in wanted.items():
            if theirs not in state or state[theirs].shape != ours[key].shape:
                found = tuple(state[theirs].shape) if theirs in state else 'missing'
                raise HydranetError(
                    f'{path}: {theirs} is {found}, wanted {tuple(ours[key].shape)}; give the '
                    "state dict of torchvision's mobilenet_v2 of width 1."
                )
            ours[key].copy_(state[theirs])


def _torchvision_names() -> list[tuple[str, str]]:
    """Name convolution and batch norm of every layer, in network order."""
    names = [('features.0.0', 'features.0.1')]
    for block in range(1, 18):
        prefix = f'features.{block}.conv'
        activated = 1 if block == 1 else 2  # the first block has no expansion
        names += [(f'{prefix}.{i}.0', f'{prefix}.{i}.1') for i in range(activated)]
        names.append((f'{prefix}.{activated}', f'{prefix}.{activated + 1}'))
    return names


def _fold_free(bn: nn.BatchNorm2d, bias: Tensor) -> None:
    """Make a batch norm that in eval mode adds `bias` and does nothing else."""
    bn.weight.fill_(1.0)
    bn.bias.copy_(bias)
    bn.running_mean.zero_()  # type: ignore[union-attr]
    bn.running_var.fill_(1.0 - bn.eps)  # type: ignore[union-attr]


def _measure_statistics(
    encoder: MobileNetV2,
    norms: Sequence[nn.BatchNorm2d],
    images: Sequence[npt.NDArray[np.uint8]],
) -> None:
    """Give batch norms that only add a bias their true statistics, without changing what they do.

    A dead channel (variance about 0) needs no other floor than eps: weight and denominator are
    both sqrt(v + eps), so their quotient is 1 and training amplifies noise by no more than that.
    """
    sums: dict[nn.BatchNorm2d, list[Tensor]] = {bn: [] for bn in norms}

    def collect(bn: nn.Module, args: tuple[Tensor, ...]) -> None:
        x = args[0].double()
        moments = torch.stack([x.sum((0, 2, 3)), x.square().sum((0, 2, 3))])
        count = torch.full_like(moments[:1], x.numel() / x.shape[1])
        sums[bn].append(torch.cat([moments, count]))  # type: ignore[index]

    hooks = [bn.register_forward_pre_hook(collect) for bn in norms]
    mean = torch.tensor(imagenet.MEAN).reshape(1, 3, 1, 1)
    std = torch.tensor(imagenet.STD).reshape(1, 3, 1, 1)
    for image in images:
        pixels = torch.from_numpy(np.ascontiguousarray(image)).permute(2, 0, 1)[None]
        encoder((pixels.float() / 255 - mean) / std)
    for hook in hooks:
        hook.remove()
    for bn in norms:
        total, squares, count = torch.stack(sums[bn]).sum(0)
        mean_ = total / count
        variance = (squares / count - mean_.square()).clamp_min(0)
        bn.weight.copy_(torch.sqrt(variance + bn.eps))
        bn.bias.add_(mean_)
        bn.running_mean.copy_(mean_)  # type: ignore[union-attr]
        bn.running_var.copy_(variance)  # type: ignore[union-attr]


def _street() -> list[npt.NDArray[np.uint8]]:
    street = Street(240, 320)
    return [street.read(i * _STREET_STEP).rgb for i in range(_STREET_FRAMES)]
