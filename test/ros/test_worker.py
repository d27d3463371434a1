# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The worker's thread: what it builds when, what an error costs, who frees.

The network here only notes its calls, because what is tested is the order of them; test_node.py
runs the real one.
"""

from collections.abc import Iterator
import threading

import numpy as np
import pytest
from sensor_msgs.msg import Image

from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import Shape
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError
from hydranet_ros.frame_counts import Counts
from hydranet_ros.outputs import Look
from hydranet_ros.outputs import SEMANTIC
from hydranet_ros.prediction import Prediction
from hydranet_ros.prediction_filter import PredictionFilter
from hydranet_ros.ros.frames import AnswerRules
from hydranet_ros.ros.frames import DecodedFrame
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.worker import Worker
from hydranet_ros.ros.worker_state import WorkerState
from hydranet_ros.zoo.card_types import Task
from test.ros.conftest import wait_until

RULES = AnswerRules(
    frozenset({Task.SEMANTIC}),
    frozenset(),
    PredictionFilter(),
    Look(np.zeros((1, 3), np.uint8), 0.5, 0.0, 1.0, 90),
)


class Network:
    """Notes what is asked of it, and on which thread; stands for SharedPerception and its own."""

    description = 'a network that notes its calls'
    choice = Choice(Backend.ONNXRUNTIME, Precision.FP32, 'no device', 'for tests')
    depth_range = None
    timings = Timings()

    def __init__(self) -> None:
        self.perception = self.engines = self
        self.prepared: list[Shape] = []
        self.predicted: list[list[int]] = []
        self.threads: dict[str, str] = {}
        self.building = threading.Event()
        self.may_build = threading.Event()
        self.may_build.set()
        self.errors: dict[Shape | None, Exception] = {}
        self.closed = False

    def info(self, shape: Shape) -> Shape | None:
        return shape if shape in self.prepared else None

    def prepare(self, height: int, width: int, batch: int) -> None:
        self.threads['prepare'] = threading.current_thread().name
        self.building.set()
        assert self.may_build.wait(20)
        shape = Shape(height, width, batch)
        error = self.errors.get(shape, self.errors.get(None))
        if error is not None:
            raise error
        self.prepared.append(shape)

    def predict(self, frames: list[np.ndarray], **_: object) -> None:
        self.threads['predict'] = threading.current_thread().name
        self.predicted.append([int(frame[0, 0, 0]) for frame in frames])

    def close(self) -> None:
        self.threads['close'] = threading.current_thread().name
        self.closed = True


class Camera:
    """Answers as FrameAnswerer does; its frames are of one grey."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.answered: list[Frame] = []
        self.error: Exception | None = None
        self.watched = True
        self.rebuilt = 0

    def read(self, frame: Frame, size: tuple[int, int] | None) -> DecodedFrame | None:
        if 0 in (frame.message.height, frame.message.width):
            raise FrameError('no pixels')
        if not self.watched and size == (frame.message.height, frame.message.width):
            return None
        rgb = np.full((frame.message.height, frame.message.width, 3), self.number, np.uint8)
        watched = (SEMANTIC,) if self.watched else ()
        return DecodedFrame(frame, RULES, rgb, watched, False, None, 0.0)

    def pass_on(self, message: Image, size: tuple[int, int]) -> None: ...

    def fields(self, network: Network, decoded: DecodedFrame) -> set[str]:
        return {'labels'}

    def buffers(self, fields: set[str], decoded: DecodedFrame) -> Prediction:
        return Prediction()

    def publish(self, decoded: DecodedFrame, *_: object) -> bool:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        self.answered.append(decoded.frame)
        return True


class Log:
    def __init__(self) -> None:
        self.errors: list[str] = []
        self.warnings: list[str] = []

    def info(self, text: str, **_: object) -> None: ...

    def warning(self, text: str, **_: object) -> None:
        self.warnings.append(text)

    def error(self, text: str, **_: object) -> None:
        self.errors.append(text)


class Bench:
    """A worker with everything around it that a test looks at."""

    def __init__(self, cameras: int = 1) -> None:
        self.network = Network()
        self.slot: FrameSlot[Frame] = FrameSlot(cameras)
        self.cameras = [Camera(number) for number in range(cameras)]
        self.failed = threading.Event()
        self.log = Log()
        self.load_error: Exception | None = None
        self.worker = Worker(self.slot, self._load, self.cameras, self.failed.set, self.log)

    def offer(self, height: int = 4, width: int = 6, camera: int = 0) -> None:
        self.slot.offer(Frame(Image(height=height, width=width), 0.0), now=0.0, camera=camera)

    def offer_and_wait(self, height: int = 4, width: int = 6, camera: int = 0) -> None:
        self.offer(height, width, camera)
        self.wait_for_the_end()

    def wait_for_the_end(self) -> None:
        wait_until(lambda: self.slot.counts().in_flight == 0, 'the end of the frames')

    def _load(self) -> Network:
        if self.load_error is not None:
            raise self.load_error
        return self.network


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield from run(Bench())


