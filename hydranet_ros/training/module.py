# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The Lightning module: one step accumulates the gradients of one batch of every stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from torch import nn
from torch import Tensor

from hydranet_ros.training.batch import Batch
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.objective import Objective
from hydranet_ros.training.recipe import plain
from hydranet_ros.training.recipe_choices import Weighting
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.schedules import make_optimiser
from hydranet_ros.training.schedules import make_scheduler
from hydranet_ros.training.task_weights import FixedWeights
from hydranet_ros.training.task_weights import UncertaintyWeights
from hydranet_ros.training.validation import Validation
from hydranet_ros.zoo import imagenet
from hydranet_ros.zoo.card_types import Task
from hydranet_ros.zoo.import_trained import RECIPE_KEY


class TrainingModule(pl.LightningModule):
    """Trains `network` by a recipe, `tasks` being what each stream annotates.

    A training batch is a list of shares, each a list of one Batch a stream; a validation batch is
    a list of samples of one size. `metrics` has what the last validation found.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        recipe: Recipe,
        network: nn.Module,
        tasks: Sequence[frozenset[Task]],
        validations: Sequence[Validation],
        steps_per_epoch: int,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.recipe = recipe
        if recipe.channels_last:  # before DDP lays out its buckets
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.network = network
        self.validations = list(validations)
        self.metrics: dict[str, float] = {}
        self.losses: dict[str, Tensor] = {}
        self._steps_per_epoch = steps_per_epoch
        names = [task.value for task in recipe.tasks]
        self.objectives = nn.ModuleList(
            Objective(recipe, stream, annotated)
            for stream, annotated in zip(recipe.streams, tasks, strict=True)
        )
        self.task_weights: nn.Module
        if recipe.losses.weighting is Weighting.UNCERTAINTY:
            self.task_weights = UncertaintyWeights(names)
        else:
            self.task_weights = FixedWeights(dict.fromkeys(names, 1.0) | recipe.losses.fixed)
        self.register_buffer('mean', _per_channel(imagenet.MEAN) * 255, persistent=False)
        self.register_buffer('std', _per_channel(imagenet.STD) * 255, persistent=False)

    def configure_optimizers(self) -> Any:
        optimiser = make_optimiser(self.recipe.optimiser, self.network, self.task_weights)
        steps = self.recipe.epochs * self._steps_per_epoch
        schedule = self.recipe.schedule
        scheduler = make_scheduler(schedule, optimiser, steps, self._steps_per_epoch)
        return {'optimizer': optimiser, 'lr_scheduler': scheduler}

    def on_fit_start(self) -> None:
        if self.recipe.compile:
            self.network.compile(dynamic=False)

    def on_train_epoch_start(self) -> None:
        since = 0 if self.recipe.frozen_bn else self.recipe.freeze_bn_from_epoch
        if since is not None and self.current_epoch >= since:
            for module in self.network.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()

    def training_step(self, shares: list[list[Batch]], index: int) -> None:
        optimiser: Any = self.optimizers()
        optimiser.zero_grad()
        self.losses = {}
        first = self.trainer.global_rank * len(shares)
        for share, batches in enumerate(shares, first):
            torch.manual_seed(_seed(self.recipe.seed, self.trainer.global_step, share))
            for number, (objective, batch) in enumerate(
                zip(self.objectives, batches, strict=True)
            ):
                outputs = self.network(self._normalised(batch.image))
                losses = objective(outputs, batch)
                total = self.task_weights(losses) / len(shares)
                if self.trainer.world_size > 1:  # DDP waits for every parameter's gradient
                    total = total + 0 * sum(output.sum() for output in outputs.values())
                self.manual_backward(total)
                for task, loss in losses.items():
                    name = f'{task}/{number}' if len(batches) > 1 else task
                    part = loss.detach() / len(shares)
                    self.losses[name] = self.losses[name] + part if name in self.losses else part
        if self.trainer.world_size > 1:
            self._share_statistics()
        if self.recipe.clip_norm is not None:
            self.clip_gradients(
                optimiser, gradient_clip_val=self.recipe.clip_norm, gradient_clip_algorithm='norm'
            )
        optimiser.step()
        scheduler: Any = self.lr_schedulers()
        scheduler.step()

    def on_validation_epoch_start(self) -> None:
        for validation in self.validations:
            validation.reset()

    def validation_step(self, samples: list[Sample], index: int, dataloader_idx: int = 0) -> None:
        rgb = torch.from_numpy(np.stack([sample.rgb for sample in samples]))
        image = self._normalised(rgb.to(self.device).permute(0, 3, 1, 2))
        # forward() itself is never compiled: images here have sizes of their own
        self.validations[dataloader_idx].update(self.network.forward(image), samples)

    def on_validation_epoch_end(self) -> None:
        self.metrics = {}
        for validation in self.validations:
            for state in validation.states:
                state[...] = self._summed(state)
            self.metrics |= validation.metrics()

    def transfer_batch_to_device(self, batch: Any, device: torch.device, index: int) -> Any:
        if isinstance(batch[0], list):
            return [[one.to(device) for one in share] for share in batch]
        return batch

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint[RECIPE_KEY] = plain(self.recipe)

    def _normalised(self, image: Tensor) -> Tensor:
        """Turn uint8 [N, 3, H, W] into what the network takes; the memory format is kept."""
        image = (image.float() - self.mean) / self.std
        if self.recipe.channels_last:
            return image.contiguous(memory_format=torch.channels_last)
        return image.contiguous()

    def _share_statistics(self) -> None:
        """Average batch norm's running statistics over the processes: each moved its own."""
        own = [
            statistics
            for module in self.network.modules()
            if isinstance(module, nn.BatchNorm2d) and module.training
            for statistics in (module.running_mean, module.running_var)
            if statistics is not None
        ]
        if not own:
            return
        shared = self.trainer.strategy.reduce(torch.cat(own), reduce_op='mean')
        assert isinstance(shared, Tensor)
        for statistics, mean in zip(own, shared.split([len(one) for one in own]), strict=True):
            statistics.copy_(mean)

    def _summed(self, state: np.ndarray) -> np.ndarray:
        """Add up an array over all processes, exactly."""
        if self.trainer.world_size == 1:
            return state
        tensor = torch.from_numpy(state).to(self.device)
        reduced = self.trainer.strategy.reduce(tensor, reduce_op='sum')
        assert isinstance(reduced, Tensor)
        return reduced.cpu().numpy()


def _seed(seed: int, step: int, share: int) -> int:
    """Return what dropout draws from, so that a resumed run draws what one in one go does."""
    return int(np.random.SeedSequence([seed, step, share]).generate_state(1, np.uint64)[0])


def _per_channel(values: tuple[float, float, float]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)
