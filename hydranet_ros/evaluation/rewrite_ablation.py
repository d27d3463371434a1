# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What each graph rewrite is worth on a backend and precision: none, each alone, all but each."""

from collections.abc import Callable
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
import tempfile

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.rewrites import OF_FLOATS
from hydranet_ros.deploy.rewrites import OF_INTEGERS
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.evaluation.engine_variants import EngineVariant
from hydranet_ros.evaluation.interleaving import measure
from hydranet_ros.evaluation.results import AblationResult
from hydranet_ros.evaluation.results import Speedup
from hydranet_ros.evaluation.results import VariantResult
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import ModelFile

NONE = 'none'


def selections_of(choice: Choice) -> dict[str, frozenset[Rewrite]]:
    """Name the sets of rewrites to compare, each once; none where the engine takes none."""
    own = backend_module(choice.backend).rewrites(choice.precision)
    if not own:
        return {}
    every = own | (OF_INTEGERS if choice.precision is Precision.INT8 else OF_FLOATS)
    ordered = [one for one in Rewrite if one in every]
    named = {NONE: frozenset[Rewrite]()}
    named |= {f'{one.value} alone': frozenset({one}) for one in ordered}
    named |= {f'all but {one.value}': every - {one} for one in ordered}
    named['all'] = every
    # the backend's own choice is marked, whether it is one of these or not
    same = next((name for name, rewrites in named.items() if rewrites == own), '')
    named.pop(same, None)
    return {**named, f'{same} (chosen)'.strip(): own}


def ablate(
    card: ModelCard,
    model_file: ModelFile,
    choice: Choice,
    frames: Sequence[npt.NDArray[np.uint8]],
    rounds: int,
    block: int,
    after_block: Callable[[], object] = lambda: None,
) -> AblationResult:
    """Measure the selections of a backend that runs a graph, in interleaved rounds."""
    with ExitStack() as stack:
        # engines that nobody will ask for again stay out of the user's cache
        cache = EngineCache(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        variants = []
        for name, rewrites in selections_of(choice).items():
            request = BuildRequest(
                card=card,
                model_file=model_file,
                camera_size=frames[0].shape[:2],
                input_size=frames[0].shape[:2],
                backend=choice.backend,
                precision=choice.precision,
                rewrites=rewrites,
            )
            variants.append(EngineVariant(name, choice.device, build_engine(request, cache)))
            stack.callback(variants[-1].close)
        seconds = measure(variants, frames, rounds=rounds, block=block, after_block=after_block)
    results = [VariantResult.of(one.name, one.device, seconds[one.name]) for one in variants]
    reference = next(one for one in results if one.name.startswith(NONE))
    return AblationResult(
        engine=f'{choice.backend.value} {choice.precision.value}',
        variants=tuple(results),
        speedups=tuple(
            Speedup.of(one, reference, 'network') for one in results if one is not reference
        ),
    )
