# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Build engines in a thread of its own, while frames of other sizes are answered."""

from collections import OrderedDict
from collections.abc import Callable
import threading
from typing import Any

from hydranet_ros.deploy.request import Shape
from hydranet_ros.errors import FrameError
from hydranet_ros.errors import in_words
from hydranet_ros.shared_perception import SharedPerception

LOG_PERIOD_S = 5.0
_REMEMBERED = 64  # shapes that cannot be; a camera may send any number of them


class EngineBuilder:
    """Build what is requested, one at a time, engines for single frames first.

    Args:
        network: what the engines are of.
        on_done: called in the thread after each shape, built or refused.
        on_failed: called in the thread with a shape and why it cannot be built.
        logger: an rclpy logger.

    Attributes:
        building: what is being built, None between builds.
        built: how many engines were made ready that were not there.

    """

    def __init__(
        self,
        network: SharedPerception,
        on_done: Callable[[], None],
        on_failed: Callable[[Shape, str], None],
        logger: Any,
    ) -> None:
        self._network = network
        self._on_done = on_done
        self._on_failed = on_failed
        self._logger = logger
        self._condition = threading.Condition()  # reentrant
        self._requested: list[Shape] = []
        self._refused: OrderedDict[Shape, str] = OrderedDict()
        self._ended = False
        self.building: Shape | None = None
        self.built = 0
        # A daemon, because the interpreter could not end while an engine is being built.
        self._thread = threading.Thread(target=self._run, name='engine builder', daemon=True)
        self._thread.start()

    def ready(self, shape: Shape) -> bool:
        """Tell whether the engine of a shape is there."""
        return self._network.perception.engines.info(shape) is not None

    def refusal(self, shape: Shape) -> str:
        """Return why there will be no engine of a shape, or '' where there may be one."""
        with self._condition:
            return self._refused.get(shape, '')

    def asked(self, shape: Shape) -> bool:
        """Tell whether an engine is asked for and not done."""
        with self._condition:
            return shape in self._requested or shape == self.building

    def request(self, shape: Shape) -> bool:
        """Ask for an engine; `on_done` will be called for it, unless False: it was refused."""
        with self._condition:
            if shape in self._refused:
                return False
            if not self.asked(shape):
                self._requested.append(shape)
                self._requested.sort(key=lambda one: one.batch)
                self._condition.notify()
            return True

    def end(self) -> None:
        """Begin no further build."""
        with self._condition:
            self._ended = True
            self._condition.notify()

    def join(self) -> None:
        """Wait for the build in hand."""
        self._thread.join()

    def _run(self) -> None:
        while (shape := self._next()) is not None:
            if self.ready(shape):  # it was asked for as it was made, or another node made it
                self._finish(shape)
                continue
            # Throttled, because a camera may send a size that is refused, or two in turn.
            self._logger.info(
                f'Building the engine for images of {shape}.', throttle_duration_sec=LOG_PERIOD_S
            )
            try:
                self._network.prepare(*shape)
            except FrameError as error:
                self._finish(shape, refusal=str(error))
            except Exception as error:
                self._finish(shape, refusal=in_words(error), failed=True)
            else:
                self._finish(shape, made=True)

    def _next(self) -> Shape | None:
        with self._condition:
            self._condition.wait_for(lambda: self._ended or self._requested)
            self.building = None if self._ended else self._requested.pop(0)
            return self.building

    def _finish(
        self, shape: Shape, refusal: str = '', failed: bool = False, made: bool = False
    ) -> None:
        with self._condition:
            self.building = None
            self.built += made
            if refusal:
                self._refused[shape] = refusal
            if len(self._refused) > _REMEMBERED:
                self._refused.popitem(last=False)
            ended = self._ended
        if ended:
            return
        if failed and shape.batch > 1:
            self._logger.warning(
                f'No engine for {shape}, so fewer frames are predicted at once: {refusal}'
            )
        elif failed:
            self._on_failed(shape, refusal)
        elif made:
            self._logger.info(
                f'Ready: {self._network.perception.description}.',
                throttle_duration_sec=LOG_PERIOD_S,
            )
        self._on_done()
