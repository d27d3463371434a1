# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Train by a recipe, from the beginning or from where an earlier run ended."""

from __future__ import annotations

import logging
from pathlib import Path
import signal
import sys
import threading
import warnings

import lightning.pytorch as pl
from lightning.pytorch.loggers import TensorBoardLogger
import torch

from hydranet_ros.errors import HydranetError
from hydranet_ros.output_folder import make_output_folder
from hydranet_ros.training.checkpoints import check_same_recipe
from hydranet_ros.training.checkpoints import Checkpoints
from hydranet_ros.training.checkpoints import LAST
from hydranet_ros.training.module import TrainingModule
from hydranet_ros.training.recipe_choices import Accelerator
from hydranet_ros.training.recipe_choices import Precision
from hydranet_ros.training.recipe_run import first_model
from hydranet_ros.training.recipe_types import Recipe
from hydranet_ros.training.run_data import RunData
from hydranet_ros.training.run_log import RunLog
from hydranet_ros.training.sets import Places
from hydranet_ros.training.start import load_start
from hydranet_ros.training.start import make_network
from hydranet_ros.training.validation import check_validations
from hydranet_ros.training.validation import Validation
from hydranet_ros.training.weight_average import MovingAverage

PRECISIONS = {Precision.FP32: '32-true', Precision.BF16: 'bf16-mixed'}


def fit(recipe: Recipe, data: Path, out: Path) -> bool:
    """Train to the last epoch of the recipe; `out` gets checkpoints and logs.

    Where `out` has last.ckpt of the same recipe, training goes on from it, to the same weights as
    without the interruption. Returns whether this is the first of the processes that train, for
    what one alone has to do. HydranetError where the checkpoint is of another recipe, and where
    data is missing.
    """
    resumes = begun(recipe, out)
    last = out / LAST
    _quieten()
    run_data = RunData(recipe, Places(data, out))
    validations = [
        Validation(entry, recipe, dataset)
        for entry, dataset in zip(recipe.validation, run_data.validation_sets, strict=True)
    ]
    check_validations(validations, recipe.select)
    network = make_network(recipe)
    if not resumes:
        first = first_model(recipe.start.recipe, out) if recipe.start.recipe else None
        load_start(network, recipe, data, run_data.start_images(), first)
    module = TrainingModule(
        recipe,
        network,
        run_data.tasks,
        validations,
        run_data.steps_per_epoch,
    )
    trainer = _trainer(recipe, out, run_data.images_per_step)
    if resumes and trainer.is_global_zero:
        print(f'going on from {last}', file=sys.stderr)
    trainer.fit(module, datamodule=run_data, ckpt_path=last if resumes else None)
    return bool(trainer.is_global_zero)


class _EndAtOnce(pl.Callback):
    """Let SIGTERM end the process, as checkpoints are always whole.

    Lightning's handler waits for the step's end, which processes that share a step reach at
    different steps: they then wait for one another for ever.
    """

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.SIG_DFL)


def begun(recipe: Recipe, out: Path) -> bool:
    """Tell whether a run of the recipe was begun in `out`, which is made where it is missing.

    HydranetError where it cannot be made, or holds a run of another recipe.
    """
    make_output_folder(out)
    last = out / LAST
    if not last.exists():
        return False
    check_same_recipe(recipe, last)
    return True


def _trainer(recipe: Recipe, out: Path, images_per_step: int) -> pl.Trainer:
    callbacks: list[pl.Callback] = [
        RunLog(out, images_per_step=images_per_step),
        _EndAtOnce(),
    ]
    if recipe.ema is not None:
        callbacks.append(MovingAverage(recipe.ema))
    callbacks.append(
        Checkpoints(out, every=recipe.checkpoint_every, epochs=recipe.epochs, select=recipe.select)
    )
    accelerator = _accelerator(recipe)
    devices = devices_to_use(recipe, accelerator)
    return pl.Trainer(
        accelerator=accelerator.value,
        devices=devices,
        num_nodes=recipe.num_nodes,
        strategy='ddp' if devices * recipe.num_nodes > 1 else 'auto',
        precision=PRECISIONS[recipe.precision],  # type: ignore[arg-type]
        max_epochs=recipe.epochs,
        callbacks=callbacks,
        logger=TensorBoardLogger(out, name='tensorboard', version=''),
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
        enable_progress_bar=False,
        enable_model_summary=False,
    )


def _accelerator(recipe: Recipe) -> Accelerator:
    if recipe.accelerator is Accelerator.GPU and not torch.cuda.is_available():
        raise HydranetError(
            'The recipe asks for a GPU, but torch sees none here. Install a torch built for CUDA '
            'and a driver, or set accelerator to auto or cpu.'
        )
    if recipe.accelerator is Accelerator.AUTO:
        return Accelerator.GPU if torch.cuda.is_available() else Accelerator.CPU
    return recipe.accelerator


def devices_to_use(recipe: Recipe, accelerator: Accelerator) -> int:
    """Return how many processes share a step on this machine: fewer where it has fewer GPUs.

    The recipe's number says into how many shares a step is divided, which stays: what one process
    does of several is added up before the weights change. Batch norm's running statistics alone
    differ: they move with every share there, where processes average theirs after every step.
    """
    if accelerator is Accelerator.CPU:
        return recipe.devices
    most = torch.cuda.device_count()
    return max(n for n in range(1, recipe.devices + 1) if n <= most and recipe.devices % n == 0)


def _quieten() -> None:
    """Leave out what Lightning advises."""
    for name in ('lightning.pytorch', 'lightning.fabric'):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings('ignore', module='lightning')
