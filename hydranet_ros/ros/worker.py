# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The one thread that uses the network: it loads, answers the newest frames, and frees."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
import threading
from typing import Any

from hydranet_ros.deploy.request import Shape
from hydranet_ros.errors import HydranetError
from hydranet_ros.errors import in_words
from hydranet_ros.perception import Perception
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.frames import Frame
from hydranet_ros.ros.running_network import RunningNetwork
from hydranet_ros.ros.slot import FrameSlot
from hydranet_ros.ros.worker_state import WorkerState
from hydranet_ros.shared_perception import SharedPerception


class Worker:
    """Answer the newest frames of a slot, with engines built for their sizes.

    Args:
        slot: where the frames come from; its counts are kept here.
        load: makes the network; called on the worker's thread.
        answerers: of the cameras, as the slot numbers them; an exception costs that frame only.
        on_failed: called on another thread when the network cannot run.
        logger: an rclpy logger.

    Attributes:
        error: the sentence of the failure, '' before one.
        loaded: set once the network is there, or cannot be.
        stopped: whether nobody waits for the network any more.
        max_batch: how many frames to predict at once at most; 0: as the backend likes it.
        batch_wait: seconds to wait for that many.

    """

    def __init__(
        self,
        slot: FrameSlot[Frame],
        load: Callable[[], SharedPerception],
        answerers: Sequence[FrameAnswerer],
        on_failed: Callable[[], None],
        logger: Any,
    ) -> None:
        self._slot = slot
        self._load = load
        self._answerers = answerers
        self._on_failed = on_failed
        self._logger = logger
        self._running: RunningNetwork | None = None
        self._in_hand = threading.Lock()
        self._built_before = 0
        self.loaded = threading.Event()
        self.error = ''
        self.stopped = False
        self.max_batch = 0
        self.batch_wait = 0.0
        # A daemon, because the interpreter could not end while an engine is being built.
        self._thread = threading.Thread(target=self._run, name='perception', daemon=True)

    @property
    def perception(self) -> Perception | None:
        """The loaded model, None before and after."""
        running = self._running
        return None if running is None else running.network.perception

    @property
    def state(self) -> WorkerState:
        """What the worker is at."""
        if self.error:
            return WorkerState.FAILED
        running = self._running
        return WorkerState.LOADING if running is None else running.state

    @property
    def built(self) -> int:
        """How many engines were made ready."""
        running = self._running
        return self._built_before + (0 if running is None else running.builder.built)

    @property
    def shapes(self) -> list[Shape]:
        """The engines that are in use."""
        running = self._running
        return [] if running is None else running.shapes

    def start(self) -> None:
        """Begin to load."""
        self._thread.start()

    def stop(self, timeout_s: float) -> bool:
        """Finish the frames in hand, free the engines and end the thread.

        Returns:
            False where an engine is still being built; it is freed when that is done.

        """
        self.stopped = True
        self._slot.close()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def replace(self, network: SharedPerception, take_over: Callable[[], None]) -> RunningNetwork:
        """Answer with another network from the next frame on.

        Engines of it that are not there are built when a frame needs them. HydranetError where
        there is none to replace; that, or an exception of `take_over`, leaves all as it is.

        Args:
            network: what answers; the worker frees it.
            take_over: called between the last frame of the old one and the first of the new one.

        Returns:
            The network before, for the caller to free.

        """
        with self._in_hand:
            before = self._running
            if self.stopped or self.error or before is None:
                raise HydranetError('The node does not run a network that could be replaced.')
            running = self._set_up(network, before)
            try:
                take_over()
            except BaseException:
                running.builder.end()
                raise
            self._retire(before)
            self._running = running
        # What waits for an engine of the old one is looked at again.
        self._slot.release()
        return before

    def _run(self) -> None:
        try:
            self._running = self._set_up(self._load())
            self.loaded.set()
            while taken := self._slot.take(self._most(), self.batch_wait):
                self._dispatch(taken)
        except Exception as error:
            self._fail(in_words(error))
        finally:
            self.loaded.set()
            with self._in_hand:
                running, self._running = self._running, None
                if running is not None:
                    self._retire(running)
            if running is not None:
                running.free()

    def _set_up(
        self, network: SharedPerception, before: RunningNetwork | None = None
    ) -> RunningNetwork:
        sizes = None if before is None else before.dispatcher.sizes
        return RunningNetwork(
            network, self._slot, self._answerers, self._on_unbuilt, self._logger, sizes
        )

    def _retire(self, running: RunningNetwork) -> None:
        running.builder.end()
        self._built_before += running.builder.built

    def _most(self) -> int:
        assert self._running is not None, 'set up'
        return self._running.dispatcher.most(self.max_batch)

    def _dispatch(self, taken: Sequence[tuple[int, Frame]]) -> None:
        with self._in_hand:
            assert self._running is not None, 'set up'
            self._running.dispatcher.dispatch(taken)

    def _on_unbuilt(self, running: RunningNetwork, shape: Shape, reason: str) -> None:
        """Go on, on the builder's thread, where a camera has its engine."""
        with self._in_hand:
            if running is not self._running:
                return  # another network serves by now
            if running.dispatcher.answering:
                self._logger.error(f'No engine for images of {shape}: {reason}')
            else:
                self._fail(reason)
                self._slot.close()

    def _fail(self, text: str) -> None:
        self.error = text
        for camera in range(len(self._answerers)):
            self._slot.set_ready(False, camera)
        if not self.stopped:
            self._logger.error(f'The network cannot run: {text}')
            self._on_failed()
