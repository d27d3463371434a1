# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The network of a recipe, with the weights that it starts from."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
import logging
from pathlib import Path
from typing import Any
from typing import cast

import numpy as np
import torch
from torch import nn
from torch import Tensor

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.heads import MultiLabelBranch
from hydranet_ros.networks.idle_parameters import idle_parameters
from hydranet_ros.training.label_loss import asked_classes
from hydranet_ros.training.recipe_choices import DecoderStart
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.start_model import start_file
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.import_checkpoint import read_checkpoint
from hydranet_ros.zoo.import_imagenet import load_encoder
from hydranet_ros.zoo.import_model_file import network_of
from hydranet_ros.zoo.import_trained import NETWORK_PREFIX

# A chain of pools adds four branches to its input: together they are to weigh about as much.
CHAIN_GAIN = 0.25
_log = logging.getLogger(__name__)


def make_network(recipe: Recipe) -> nn.Module:
    """Build the network with random weights, drawn from the recipe's seed."""
    channels = {Task.SEMANTIC: len(recipe.classes), Task.DEPTH: 1, Task.NORMALS: 3}
    torch.manual_seed(recipe.seed)
    heads = {task.value: channels[task] for task in recipe.tasks}
    network = build_network(recipe.architecture, heads, recipe.options)
    if recipe.losses.auxiliary.weight:
        searched: Any = network
        searched.add_auxiliary(cell=recipe.losses.auxiliary.cell)
    if recipe.losses.labels.weight:
        head: Any = network.get_submodule('heads.semantic')
        asked = len(asked_classes(recipe))
        head.labels = MultiLabelBranch(len(recipe.classes), asked, recipe.losses.labels.grid)
    if recipe.options.genotype is not None:  # whose decoder may leave weights unread
        for name in idle_parameters(network):
            network.get_parameter(name).requires_grad_(False)  # for DDP waits for gradients
    return network


def load_start(
    network: nn.Module,
    recipe: Recipe,
    data: Path,
    images: Sequence[np.ndarray],
    first: Path | None = None,
) -> None:
    """Load the weights that the recipe starts from; its paths begin at `data`.

    images: uint8 (H, W, 3) RGB of the training, for batch norm's statistics. first: the model
    file of the recipe that it names as its start. HydranetError.
    """
    if recipe.start.decoder is not DecoderStart.PAPER:
        _draw_decoder(network, recipe.start.decoder)
    if Task.DEPTH in recipe.tasks:
        for name, out in network.named_modules():
            if name.endswith('heads.depth.out'):  # of auxiliary classifiers too
                nn.init.constant_(cast(Any, out).bias, recipe.start.depth_m)
    if recipe.start.imagenet:
        load_encoder(network, data / recipe.start.imagenet, images)
    elif recipe.start.model:
        path = start_file(recipe.start.model, data)
        _load(network, network_of(path).state_dict(), path)
    elif first:
        _load(network, network_of(first).state_dict(), first)
    elif recipe.start.checkpoint:
        path = data / recipe.start.checkpoint
        _load(network, network_weights(read_checkpoint(path)), path)


def _draw_decoder(network: nn.Module, start: DecoderStart) -> None:
    """Draw as torch does, or so that each layer keeps its input's size and heads begin near 0."""
    for name, module in network.named_modules():
        if not isinstance(module, nn.Conv2d) or name.startswith('encoder.'):
            continue
        if start is DecoderStart.TORCH:
            module.reset_parameters()
        elif name.endswith('.pre'):
            nn.init.ones_(module.weight)
        elif not name.endswith('.out'):
            fan_in = module.weight[0].numel()
            gain = CHAIN_GAIN if '.convs.' in name else 1.0
            nn.init.normal_(module.weight, std=gain / fan_in**0.5)


def network_weights(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Pick the network's weights from the state dict of a training's checkpoint."""
    length = len(NETWORK_PREFIX)
    own = {k[length:]: v for k, v in state.items() if k.startswith(NETWORK_PREFIX)}
    return own or dict(state)


def _load(network: nn.Module, state: Mapping[str, Tensor], path: Path) -> None:
    """Load all weights; heads that are absent or of another size keep their random ones."""
    own = network.state_dict()
    fitting = {k: v for k, v in state.items() if k in own and own[k].shape == v.shape}
    absent = own.keys() - fitting.keys()
    left = {k.split('.')[1] if k.startswith('heads.') else k.split('.')[0] for k in absent}
    if strange := [k for k in absent if not k.startswith(('heads.', 'auxiliary.'))]:
        raise HydranetError(
            f'{path} does not fit the network: {sorted(strange)[0]} is missing or of another '
            'size; choose weights of the same architecture.'
        )
    if left:
        _log.warning('%s has no fitting head %s: it starts anew', path, ', '.join(sorted(left)))
    network.load_state_dict(fitting, strict=False)
