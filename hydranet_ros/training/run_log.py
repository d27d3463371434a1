# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a training says of itself: a line every ten seconds, log.csv, and TensorBoard's files."""

from __future__ import annotations

import csv
from datetime import timedelta
import io
import math
from pathlib import Path
import sys
import time
from typing import Any

import lightning.pytorch as pl
from lightning.pytorch.callbacks import Callback
from torch import Tensor

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import HydranetError

EVERY_S = 10.0
LOG_NAME = 'log.csv'


class RunLog(Callback):
    """Print progress to stderr and keep one row an epoch in `out`/log.csv.

    The rows travel in the checkpoint: a run that is taken up again has each epoch once.
    """

    def __init__(self, out: Path, *, images_per_step: int) -> None:
        self._path = out / LOG_NAME
        self._images_per_step = images_per_step
        self._rows: list[dict[str, float | int]] = []
        self._metrics: dict[str, float] = {}
        self._sums: dict[str, Tensor] = {}
        self._steps = 0
        self._run_began = self._epoch_began = self._said = time.monotonic()
        self._steps_of_run = 0

    def state_dict(self) -> dict[str, Any]:
        return {'rows': self._rows, 'metrics': self._metrics}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self._rows = list(state_dict['rows'])
        self._metrics = dict(state_dict.get('metrics', {}))

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._run_began = self._said = time.monotonic()

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self._sums, self._steps = {}, 0
        self._epoch_began = self._step_ended = time.monotonic()

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: Any, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        self._steps += 1
        self._steps_of_run += 1
        for name, loss in pl_module.losses.items():
            self._sums[name] = self._sums[name] + loss if name in self._sums else loss
        self._step_ended = time.monotonic()
        if trainer.is_global_zero and self._step_ended - self._said > EVERY_S:
            self._said = self._step_ended
            self._say(trainer, pl_module)

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: Any) -> None:
        row: dict[str, float | int] = {
            'epoch': trainer.current_epoch + 1,
            'step': trainer.global_step,
            'seconds': round(time.monotonic() - self._epoch_began, 1),
            'images_per_s': round(self._rate(), 2),
            **_rates(trainer),
            **{f'loss/{name}': round(value, 5) for name, value in self._losses().items()},
            **{name: round(value, 4) for name, value in pl_module.metrics.items()},
        }
        self._rows.append(row)
        self._metrics = dict(pl_module.metrics)
        if not trainer.is_global_zero:
            return
        write_atomically(self._path, _as_csv(self._rows).encode())
        for logger in trainer.loggers:
            logger.log_metrics({k: v for k, v in row.items() if k != 'step'}, trainer.global_step)
        self._say(trainer, pl_module)
        if pl_module.metrics:
            figures = ', '.join(f'{k} {v:.4g}' for k, v in pl_module.metrics.items())
            print(f'epoch {row["epoch"]} validated: {figures}', file=sys.stderr, flush=True)
        self._said = time.monotonic()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        if trainer.is_global_zero and isinstance(exception, KeyboardInterrupt):
            kept = f'{len(self._rows)} epochs are kept, ' if self._rows else ''
            print(f'interrupted: {kept}the same command goes on', file=sys.stderr, flush=True)

    def _say(self, trainer: pl.Trainer, pl_module: Any) -> None:
        recipe = pl_module.recipe
        total = int(trainer.num_training_batches)
        left = recipe.epochs * total - trainer.global_step
        spent = time.monotonic() - self._run_began
        eta = timedelta(seconds=round(spent / max(1, self._steps_of_run) * left))
        losses = ' '.join(f'{name} {value:.4f}' for name, value in self._losses().items())
        rates = ' '.join(f'{value:.2e}' for value in _rates(trainer).values())
        print(
            f'{recipe.name} epoch {trainer.current_epoch + 1}/{recipe.epochs} '
            f'step {self._steps}/{total} | {losses} | lr {rates} | '
            f'{self._rate():.1f} images/s | {eta} left',
            file=sys.stderr,
            flush=True,
        )

    def _rate(self) -> float:
        elapsed = self._step_ended - self._epoch_began
        return self._steps * self._images_per_step / elapsed if elapsed > 0 else 0.0

    def _losses(self) -> dict[str, float]:
        """Return the epoch's means so far; HydranetError where one is no number any more."""
        means = {name: float(total) / self._steps for name, total in self._sums.items()}
        if lost := [name for name, mean in means.items() if not math.isfinite(mean)]:
            raise HydranetError(
                f'The loss of {lost[0]} is no number any more in epoch {len(self._rows) + 1}: the '
                'training has diverged. Lower the learning rates, set clip_norm or take fp32, in '
                f'another --out; {self._path.parent} keeps what the epochs before gave.'
            )
        return means


def _rates(trainer: pl.Trainer) -> dict[str, float]:
    """Return the current learning rates by the part of the network."""
    groups = trainer.optimizers[0].param_groups
    return {f'lr_{group["name"]}': float(group['lr']) for group in groups}


def _as_csv(rows: list[dict[str, float | int]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator='\n')
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
