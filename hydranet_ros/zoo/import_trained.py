# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Networks from the checkpoints of `hydranet train`, which hold their recipe."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import nn

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.architectures import build_network
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.import_checkpoint import state_dict_of
from hydranet_ros.zoo.import_state_dict import load_renamed

RECIPE_KEY = 'recipe'
NETWORK_PREFIX = 'network.'  # how a training's state dict names the network's weights
_IN_TRAINING_ALONE = ('auxiliary.', 'heads.semantic.labels.')


def is_trained(content: Any) -> bool:
    """Tell whether what a checkpoint holds was written by `hydranet train`."""
    return isinstance(content, Mapping) and isinstance(content.get(RECIPE_KEY), Mapping)


def trained_network(content: Mapping[str, Any], path: Path) -> nn.Module:
    """Build the network of a training's checkpoint, without what is for training alone.

    The weights are those that it measured: the averaged ones where the recipe has an average.
    HydranetError where it is damaged.
    """
    recipe = content[RECIPE_KEY]
    try:
        channels = {Task.SEMANTIC: len(recipe['classes']), Task.DEPTH: 1, Task.NORMALS: 3}
        heads = {task: channels[Task(task)] for task in recipe['tasks']}
        options = NetworkOptions.of(recipe['options'])
        network = build_network(recipe['architecture'], heads, options)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise HydranetError(
            f'{path} is a damaged checkpoint of a training ({error!r}); take another one.'
        ) from error
    weights = {
        key.removeprefix(NETWORK_PREFIX): value
        for key, value in state_dict_of(content, path).items()
        if key.startswith(NETWORK_PREFIX)
    }
    deployed = {k: v for k, v in weights.items() if not k.startswith(_IN_TRAINING_ALONE)}
    load_renamed(network, deployed)
    return network.eval()