@pytest.fixture
def four() -> Iterator[Bench]:
    yield from run(Bench(cameras=4))


def run(bench: Bench) -> Iterator[Bench]:
    yield bench
    bench.network.may_build.set()
    assert bench.worker.stop(20)


def test_engine_is_built_once_a_size(bench):
    bench.worker.start()
    for height in (4, 4, 8, 8, 4):
        bench.offer_and_wait(height)
    assert bench.network.prepared == [(4, 6, 1), (8, 6, 1)]
    assert bench.slot.counts() == Counts(received=5, answered=5)
    assert bench.worker.state is WorkerState.READY


def test_frames_during_the_build_are_not_ready_and_the_newest_is_answered(bench):
    bench.network.may_build.clear()
    bench.worker.start()
    bench.offer()
    assert bench.network.building.wait(20)
    assert bench.worker.state is WorkerState.BUILDING
    for _ in range(3):
        bench.offer()
    bench.network.may_build.set()
    wait_until(lambda: bench.slot.counts().in_flight == 0, 'the answer')
    # The first asked for the build, two were replaced by the last, which is answered.
    assert bench.slot.counts() == Counts(received=4, not_ready=3, answered=1)


def test_an_error_costs_one_frame(bench):
    bench.worker.start()
    bench.offer_and_wait()
    bench.cameras[0].error = HydranetError('this frame is broken')
    bench.offer_and_wait()
    bench.cameras[0].error = ZeroDivisionError('and so is this')
    bench.offer_and_wait()
    bench.offer_and_wait()
    assert bench.slot.counts() == Counts(received=4, answered=2, failed=2)
    assert bench.log.errors == [
        'Image skipped: this frame is broken',
        'Image skipped: ZeroDivisionError: and so is this',
    ]


@pytest.mark.parametrize('error', [HydranetError('no such model'), MemoryError('too large')])
def test_a_model_that_does_not_load_is_reported(bench, error):
    bench.load_error = error
    bench.offer()
    bench.worker.start()
    assert bench.failed.wait(20)
    assert bench.worker.state is WorkerState.FAILED
    assert str(error) in bench.worker.error
    bench.slot.clear()
    assert bench.slot.counts() == Counts(received=1, not_ready=1)


def test_an_engine_that_does_not_build_is_reported_and_freed(bench):
    bench.network.errors[None] = HydranetError('the engine cannot be built')
    bench.worker.start()
    bench.offer()
    assert bench.failed.wait(20)
    assert bench.worker.error == 'the engine cannot be built'
    assert bench.worker.stop(20)
    assert bench.network.closed
    assert bench.slot.counts() == Counts(received=1, not_ready=1)


def test_one_thread_builds_and_one_runs_the_network(bench):
    bench.worker.start()
    bench.offer_and_wait()
    assert bench.worker.stop(20)
    assert bench.network.closed
    builder, worker = 'engine builder', 'perception'
    assert bench.network.threads == {'prepare': builder, 'predict': worker, 'close': worker}


def test_stop_does_not_wait_for_a_build(bench):
    bench.network.may_build.clear()
    bench.worker.start()
    bench.offer()
    assert bench.network.building.wait(20)
    assert not bench.worker.stop(0.05)
    bench.network.may_build.set()
    assert bench.worker.stop(20)
    assert bench.network.closed


@pytest.mark.parametrize('error', [None, HydranetError('the engine cannot be built')])
def test_a_build_that_ends_after_the_stop_is_of_no_consequence(bench, error):
    bench.network.may_build.clear()
    if error is not None:
        bench.network.errors[None] = error
    bench.worker.start()
    bench.offer()
    assert bench.network.building.wait(20)
    assert not bench.worker.stop(0.0)
    bench.network.may_build.set()
    assert bench.worker.stop(20)
    assert bench.cameras[0].answered == []  # the publishers are gone
    assert not bench.failed.is_set()
    assert bench.log.errors == []
    assert bench.slot.counts() == Counts(received=1, not_ready=1)


def test_an_unreadable_image_builds_nothing(bench):
    bench.worker.start()
    bench.offer_and_wait(0, 0)
    assert bench.network.prepared == []
    assert bench.slot.counts().failed == 1
    assert bench.log.errors == ['Image skipped: no pixels']


def test_a_size_that_the_network_cannot_take_costs_its_frames_only(bench):
    bench.worker.start()
    bench.network.errors[None] = FrameError('too small')
    bench.offer_and_wait(4, 6)
    bench.network.errors.clear()
    bench.offer_and_wait(8, 6)
    assert bench.log.errors == ['Image skipped: too small']
    assert (bench.slot.counts().failed, bench.slot.counts().answered) == (1, 1)
    assert not bench.failed.is_set()


