# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Load the network that the parameters name, saying how far that is."""

from typing import Any

from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.settings import Settings
from hydranet_ros.shared_perception import Recipe
from hydranet_ros.shared_perception import SharedPerception

LOG_PERIOD_S = 2.0


class NetworkLoader:
    """Load on any thread; once stopped, a download or build ends at its next sign.

    Attributes:
        recipe: what is loaded.
        progress: what a download or build is at, '' where there is none.
        stopped: whether nobody waits for the network any more.

    """

    def __init__(self, settings: Settings, logger: Any) -> None:
        self._cameras = len(settings.cameras) or 1
        self._logger = logger
        self.recipe = recipe(settings)
        self.progress = ''
        self.stopped = False

    def __call__(self) -> SharedPerception:
        """Load it, or share it with the nodes of this process that have it; HydranetError."""
        try:
            return SharedPerception(
                self.recipe,
                # For each camera's size a single frame, and batches by powers of two.
                engines=self._cameras * self._cameras.bit_length(),
                progress=self._on_progress,
                on_build=self._on_build,
                on_built=self._on_end,
            )
        finally:
            self._on_end()

    def _on_progress(self, done: int, total: int | None) -> None:
        if self.stopped:
            raise HydranetError('The download was stopped; the next one goes on from there.')
        share = f' of {total / 1e6:.1f}' if total else ''
        self.progress = f'downloading the weights: {done / 1e6:.1f}{share} MB'
        self._logger.info(self.progress, throttle_duration_sec=LOG_PERIOD_S)

    def _on_build(self, line: str) -> None:
        if self.stopped:
            raise HydranetError('The build was stopped.')
        self.progress = f'building the engine: {line}'
        self._logger.info(self.progress, throttle_duration_sec=LOG_PERIOD_S)

    def _on_end(self) -> None:
        self.progress = ''


def recipe(settings: Settings) -> Recipe:
    """Return what is to be loaded."""
    return Recipe(
        settings.model,
        weights=settings.weights or None,
        backend=settings.backend,
        precision=settings.precision,
        domain=settings.domain or None,
        input_size=settings.input_size if any(settings.input_size) else None,
        input_scale=settings.input_scale,
        threads=settings.threads or None,
        builder=BuilderOptions(
            settings.tensorrt_optimization_level,
            settings.tensorrt_workspace_mb,
            settings.tensorrt_dla_core,
        ),
    )
