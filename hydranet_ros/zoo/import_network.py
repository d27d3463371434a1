# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The network of a torch checkpoint, of a training or of the authors."""

from pathlib import Path

from torch import nn

from hydranet_ros.zoo.import_checkpoint import read_content
from hydranet_ros.zoo.import_checkpoint import state_dict_of
from hydranet_ros.zoo.import_official import from_official
from hydranet_ros.zoo.import_trained import is_trained
from hydranet_ros.zoo.import_trained import trained_network


def checkpoint_network(checkpoint: Path, family: str, genotype: str | None = None) -> nn.Module:
    """Build the network of a checkpoint, in eval mode; HydranetError where it cannot be.

    family, genotype: of an official checkpoint; one of `hydranet train` says itself what it is.
    """
    content = read_content(checkpoint)
    if is_trained(content):
        return trained_network(content, checkpoint)
    return from_official(family, state_dict_of(content, checkpoint), genotype)
