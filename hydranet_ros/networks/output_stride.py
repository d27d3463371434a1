# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How much smaller than the input the maps of each architecture's heads are. Needs no torch."""

from functools import lru_cache

from hydranet_ros.networks.genotypes import genotype_of
from hydranet_ros.networks.options import NetworkOptions

_FIXED = {'deeplab_largefov': 8, 'fcn32s': 32}
_DEFAULT = 4


@lru_cache(maxsize=64)  # normals from depth ask with every frame
def output_stride(architecture: str, options: NetworkOptions) -> int:
    """Return the stride of the heads' maps, before an option that enlarges them.

    HydranetError where a searched network's genotype is missing or wrong.
    """
    genotype = genotype_of(architecture, options)
    return genotype.stride if genotype else _FIXED.get(architecture, _DEFAULT)
