# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a recipe of a searched network must agree on."""

from __future__ import annotations

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.genotypes import genotype_of
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.training.recipe_types import Recipe


def check_searched(recipe: Recipe, reader: Reader) -> None:
    """Refuse a wrong genotype, auxiliary losses of others, and too small a batch."""
    try:
        genotype = genotype_of(recipe.architecture, recipe.options)
    except HydranetError as error:
        reader.refuse('options.genotype', f'does not fit: {str(error).rstrip(".")}')
    weight = recipe.losses.auxiliary.weight
    if weight < 0:
        reader.refuse('losses.auxiliary.weight', 'must not be negative')
    if weight and recipe.architecture != 'fast_nas':
        reader.refuse('losses.auxiliary', 'is of the architecture fast_nas alone')
    frozen = recipe.frozen_bn or recipe.freeze_bn_from_epoch == 0
    if genotype and genotype.pools_globally and not frozen:
        for i, stream in enumerate(recipe.streams):
            if sum(data.batch for data in stream.data) == 1:
                reader.refuse(
                    f'streams[{i}].data',
                    'has one image a batch, of which batch norm after global pooling can learn '
                    'nothing; give two, or set frozen_bn',
                )