def test_a_failed_build_costs_its_camera_only_where_another_has_its_engine(four):
    four.worker.start()
    four.offer_and_wait(4, 6, camera=0)
    four.network.errors[Shape(8, 6)] = HydranetError('no memory')
    four.offer_and_wait(8, 6, camera=1)
    four.offer_and_wait(8, 6, camera=1)
    four.offer_and_wait(4, 6, camera=0)
    assert not four.failed.is_set()
    assert four.slot.counts(0) == Counts(received=2, answered=2)
    assert four.slot.counts(1) == Counts(received=2, failed=2)
    assert four.log.errors[0] == 'No engine for images of 6x8: no memory'


def test_a_build_holds_no_other_camera(four):
    four.worker.start()
    four.offer_and_wait(4, 6, camera=0)
    four.network.may_build.clear()
    four.network.building.clear()
    four.offer(8, 6, camera=1)
    assert four.network.building.wait(20)
    four.offer(4, 6, camera=0)
    wait_until(lambda: four.slot.counts(0).answered == 2, 'answer')
    four.offer(8, 6, camera=1)
    assert four.slot.counts(1) == Counts(received=2, not_ready=1, in_flight=1)
    four.network.may_build.set()
    four.wait_for_the_end()
    assert four.slot.counts(1) == Counts(received=2, not_ready=1, answered=1)


def test_frames_that_are_ready_together_are_predicted_at_once(four):
    four.worker.max_batch, four.worker.batch_wait = 4, 20.0
    four.worker.start()
    for height, cameras in ((4, (0, 1, 2, 3)), (4, (3, 2, 1, 0))):
        for camera in cameras:
            four.offer(height, camera=camera)
        four.wait_for_the_end()
    wait_until(lambda: Shape(4, 6, 4) in four.network.prepared, 'engine of four')
    four.network.predicted.clear()
    for camera in (2, 0, 3, 1):
        four.offer(camera=camera)
    four.wait_for_the_end()
    assert four.network.predicted == [[2, 0, 3, 1]]  # the longest waiting first
    assert four.slot.counts() == Counts(received=12, answered=12)
    assert [len(camera.answered) for camera in four.cameras] == [3, 3, 3, 3]


def test_frames_do_not_wait_for_the_engine_of_their_batch(four):
    four.worker.max_batch = 4
    four.network.errors[Shape(4, 6, 4)] = HydranetError('no memory')
    for camera in range(4):
        four.offer(camera=camera)
    four.worker.start()
    four.wait_for_the_end()
    assert sorted(four.network.predicted) == [[0], [1], [2], [3]]
    wait_until(lambda: four.log.warnings, 'warning')
    assert four.log.warnings == [
        'No engine for 4 of 6x4, so fewer frames are predicted at once: no memory'
    ]
    assert not four.failed.is_set()


def test_only_frames_of_one_size_are_predicted_at_once(four):
    four.worker.max_batch, four.worker.batch_wait = 4, 20.0
    four.worker.start()
    for _ in range(2):
        for camera in range(4):
            four.offer(height=4 + 4 * (camera % 2), camera=camera)
        four.wait_for_the_end()
        wait_until(lambda: len(four.network.prepared) == 4, 'engines')
        four.network.predicted.clear()
    for camera in range(4):
        four.offer(height=4 + 4 * (camera % 2), camera=camera)
    four.wait_for_the_end()
    assert four.network.predicted == [[0, 2], [1, 3]]


def test_a_cpu_predicts_frames_one_by_one(four):
    four.worker.start()
    for camera in range(4):
        four.offer(camera=camera)
    four.wait_for_the_end()
    assert sorted(four.network.predicted) == [[0], [1], [2], [3]]
    assert four.network.prepared == [(4, 6, 1)]


def test_an_error_costs_one_camera_of_a_batch(four):
    four.worker.max_batch, four.worker.batch_wait = 4, 20.0
    four.worker.start()
    four.cameras[2].error = ZeroDivisionError('broken')
    for camera in range(4):
        four.offer(camera=camera)
    four.wait_for_the_end()
    assert [four.slot.counts(camera).failed for camera in range(4)] == [0, 0, 1, 0]
    assert four.slot.counts().answered == 3


def test_nobody_watching_means_no_prediction(bench):
    bench.cameras[0].watched = False
    bench.worker.start()
    for _ in range(3):
        bench.offer_and_wait()
    assert bench.network.prepared == [(4, 6, 1)]
    assert bench.network.predicted == []
    assert bench.slot.counts() == Counts(received=3, unwatched=3)
