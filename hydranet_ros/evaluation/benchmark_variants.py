# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The variants that one case of a benchmark compares, and what each takes of the GPU's memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from types import TracebackType

from hydranet_ros.deploy.nvidia_gpu import gpu_present
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.benchmark_frames import Frames
from hydranet_ros.evaluation.engine_variants import name_of
from hydranet_ros.evaluation.engine_variants import PredictVariant
from hydranet_ros.evaluation.gpu_memory import gpu_memory_mib
from hydranet_ros.evaluation.interleaving import Variant
from hydranet_ros.perception import Perception
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.model_file import ModelFile


@dataclass
class CaseVariants:
    """Variants of one model at one frame size and batch; a context that closes them.

    frames: a batch, run once by each where there is a GPU, so that all of its memory is taken.
    memory: MiB by the variant's name, None where it is not known. left_out: what cannot run.
    """

    frames: Frames
    variants: list[Variant] = field(default_factory=list)
    baselines: list[str] = field(default_factory=list)
    outputs: tuple[str, ...] = ()
    memory: dict[str, int | None] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> CaseVariants:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def add_baselines(self, card: ModelCard, model_file: ModelFile) -> None:
        """Add the official pipeline and the same in channels_last."""
        from hydranet_ros.evaluation.torch_baselines import Layout
        from hydranet_ros.evaluation.torch_baselines import NotebookPipeline

        for layout in Layout:
            before = gpu_memory_mib()
            self._add(NotebookPipeline(model_file.path, card, layout), before)
            self.baselines.append(layout.value)

    def add_engines(
        self,
        model: str,
        model_file: ModelFile,
        choices: Sequence[Choice],
        builder: BuilderOptions | None = None,
    ) -> None:
        """Add the API on each choice; HydranetError where the only one cannot be had.

        Of several, one that cannot be built, or was replaced as it differs too much from fp32, is
        left out and the reason noted.
        """
        for choice in choices:
            try:
                self._add_engine(model, model_file, choice, builder)
            except HydranetError as error:
                if len(choices) == 1:
                    raise
                self.left_out.append(f'{name_of(choice, builder)}: {error}')
        if not self.outputs:
            raise HydranetError(f'No engine is left to measure: {"; ".join(self.left_out)}')

    def _add_engine(
        self, model: str, model_file: ModelFile, choice: Choice, builder: BuilderOptions | None
    ) -> None:
        before = gpu_memory_mib()
        perception = Perception.load(
            model,
            weights=model_file.path,
            backend=choice.backend.value,
            precision=choice.precision.value,
            builder=builder,
        )
        try:
            height, width = self.frames[0].shape[:2]
            variant = PredictVariant(perception, height, width, len(self.frames), builder)
            if variant.name != name_of(choice, builder):
                raise HydranetError(f'{perception.choice.reason}; {variant.name} is in its place.')
        except BaseException:
            perception.close()
            raise
        self.outputs = variant.wanted
        self._add(variant, before)

    def _add(self, variant: Variant, memory_before: int | None) -> None:
        self._stack.callback(variant.close)
        self.variants.append(variant)
        if gpu_present():
            variant.run(self.frames)
        now = gpu_memory_mib()
        self.memory[variant.name] = None if now is None else now - (memory_before or 0)
