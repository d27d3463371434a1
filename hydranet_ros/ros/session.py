# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What exists from configure to cleanup: a model, its worker, and the cameras that it answers."""

from collections.abc import Callable
import time

from rclpy.node import Node

from hydranet_ros.errors import HydranetError
from hydranet_ros.outputs import Look
from hydranet_ros.prediction_filter import check_classes
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.camera_stream import CameraStream
from hydranet_ros.ros.counts import Counts
from hydranet_ros.ros.diagnostics import Health
from hydranet_ros.ros.diagnostics import NodeState
from hydranet_ros.ros.diagnostics import NOT_KNOWN
from hydranet_ros.ros.diagnostics import total
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.health import ReasonLog
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.memory_watch import resident_memory
from hydranet_ros.ros.network_loader import NetworkLoader
from hydranet_ros.ros.network_watch import NetworkWatch
from hydranet_ros.ros.settings import Settings
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.statistics import percentiles
from hydranet_ros.ros.worker import Worker
from hydranet_ros.ros.worker import WorkerState
from hydranet_ros.zoo.card import ModelCard

STOP_S = 10.0


class PerceptionSession:
    """Run one model on the cameras; all methods belong to the executor's thread.

    Args:
        node: carries the topics.
        settings: the node's parameters.
        card: the model.
        on_failed: called on another thread when the network cannot run.

    """

    def __init__(
        self, node: Node, settings: Settings, card: ModelCard, on_failed: Callable[[], None]
    ) -> None:
        self.card = card
        self._settings = settings
        chosen = card.select_domain(settings.domain or None)
        self._domain = chosen.name if chosen else None
        self._logger = node.get_logger()
        self._classes = card.classes_of(self._domain)
        names = settings.cameras or ('',)
        self._slot: FrameSlot[Frame] = FrameSlot(len(names))
        self._qos = IncompatibleQos(node)
        look, shown = self._look(settings), self._filter(settings)
        self._streams = [
            CameraStream(
                node,
                name,
                self._slot,
                number,
                card.tasks,
                self._classes,
                look,
                shown,
                self._qos,
                settings,
            )
            for number, name in enumerate(names)
        ]
        self._watch = NetworkWatch()
        self._log = ReasonLog(self._logger)
        self._loader = NetworkLoader(settings, self._logger)
        answerers = [stream.answerer for stream in self._streams]
        self._worker = Worker(self._slot, self._loader, answerers, on_failed, self._logger)
        self.apply(settings)
        self._worker.start()

    def activate(self) -> None:
        """Subscribe to the cameras and begin to answer; HydranetError where that cannot be."""
        if self._worker.error:
            raise HydranetError(f'{self._worker.error} Clean up, then configure again.')
        for stream in self._streams:
            stream.activate()

    def deactivate(self) -> None:
        """Unsubscribe; once this has returned, nothing is published."""
        for stream in self._streams:
            stream.deactivate()
        self._slot.clear()

    def close(self) -> None:
        """Free the model and take the topics back."""
        self.deactivate()
        self._loader.stopped = True
        if not self._worker.stop(STOP_S):
            self._logger.warning('The engine is still being built; it is freed after that.')
        for stream in self._streams:
            stream.destroy()

    def check_classes(self, names: tuple[str, ...]) -> None:
        """Raise HydranetError where the model has no class of such a name."""
        check_classes(names, self._classes)

    def apply(self, settings: Settings) -> None:
        """Follow the parameters that can be changed at run time."""
        self._settings = settings
        look, chosen = self._look(settings), self._filter(settings)
        for stream in self._streams:
            stream.apply(settings, look, chosen)
        self._slot.set_max_rate(settings.max_rate)
        self._worker.max_batch = settings.max_batch
        self._worker.batch_wait = settings.batch_wait_ms / 1000

    @property
    def failed(self) -> bool:
        """Whether the network cannot run."""
        return self._worker.state is WorkerState.FAILED

    @property
    def counts(self) -> Counts:
        """What became of the received frames of all cameras."""
        return self._slot.counts()

    def health(self, state: NodeState) -> tuple[Health, dict[str, Health]]:
        """Look at everything: at the whole node, and at each camera that has a name."""
        cameras = {stream.name: stream.health(state) for stream in self._streams}
        resident = resident_memory()
        worker, perception = self._worker.state, self._worker.perception
        at_work = worker in (WorkerState.LOADING, WorkerState.BUILDING)
        facts = {
            'model': self.card.name,
            'engine': perception.description if perception is not None else NOT_KNOWN,
            'parity': (perception.engines.parity if perception is not None else '') or NOT_KNOWN,
            'engines_built': str(self._worker.built),
            'memory_mb': NOT_KNOWN if resident is None else f'{resident / 2**20:.0f}',
        }
        whole = total(
            cameras,
            worker=self._loader.progress if at_work and self._loader.progress else worker.value,
            error=self._worker.error,
            reasons=(
                *self._qos.look(),
                *self._watch.look(perception, self._worker.built, resident, state),
            ),
            facts=facts,
            times=percentiles(*(stream.answerer.times for stream in self._streams)),
        )
        self._log.update(time.perf_counter(), whole.reasons)
        return whole, {name: one for name, one in cameras.items() if name}

    def _filter(self, settings: Settings) -> PredictionFilter:
        return PredictionFilter(
            self._classes,
            settings.classes,
            settings.confidence_threshold,
            settings.depth_min,
            settings.depth_max,
        )

    def _look(self, settings: Settings) -> Look:
        near, far = settings.depth_color_min, settings.depth_color_max
        depth = self.card.depth_of(self._domain)
        if far == 0 and depth is not None:
            near, far = depth.min_m, depth.max_m
        palette, quality = self.card.palette(self._domain), settings.jpeg_quality
        return Look(palette, settings.overlay_alpha, near, far, quality)
