# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What exists from configure to cleanup: a model, its worker, its outputs and their accounts."""

from collections.abc import Callable
from collections.abc import Iterator
import time

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.prediction_filter import check_classes
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.diagnostics import Health
from hydranet_ros.ros.diagnostics import NodeState
from hydranet_ros.ros.diagnostics import NOT_KNOWN
from hydranet_ros.ros.inputs import CameraInput
from hydranet_ros.ros.label_info import LabelInfoPublisher
from hydranet_ros.ros.publishers import Look
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.ros.settings import Settings
from hydranet_ros.ros.slot import Counts
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.statistics import Rate
from hydranet_ros.ros.worker import Frame
from hydranet_ros.ros.worker import Worker
from hydranet_ros.ros.worker import WorkerState
from hydranet_ros.zoo.card import ModelCard

STOP_S = 10.0
PROGRESS_LOG_S = 2.0
SILENCE_LOG_S = 30.0


class PerceptionSession:
    """Run one model on one camera; all methods belong to the executor's thread.

    Args:
        node: carries the topics.
        settings: the node's parameters.
        card: the model.
        on_failed: called on the worker's thread when the network cannot run.

    """

    def __init__(
        self, node: Node, settings: Settings, card: ModelCard, on_failed: Callable[[], None]
    ) -> None:
        self.card = card
        self._node = node
        self._settings = settings
        chosen = card.select_domain(settings.domain or None)
        self._domain = chosen.name if chosen else None
        self._logger = node.get_logger()
        self._publishers = OutputPublishers(node, card.tasks)
        self._classes = card.classes_of(self._domain)
        self._answerer = FrameAnswerer(
            node, self._publishers, self._look(settings), self._filter(settings)
        )
        self._follow_cloud(settings)
        self._label_info = LabelInfoPublisher(node, self._classes)
        self._label_info.publish(settings.confidence_threshold)
        self._input: CameraInput | None = None
        self._lost: int | None = 0
        self._rate = Rate()
        self._reported = (0, 0)
        self._progress = ''
        self._slot: FrameSlot[Frame] = FrameSlot()
        self._slot.set_max_rate(settings.max_rate)
        self._worker = Worker(self._slot, self._load, self._answerer, on_failed, self._logger)
        self._worker.start()

    def activate(self) -> None:
        """Subscribe to the camera and begin to answer, with the stages' statistics forgotten.

        HydranetError where the network cannot run.
        """
        if self._worker.error:
            raise HydranetError(f'{self._worker.error} Clean up, then configure again.')
        self._answerer.times.clear()
        self._answerer.set_active(True)
        self._input = CameraInput(
            self._node, self._take_image, self._take_camera_info, self._settings.image_reliability
        )

    def deactivate(self) -> None:
        """Unsubscribe; once this has returned, nothing is published."""
        if self._input is not None:
            self._input.destroy()
            self._lost = self.lost
            self._input = None
        self._answerer.set_active(False)
        self._slot.clear()

    def close(self) -> None:
        """Free the model and take the topics back."""
        self.deactivate()
        if not self._worker.stop(STOP_S):
            self._logger.warning('The engine is still being built; it is freed after that.')
        self._publishers.destroy()
        self._label_info.destroy()

    def check_classes(self, names: tuple[str, ...]) -> None:
        """Raise HydranetError where the model has no class of such a name."""
        check_classes(names, self._classes)

    def apply(self, settings: Settings) -> None:
        """Follow the parameters that can be changed at run time."""
        self._settings = settings
        self._answerer.look = self._look(settings)
        self._answerer.filter = self._filter(settings)
        self._follow_cloud(settings)
        self._label_info.publish(settings.confidence_threshold)
        self._slot.set_max_rate(settings.max_rate)

    @property
    def failed(self) -> bool:
        """Whether the network cannot run."""
        return self._worker.state is WorkerState.FAILED

    @property
    def lost(self) -> int | None:
        """Images that the transport lost since configuration; None where it cannot tell."""
        lost = 0 if self._input is None else self._input.lost
        return None if lost is None or self._lost is None else self._lost + lost

    @property
    def counts(self) -> Counts:
        """What became of the received frames."""
        return self._slot.counts()

    def health(self, state: NodeState) -> Health:
        """Look at everything; the rate is the one since the last look."""
        counts = self.counts
        perception = self._worker.perception
        at_work = self._worker.state in (WorkerState.LOADING, WorkerState.BUILDING)
        scale = self._answerer.depth_scale
        facts = {
            'model': self.card.name,
            'engine': perception.description if perception is not None else NOT_KNOWN,
            'parity': (perception.engines.parity if perception is not None else '') or NOT_KNOWN,
            'depth_scale': NOT_KNOWN if scale is None else f'{scale:.6g}',
            'image_reliability': NOT_KNOWN if self._input is None else self._input.reliability,
        }
        return Health(
            state=state,
            worker=self._progress if at_work and self._progress else self._worker.state.value,
            error=self._worker.error,
            warnings=tuple(self._warnings(counts)),
            facts=facts,
            counts=counts,
            lost=self.lost,
            rate=self._rate.update(counts.answered, time.perf_counter()),
            stamp_age=self._answerer.stamp_age,
            times=self._answerer.times.percentiles(),
        )

    def _warnings(self, counts: Counts) -> Iterator[str]:
        silence = self._input.silence() if self._input is not None else ''
        if silence:
            self._logger.warning(silence, throttle_duration_sec=SILENCE_LOG_S)
            yield silence
        perception = self._worker.perception
        if perception is not None:
            yield from perception.refused
        failed, lost = self._reported
        self._reported = counts.failed, self.lost or 0
        if counts.failed > failed:
            yield f'{counts.failed - failed} images skipped because of errors, see the log'
        if (self.lost or 0) > lost:
            yield f'the transport lost {(self.lost or 0) - lost} images, see the log'

    def _take_image(self, message: Image, received: float) -> None:
        self._slot.offer(Frame(message, received), received)

    def _take_camera_info(self, message: CameraInfo) -> None:
        self._answerer.calibration.newest = message

    def _load(self) -> Perception:
        settings = self._settings
        return Perception.load(
            settings.model,
            weights=settings.weights or None,
            backend=settings.backend,
            precision=settings.precision,
            domain=self._domain,
            input_size=settings.input_size if any(settings.input_size) else None,
            input_scale=settings.input_scale,
            threads=settings.threads or None,
            builder=BuilderOptions(
                settings.tensorrt_optimization_level,
                settings.tensorrt_workspace_mb,
                settings.tensorrt_dla_core,
            ),
            progress=self._on_progress,
            on_build=self._on_build,
        )

    def _on_progress(self, done: int, total: int | None) -> None:
        if self._worker.stopped:
            raise HydranetError('The download was stopped; the next one goes on from there.')
        share = f' of {total / 1e6:.1f}' if total else ''
        self._progress = f'downloading the weights: {done / 1e6:.1f}{share} MB'
        self._logger.info(self._progress, throttle_duration_sec=PROGRESS_LOG_S)

    def _on_build(self, line: str) -> None:
        if self._worker.stopped:
            raise HydranetError('The build was stopped.')
        self._progress = f'building the engine: {line}'
        self._logger.info(self._progress, throttle_duration_sec=PROGRESS_LOG_S)

    def _filter(self, settings: Settings) -> PredictionFilter:
        return PredictionFilter(
            self._classes,
            settings.classes,
            settings.confidence_threshold,
            settings.depth_min,
            settings.depth_max,
        )

    def _follow_cloud(self, settings: Settings) -> None:
        if self._publishers.points is not None:
            self._publishers.points.stride = settings.points_stride

    def _look(self, settings: Settings) -> Look:
        near, far = settings.depth_color_min, settings.depth_color_max
        depth = self.card.depth_of(self._domain)
        if far == 0 and depth is not None:
            near, far = depth.min_m, depth.max_m
        return Look(self.card.palette(self._domain), settings.overlay_alpha, near, far)
