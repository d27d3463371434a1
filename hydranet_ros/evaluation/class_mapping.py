# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The classes that a model and a data set have in common, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.sample import IGNORE
from hydranet_ros.zoo.card_types import SemanticClass


@dataclass(frozen=True)
class ClassMapping:
    """Take labels of model and data set to ids of the classes that both have.

    names: the common classes, in the data set's order. predicted, true: uint8 (256,), from an id
    to its place in `names`, 255 for what is none of them: a prediction that is wrong wherever the
    truth has a class, a true label that is left out. only_model, only_set: the names without a
    partner.
    """

    names: tuple[str, ...]
    predicted: npt.NDArray[np.uint8]
    true: npt.NDArray[np.uint8]
    only_model: tuple[str, ...]
    only_set: tuple[str, ...]

    @classmethod
    def between(
        cls, model: Sequence[SemanticClass], dataset: Sequence[SemanticClass]
    ) -> ClassMapping:
        """Match names, whatever their case and whether words are joined by ' ', '_' or '-'.

        HydranetError where no name matches.
        """
        known = {class_key(one.name) for one in model}
        common = [one for one in dataset if class_key(one.name) in known]
        if not common:
            raise HydranetError(
                f"None of the data set's classes ({_list(dataset)}) is one of the model's "
                f'({_list(model)}). Choose a model of these classes, or another --domain.'
            )
        places = {class_key(one.name): place for place, one in enumerate(common)}
        return cls(
            names=tuple(one.name for one in common),
            predicted=_table(model, places),
            true=_table(dataset, places),
            only_model=tuple(one.name for one in model if class_key(one.name) not in places),
            only_set=tuple(one.name for one in dataset if class_key(one.name) not in places),
        )


def class_key(name: str) -> str:
    """Return what two names of one class have in common."""
    return name.casefold().replace('_', ' ').replace('-', ' ').strip()


def _table(classes: Sequence[SemanticClass], places: dict[str, int]) -> npt.NDArray[np.uint8]:
    table = np.full(256, IGNORE, np.uint8)
    table[: len(classes)] = [places.get(class_key(one.name), IGNORE) for one in classes]
    return table


def _list(classes: Sequence[SemanticClass]) -> str:
    return ', '.join(one.name for one in classes)
