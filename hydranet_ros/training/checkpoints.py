# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The checkpoints of a run: the last state, from which it goes on, and the selected one."""

from __future__ import annotations

import os
from pathlib import Path
import shutil
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import Checkpoint
import torch

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.training.recipe import differences
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.run_log import RunLog
from hydranet_ros.training.validation import higher_is_better
from hydranet_ros.training.validation import selected
from hydranet_ros.zoo.import_trained import RECIPE_KEY

LAST = 'last.ckpt'
BEST = 'best.ckpt'
BEST_KEY = 'best'


class Checkpoints(Checkpoint):
    """Write last.ckpt after every `every` epochs, best.ckpt where the selected metric improves.

    Each file is whole or not there. What is best travels in the checkpoint.
    """

    def __init__(self, out: Path, *, every: int, epochs: int, select: str | None) -> None:
        self._out = out
        self._every = every
        self._epochs = epochs
        self._select = select
        self._best: dict[str, Any] = {}

    def state_dict(self) -> dict[str, Any]:
        return {BEST_KEY: self._best}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._best = dict(state_dict[BEST_KEY])

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: Any) -> None:
        better = self._improved(trainer, pl_module.metrics)
        done = trainer.current_epoch + 1
        if not better and done % self._every and done != self._epochs:
            return
        draft = self._out / f'{LAST}.part'
        trainer.save_checkpoint(draft)
        if trainer.is_global_zero:
            if better:  # the best before the last: a kill in between repeats the epoch
                copy = self._out / f'{BEST}.part'
                shutil.copyfile(draft, copy)
                _replace(copy, self._out / BEST)
            _replace(draft, self._out / LAST)

    def _improved(self, trainer: pl.Trainer, metrics: dict[str, float]) -> bool:
        if self._select is None:
            return False
        value = selected(metrics, self._select)
        if value is None:
            return False
        old = self._best.get('value')
        if old is not None and not (
            value > old if higher_is_better(self._select) else value < old
        ):
            return False
        self._best = {
            'metric': self._select,
            'value': value,
            'epoch': trainer.current_epoch + 1,
            'metrics': dict(metrics),
        }
        return True


def read_run(path: Path) -> dict[str, Any]:
    """Read a checkpoint of a run, on the CPU; HydranetError where it is none."""
    try:
        content = torch.load(path, map_location='cpu', weights_only=True, mmap=True)
    except Exception as error:  # a damaged pickle may end in any exception
        raise HydranetError(
            f'{path} cannot be read as a checkpoint ({first_line(error)}); remove it to begin '
            'again, or choose another --out.'
        ) from error
    if not isinstance(content, dict) or RECIPE_KEY not in content:
        raise HydranetError(f'{path} is no checkpoint of `hydranet train`; choose another --out.')
    return content


def check_same_recipe(recipe: Recipe, path: Path) -> None:
    """Refuse to go on from a checkpoint of another recipe."""
    if changes := differences(read_run(path)[RECIPE_KEY], recipe, path):
        raise HydranetError(
            f'{path} is of another recipe: {"; ".join(changes[:5])}. Choose another --out, or '
            'take the recipe that it was made with.'
        )


def selection(run: dict[str, Any]) -> dict[str, Any]:
    """Return epoch and metrics that a checkpoint stands for: the selected ones, else the last."""
    callbacks = run['callbacks']
    if best := callbacks[Checkpoints.__qualname__][BEST_KEY]:
        return dict(best)
    return {'epoch': run['epoch'] + 1, 'metrics': callbacks[RunLog.__qualname__]['metrics']}


def _replace(draft: Path, path: Path) -> None:
    """Put a file in its place; a loss of power leaves it or the one before, whole."""
    _flush(draft)
    os.replace(draft, path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
