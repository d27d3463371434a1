# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Encoders from ImageNet classifiers of torchvision (ResNet, VGG-16) and timm."""

from collections.abc import Mapping
from pathlib import Path

from torch import nn
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.resnet import ResNet
from hydranet_ros.networks.timm_encoder import TimmEncoder
from hydranet_ros.networks.vgg16 import VGG16
from hydranet_ros.zoo.import_checkpoint import read_checkpoint


def classifier_encoder(encoder: nn.Module, path: str | Path) -> dict[str, Tensor]:
    """Return the state dict of an encoder like `encoder`, with the classifier's weights at `path`.

    Batch counters may be missing. Raises HydranetError where the weights are not of this encoder,
    or there is no way to read any for it.
    """
    path = Path(path)
    if not path.is_file():
        raise HydranetError(f'There are no ImageNet weights {path}; check the path.')
    if isinstance(encoder, TimmEncoder):
        return TimmEncoder(encoder.name, weights=path).state_dict()
    if isinstance(encoder, ResNet):
        names, what = {key: key for key in encoder.state_dict()}, 'resnet of the same depth'
    elif isinstance(encoder, VGG16):
        names, what = _vgg_names(encoder), 'vgg16'
    else:
        raise HydranetError(
            f'ImageNet weights of a {type(encoder).__name__} cannot be read; those of a '
            'MobileNet-v2, a ResNet, a VGG-16 and what timm has can.'
        )
    return _renamed(encoder.state_dict(), names, read_checkpoint(path), f"torchvision's {what}")


def _vgg_names(encoder: VGG16) -> dict[str, str]:
    """Number the layers as torchvision does: convolution, ReLU, ..., pool."""
    names = {}
    number = 0
    for level, stage in enumerate(encoder.stages):
        for index, _ in enumerate(stage.children()):
            for kind in ('weight', 'bias'):
                names[f'stages.{level}.{index}.{kind}'] = f'features.{number}.{kind}'
            number += 2
        number += 1
    return names


def _renamed(
    own: dict[str, Tensor], names: Mapping[str, str], state: Mapping[str, Tensor], what: str
) -> dict[str, Tensor]:
    found = dict(own)
    for key, name in names.items():
        if name in state and state[name].shape == own[key].shape:
            found[key] = state[name]
        elif not key.endswith('num_batches_tracked'):
            shape = tuple(state[name].shape) if name in state else 'missing'
            raise HydranetError(
                f'{name} is {shape}, wanted {tuple(own[key].shape)}; give the state dict of '
                f'{what}.'
            )
    return found
