# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What exists from configure to cleanup: a model, its worker, and the cameras that it answers."""

from collections.abc import Callable
import time

from rclpy.node import Node

from hydranet_ros.errors import HydranetError
from hydranet_ros.errors import in_words
from hydranet_ros.frame_counts import Counts
from hydranet_ros.ros.camera_stream import CameraStream
from hydranet_ros.ros.diagnostics import Health
from hydranet_ros.ros.diagnostics import NodeState
from hydranet_ros.ros.diagnostics import NOT_KNOWN
from hydranet_ros.ros.diagnostics import total
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.health import ReasonLog
from hydranet_ros.ros.memory_watch import give_back_memory
from hydranet_ros.ros.memory_watch import resident_memory
from hydranet_ros.ros.model_switch import ModelSwitch
from hydranet_ros.ros.network_loader import NetworkLoader
from hydranet_ros.ros.network_loader import recipe
from hydranet_ros.ros.network_watch import NetworkWatch
from hydranet_ros.ros.preflight import check_model
from hydranet_ros.ros.served_model import ServedModel
from hydranet_ros.ros.serving import Serving
from hydranet_ros.ros.settings import Settings
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.statistics import percentiles
from hydranet_ros.ros.worker import Worker
from hydranet_ros.ros.worker_state import WorkerState
from hydranet_ros.zoo.card import ModelCard

STOP_S = 10.0
NO_DOMAIN = 'none'  # of a model trained for one place


class PerceptionSession:
    """Run one model on the cameras; all methods belong to the executor's thread.

    Parameters of the network make a switch: what serves goes on until another is ready.

    Args:
        node: carries the topics.
        settings: the node's parameters.
        card: the model.
        on_failed: called on another thread when the network cannot run.

    """

    def __init__(
        self, node: Node, settings: Settings, card: ModelCard, on_failed: Callable[[], None]
    ) -> None:
        self._node = node
        self._settings = settings
        self._logger = node.get_logger()
        names = settings.cameras or ('',)
        self._slot: FrameSlot[Frame] = FrameSlot(len(names))
        model = ServedModel.of(card, settings.domain)
        self._streams = [
            CameraStream(node, name, self._slot, number, settings)
            for number, name in enumerate(names)
        ]
        self._watch = NetworkWatch()
        self._log = ReasonLog(self._logger)
        loader = NetworkLoader(settings, self._logger)
        answerers = [stream.answerer for stream in self._streams]
        self._serving = Serving(model, loader, settings, answerers)
        self._worker = Worker(self._slot, loader, answerers, on_failed, self._logger)
        # Later, so that parameters that are set in one go make one switch.
        self._wake = node.create_guard_condition(self._settle)
        self._asked = self._serving.recipe
        self._closed = False
        self._switch = ModelSwitch(self._worker, self._serving, self._wake.trigger, self._logger)
        self.apply(settings)
        self._follow_model()
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
        self._switch.cancel()
        self._serving.loader.stopped = True
        deadline = time.monotonic() + STOP_S
        ended = self._worker.stop(STOP_S)
        ended &= self._switch.join(max(deadline - time.monotonic(), 0.0))
        self._closed = True
        self._node.destroy_guard_condition(self._wake)
        if not ended:
            self._logger.warning('The engine is still being built; it is freed after that.')
        for stream in self._streams:
            stream.destroy()
        give_back_memory()

    def apply(self, settings: Settings) -> None:
        """Follow the parameters; those of the network in the background."""
        self._settings = settings
        self._serving.apply(settings)
        for stream in self._streams:
            stream.apply(settings)
        self._slot.set_max_rate(settings.max_rate)
        self._worker.max_batch = settings.max_batch
        self._worker.batch_wait = settings.batch_wait_ms / 1000
        self._wake.trigger()

    def check(self, settings: Settings) -> None:
        """Raise HydranetError where parameters cannot be followed, as far as is known at once."""
        if settings.classes != self._settings.classes or recipe(settings) != self._asked:
            check_model(settings)

    def _settle(self) -> None:
        """Begin the switch that the parameters ask for, and follow one that has ended."""
        if self._closed:
            return
        settings, wanted = self._settings, recipe(self._settings)
        # Another network may have taken over just before its switch was given up.
        late = self._switch.idle and wanted != self._serving.recipe
        if (wanted != self._asked or late) and not self.failed:
            self._asked = wanted
            if wanted == self._serving.recipe:
                self._switch.cancel()
            else:
                self._begin_switch(settings)
        self._follow_model()

    def _follow_model(self) -> None:
        for stream in self._streams:
            stream.follow(self._serving.model, self._switch.pending, self._settings)

    def _begin_switch(self, settings: Settings) -> None:
        try:
            model = ServedModel.of(check_model(settings), settings.domain)
        except Exception as error:  # as of a file that has gone since it was checked
            self._switch.cancel(in_words(error))
        else:
            self._switch.request(settings, model)

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
            'model': self._serving.model.card.name,
            'domain': self._serving.model.domain or NO_DOMAIN,
            'switching': self._switch.progress or 'no',
            'engine': perception.description if perception is not None else NOT_KNOWN,
            'parity': (perception.engines.parity if perception is not None else '') or NOT_KNOWN,
            'engines_built': str(self._worker.built),
            'memory_mb': NOT_KNOWN if resident is None else f'{resident / 2**20:.0f}',
        }
        whole = total(
            cameras,
            worker=(self._serving.loader.progress if at_work else '') or worker.value,
            error=self._worker.error,
            reasons=(
                *self._switch.troubles(),
                *self._watch.look(
                    perception, self._worker.built, resident, (state, self._serving.recipe)
                ),
            ),
            facts=facts,
            times=percentiles(*(stream.answerer.times for stream in self._streams)),
        )
        self._log.update(time.perf_counter(), whole.reasons)
        return whole, {name: one for name, one in cameras.items() if name}
