# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Any encoder of timm that gives maps at 1/4, 1/8, 1/16 and 1/32."""

import difflib
from pathlib import Path
from typing import Any

from torch import nn
from torch import Tensor

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

STRIDES = [4, 8, 16, 32]
_LAYOUT = 'NCHW'


class TimmEncoder(nn.Module):
    """Give the maps at 1/4, 1/8, 1/16 and 1/32, finest first; `channels` has their channels.

    name: of a timm model. weights: a classifier's checkpoint of it, else random; nothing is ever
    downloaded. HydranetError where timm or the model is missing, or the model has no such maps.
    """

    def __init__(self, name: str, weights: Path | None = None) -> None:
        super().__init__()
        self.name = name
        self.body = _create(name, weights)
        self.channels: list[int] = self.body.feature_info.channels()

    def forward(self, x: Tensor) -> list[Tensor]:
        features: list[Tensor] = self.body(x)
        return features


def _create(name: str, weights: Path | None) -> Any:
    timm = _import_timm()
    if not timm.is_model(name):
        close = difflib.get_close_matches(name, timm.list_models(), n=3)
        raise HydranetError(
            f'timm {timm.__version__} has no model {name!r}; '
            + (f'did you mean {" or ".join(close)}?' if close else 'timm.list_models() has them.')
        )
    try:
        every = timm.create_model(name, features_only=True).feature_info.reduction()
        if missing := [stride for stride in STRIDES if stride not in every]:
            raise HydranetError(
                f'The timm model {name} gives maps at 1/{", 1/".join(map(str, every))}, but none '
                f'at 1/{missing[0]}; choose one that does.'
            )
        options: dict[str, Any] = {'out_indices': [every.index(stride) for stride in STRIDES]}
        if weights is not None:
            options |= {'pretrained': True, 'pretrained_cfg_overlay': {'file': str(weights)}}
        encoder = timm.create_model(name, features_only=True, **options)
        layout: Any = getattr(encoder, 'output_fmt', _LAYOUT)
        if layout != _LAYOUT:
            raise HydranetError(
                f'The timm model {name} gives maps of another layout ({layout.value}) than the '
                f'decoder takes ({_LAYOUT}); choose another one, for example convnext_atto.'
            )
        return encoder
    except HydranetError:
        raise
    except Exception as error:  # timm's models raise types of their own
        raise HydranetError(
            f'The timm model {name} cannot be made an encoder: {first_line(error)}. Choose one '
            'that supports features_only, and weights that are its own.'
        ) from error


def _import_timm() -> Any:
    try:
        import timm
    except Exception as error:  # a torchvision that was built for another torch raises its own
        raise HydranetError(
            f'An encoder of timm needs timm, which cannot be imported ({first_line(error)}). '
            "Install it with `pip install 'hydranet_ros[timm]'`, torchvision from where torch is "
            'from, or choose another architecture.'
        ) from error
    return timm
