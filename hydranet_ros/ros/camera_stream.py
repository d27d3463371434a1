# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Everything of one camera: its input, its outputs, its calibration, and its account."""

import time

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo

from hydranet_ros.frame_counts import Counts
from hydranet_ros.outputs import SEMANTIC
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.calibration import Calibration
from hydranet_ros.ros.diagnostics import Health
from hydranet_ros.ros.diagnostics import NodeState
from hydranet_ros.ros.diagnostics import NOT_KNOWN
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.image_transport import COMPRESSED_SUFFIX
from hydranet_ros.ros.image_transport import ImageMessage
from hydranet_ros.ros.image_transport import ImageTransport
from hydranet_ros.ros.incompatible_qos import IncompatibleQos
from hydranet_ros.ros.inputs import CAMERA_INFO
from hydranet_ros.ros.inputs import CameraInput
from hydranet_ros.ros.inputs import IMAGE
from hydranet_ros.ros.label_info import LabelInfoPublisher
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.ros.served_model import ServedModel
from hydranet_ros.ros.settings import Settings
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.statistics import Rate
from hydranet_ros.ros.stream_watch import StreamWatch


class CameraStream:
    """Carry one camera's images to the slot and its predictions to the subscribers.

    All methods belong to the executor's thread.

    Args:
        node: carries the topics.
        name: of the camera, comes before its topics; '' for the only one.
        slot: takes the images, as those of camera `number`.
        settings: the node's parameters.

    Attributes:
        answerer: what the worker does with the images.

    """

    def __init__(
        self,
        node: Node,
        name: str,
        slot: FrameSlot[Frame],
        number: int,
        settings: Settings,
    ) -> None:
        self.name = name
        self._prefix = prefix = f'{name}/' if name else ''
        self._node = node
        self._slot = slot
        self._number = number
        self._qos = qos = IncompatibleQos(node)
        self._publishers = OutputPublishers(node, qos, prefix)
        self._label_info = LabelInfoPublisher(node, (), prefix)
        self._settings = settings
        topic = self._transport.topic(node, prefix + IMAGE)
        calibration = Calibration(
            node.get_logger(),
            topic.removesuffix(COMPRESSED_SUFFIX),
            node.resolve_topic_name(prefix + CAMERA_INFO),
        )
        self.answerer = FrameAnswerer(node, self._publishers, calibration)
        self._input: CameraInput | None = None
        self._watch: StreamWatch | None = None
        self._lost: int | None = 0
        self._rate = Rate()

    def activate(self) -> None:
        """Subscribe to the camera and begin to answer, with the stages' statistics forgotten."""
        self.answerer.times.clear()
        self.answerer.set_active(True)
        self._subscribe()

    @property
    def _transport(self) -> ImageTransport:
        return ImageTransport(self._settings.image_transport)

    def _subscribe(self) -> None:
        topic = self._transport.topic(self._node, self._prefix + IMAGE)
        self._watch = StreamWatch(
            self._node,
            topic,
            self.answerer.calibration,
            self.counts,
            self.lost,
            self.answerer.rebuilt,
        )
        self._watch.max_stamp_age = self._settings.max_stamp_age
        self._input = CameraInput(
            self._node,
            self._take_image,
            self._take_camera_info,
            self._settings.image_reliability,
            self._transport,
            self._prefix,
            self._qos,
        )

    def deactivate(self) -> None:
        """Unsubscribe; once this has returned, nothing is published."""
        self._unsubscribe()
        self.answerer.set_active(False)

    def _unsubscribe(self) -> None:
        if self._input is not None:
            self._input.destroy()
            self._lost = self.lost
            self._input = self._watch = None

    def destroy(self) -> None:
        """Take the topics back."""
        self.answerer.offer((), ())
        self._label_info.destroy()

    def follow(self, model: ServedModel, pending: ServedModel | None, settings: Settings) -> None:
        """Let the topics be those of the model that serves, and of the one that is to come."""
        tasks = model.offered(settings)
        if pending is not None:
            tasks |= pending.offered(settings)
        self.answerer.offer(tasks, settings.outputs)
        if self._publishers.points is not None:
            self._publishers.points.stride = settings.points_stride
        wanted = not settings.outputs or SEMANTIC.topic in settings.outputs
        self._label_info.follow(model.classes if wanted else ())
        self._label_info.publish(settings.confidence_threshold)

    def apply(self, settings: Settings) -> None:
        """Follow the parameters of the input."""
        before, self._settings = self._settings, settings
        if self._watch is not None:
            self._watch.max_stamp_age = settings.max_stamp_age
        asked = (settings.image_reliability, settings.image_transport)
        same = asked == (before.image_reliability, before.image_transport)
        if self._input is not None and not same:
            self._unsubscribe()
            self._subscribe()

    @property
    def lost(self) -> int | None:
        """Images that the transport lost since configuration; None where it cannot tell."""
        lost = 0 if self._input is None else self._input.lost
        return None if lost is None or self._lost is None else self._lost + lost

    @property
    def counts(self) -> Counts:
        """What became of the received frames."""
        return self._slot.counts(self._number)

    def health(self, state: NodeState) -> Health:
        """Look at everything; the rate is the one since the last look."""
        counts, scale = self.counts, self.answerer.depth_scale
        return Health(
            state=state,
            reasons=(*self._reasons(counts), *self._qos.look()),
            facts={
                'depth_scale': NOT_KNOWN if scale is None else f'{scale:.6g}',
                'image_reliability': NOT_KNOWN if self._input is None else self._input.reliability,
            },
            counts=counts,
            lost=self.lost,
            rate=self._rate.update(counts.answered, time.perf_counter()),
            stamp_age=self.answerer.stamp_age,
            times=self.answerer.times.percentiles(),
        )

    def _reasons(self, counts: Counts) -> tuple[Reason, ...]:
        if self._watch is None or self._input is None:
            return ()
        skipped, rebuilt = self.answerer.skipped, self.answerer.rebuilt
        return tuple(self._watch.look(self._input, counts, self.lost, skipped, rebuilt))

    def _take_image(self, message: ImageMessage, received: float) -> None:
        if self._watch is not None:
            self._watch.note(message.header)
        self._slot.offer(Frame(message, received), received, self._number)

    def _take_camera_info(self, message: CameraInfo) -> None:
        self.answerer.calibration.newest = message
