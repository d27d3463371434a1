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
from hydranet_ros.perception import Perception
from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.dispatcher import Dispatcher
from hydranet_ros.ros.engine_builder import EngineBuilder
from hydranet_ros.ros.frames import Frame
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
        self._network: SharedPerception | None = None
        self._builder: EngineBuilder | None = None
        self._dispatcher: Dispatcher | None = None
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
        network = self._network
        return None if network is None else network.perception

    @property
    def state(self) -> WorkerState:
        """What the worker is at."""
        if self.error:
            return WorkerState.FAILED
        if self._builder is None or self._dispatcher is None:
            return WorkerState.LOADING
        if self._dispatcher.answering:
            return WorkerState.READY
        return WorkerState.BUILDING if self._builder.building else WorkerState.WAITING

    @property
    def built(self) -> int:
        """How many engines were made ready."""
        return self._built_before + (0 if self._builder is None else self._builder.built)

    @property
    def shapes(self) -> list[Shape]:
        """The engines that are in use."""
        perception, dispatcher = self.perception, self._dispatcher
        if perception is None or dispatcher is None:
            return []
        known = [one.shape for one in perception.engines.infos]
        return [shape for shape in known if shape[:2] in dispatcher.sizes]

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

    def replace(self, network: SharedPerception, take_over: Callable[[], None]) -> None:
        """Answer with another network from the next frame on, and free the one before.

        Returns once that is free. Engines of the new one that are not there are built when a
        frame needs them. HydranetError where there is none to replace.

        Args:
            network: what answers; the worker frees it.
            take_over: called between the last frame of the old one and the first of the new one.

        """
        with self._in_hand:
            if self.stopped or self.error or self._network is None:
                raise HydranetError('The node does not run a network that could be replaced.')
            before, builder = self._network, self._builder
            take_over()
            self._set_up(network)
        # What waits for an engine of the old one is looked at again.
        self._slot.release()
        _free(before, builder)

    def _run(self) -> None:
        try:
            self._set_up(self._load())
            self.loaded.set()
            while taken := self._slot.take(self._most(), self.batch_wait):
                self._dispatch(taken)
        except HydranetError as error:
            self._fail(str(error))
        except Exception as error:
            self._fail(f'{type(error).__name__}: {error}')
        finally:
            self.loaded.set()
            with self._in_hand:
                network, self._network = self._network, None
            _free(network, self._builder)

    def _set_up(self, network: SharedPerception) -> None:
        if self._builder is not None:
            self._builder.end()
            self._built_before += self._builder.built
        known = None if self._dispatcher is None else self._dispatcher.sizes
        self._builder = EngineBuilder(network, self._slot.release, self._on_unbuilt, self._logger)
        self._dispatcher = Dispatcher(
            network.perception, self._builder, self._slot, self._answerers, self._logger, known
        )
        self._network = network

    def _most(self) -> int:
        assert self._dispatcher is not None, 'set up'
        return self._dispatcher.most(self.max_batch)

    def _dispatch(self, taken: Sequence[tuple[int, Frame]]) -> None:
        with self._in_hand:
            assert self._dispatcher is not None, 'set up'
            self._dispatcher.dispatch(taken)

    def _on_unbuilt(self, shape: Shape, reason: str) -> None:
        """Go on, on the builder's thread, where a camera has its engine."""
        if self._dispatcher is not None and self._dispatcher.answering:
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


def _free(network: SharedPerception | None, builder: EngineBuilder | None) -> None:
    """Free a network once its builder has ended."""
    if builder is not None:
        builder.end()
        builder.join()
    if network is not None:
        network.close()
