# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A network at work: with what builds its engines, and what hands it the frames."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from hydranet_ros.deploy.request import Shape
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.dispatcher import Dispatcher
from hydranet_ros.ros.dispatcher import Size
from hydranet_ros.ros.engine_builder import EngineBuilder
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.worker_state import WorkerState
from hydranet_ros.shared_perception import SharedPerception


class RunningNetwork:
    """Keep together what comes and goes with a network.

    Args:
        network: is freed by `free`.
        slot: where the frames come from.
        answerers: of the cameras, as the slot numbers them.
        on_unbuilt: called on the builder's thread with this object, the shape of an engine that
            cannot be built, and why.
        logger: an rclpy logger.
        sizes: of the cameras' frames, as far as they are known from another network.

    """

    def __init__(
        self,
        network: SharedPerception,
        slot: FrameSlot[Frame],
        answerers: Sequence[FrameAnswerer],
        on_unbuilt: Callable[[RunningNetwork, Shape, str], None],
        logger: Any,
        sizes: Sequence[Size | None] | None = None,
    ) -> None:
        self.network = network
        self.builder = EngineBuilder(
            network, slot.release, lambda *unbuilt: on_unbuilt(self, *unbuilt), logger
        )
        self.dispatcher = Dispatcher(
            network.perception, self.builder, slot, answerers, logger, sizes
        )

    @property
    def state(self) -> WorkerState:
        """What it is at."""
        if self.dispatcher.answering:
            return WorkerState.READY
        return WorkerState.BUILDING if self.builder.building else WorkerState.WAITING

    @property
    def shapes(self) -> list[Shape]:
        """The engines that are in use."""
        known = [one.shape for one in self.network.perception.engines.infos]
        return [shape for shape in known if shape[:2] in self.dispatcher.sizes]

    def free(self) -> None:
        """Free the engines, once the build in hand has ended."""
        self.builder.end()
        self.builder.join()
        self.network.close()
