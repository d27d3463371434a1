# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The genotype that the options of a searched network name. Needs no torch."""

from dataclasses import replace

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.fast_nas_genotype import FastNasGenotype
from hydranet_ros.networks.fast_nas_genotype import PUBLISHED as FAST_NAS
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.networks.template_nas_genotype import PUBLISHED as TEMPLATE_NAS
from hydranet_ros.networks.template_nas_genotype import TemplateNasGenotype

Genotype = FastNasGenotype | TemplateNasGenotype
PUBLISHED = {'fast_nas': FAST_NAS, 'template_nas': TEMPLATE_NAS}


def genotype_of(architecture: str, options: NetworkOptions) -> Genotype | None:
    """Read the genotype that the options name; None: the architecture is none of a search.

    HydranetError where it is missing or wrong, or the architecture has none.
    """
    if architecture == 'fast_nas':
        return fast_nas_genotype(options)
    if architecture == 'template_nas':
        return template_nas_genotype(options)
    if options.genotype is not None:
        raise HydranetError(
            f'{architecture} has no option genotype; {" and ".join(PUBLISHED)} have it.'
        )
    return None


def canonical_options(architecture: str, options: NetworkOptions) -> NetworkOptions:
    """Spell the genotype in the one way in which equal ones are equal; errors of `genotype_of`.

    A published one has its name, another one its numbers.
    """
    genotype = genotype_of(architecture, options)
    if genotype is None:
        return options
    names = {text: name for name, text in PUBLISHED[architecture].items()}
    return replace(options, genotype=names.get(genotype.text, genotype.text))


def fast_nas_genotype(options: NetworkOptions) -> FastNasGenotype:
    """Read the genotype that the options name; HydranetError where there is none."""
    return FastNasGenotype.read(_required(options, 'fast_nas'))


def template_nas_genotype(options: NetworkOptions) -> TemplateNasGenotype:
    """Read the genotype that the options name; HydranetError where there is none."""
    return TemplateNasGenotype.read(_required(options, 'template_nas'))


def _required(options: NetworkOptions, architecture: str) -> str:
    if options.genotype is None:
        raise HydranetError(
            f'The architecture {architecture} needs the option genotype: '
            f'{", ".join(PUBLISHED[architecture])}, or the numbers of another one as text.'
        )
    return options.genotype
