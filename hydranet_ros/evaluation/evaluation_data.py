# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The data that something is measured on."""

from dataclasses import dataclass

from hydranet_ros.training.datasets.sample import DataSet


@dataclass(frozen=True)
class EvaluationData:
    """A data set, and what it was opened from."""

    dataset: DataSet
    spec: str
    split: str | None = None

    @property
    def title(self) -> str:
        """Name it in words."""
        return self.spec if self.split is None else f'{self.spec}, split {self.split}'
