# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Train a network with dropout, as a script for processes that share the steps.

`watched_fit.py RECIPE DATA OUT`: every process writes the network that it validates with to
OUT/validated.RANK.pt.
"""

from pathlib import Path
import sys

import torch
from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.training import fit
from hydranet_ros.training.module import TrainingModule
from hydranet_ros.training.recipe import load_recipe
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.start import make_network


def network_with_dropout(recipe: Recipe) -> nn.Module:
    """Make the recipe's multi-task network, half of its coarsest features dropped out."""
    network = make_network(recipe)
    network.get_submodule('lateral8').register_forward_hook(_drop_out)
    return network


def _drop_out(module: nn.Module, inputs: tuple[Tensor], output: Tensor) -> Tensor:
    return F.dropout(output, 0.5, module.training)


class _Watched(TrainingModule):
    def on_validation_epoch_start(self) -> None:
        super().on_validation_epoch_start()
        trainer = self.trainer
        out = Path(sys.argv[3])
        torch.save(self.network.state_dict(), out / f'validated.{trainer.global_rank}.pt')


if __name__ == '__main__':
    fit.make_network = network_with_dropout
    fit.TrainingModule = _Watched  # type: ignore[misc]
    fit.fit(load_recipe(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3]))
