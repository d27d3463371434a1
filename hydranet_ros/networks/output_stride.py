# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How much smaller than the input the maps of each architecture's heads are. Needs no torch."""

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.fast_nas_genotype import FastNasGenotype
from hydranet_ros.networks.fast_nas_genotype import PUBLISHED as FAST_NAS
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.template_nas_genotype import PUBLISHED as TEMPLATE_NAS
from hydranet_ros.networks.template_nas_genotype import TemplateNasGenotype

_FIXED = {'deeplab_largefov': 8, 'fcn32s': 32}
_DEFAULT = 4


def output_stride(architecture: str, options: NetworkOptions) -> int:
    """Return the stride of the heads' maps, before an option that enlarges them.

    HydranetError where a searched network's genotype is missing or wrong.
    """
    if architecture == 'fast_nas':
        return fast_nas_genotype(options).stride
    if architecture == 'template_nas':
        return template_nas_genotype(options).stride
    return _FIXED.get(architecture, _DEFAULT)


def fast_nas_genotype(options: NetworkOptions) -> FastNasGenotype:
    """Read the genotype that the options name; HydranetError where there is none."""
    return FastNasGenotype.read(_required(options, 'fast_nas', list(FAST_NAS)))


def template_nas_genotype(options: NetworkOptions) -> TemplateNasGenotype:
    """Read the genotype that the options name; HydranetError where there is none."""
    return TemplateNasGenotype.read(_required(options, 'template_nas', list(TEMPLATE_NAS)))


def _required(options: NetworkOptions, architecture: str, published: list[str]) -> str:
    if options.genotype is None:
        raise HydranetError(
            f'The architecture {architecture} needs the option genotype: '
            f'{", ".join(published)}, or the numbers of another one as text.'
        )
    return options.genotype
