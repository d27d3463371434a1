# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Another network in place of the one that serves: loaded and built while that one goes on."""

from collections.abc import Callable
from collections.abc import Iterator
import threading
from typing import Any

from hydranet_ros.errors import HydranetError
from hydranet_ros.errors import in_words
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.memory_watch import give_back_memory
from hydranet_ros.ros.network_loader import NetworkLoader
from hydranet_ros.ros.running_network import RunningNetwork
from hydranet_ros.ros.served_model import ServedModel
from hydranet_ros.ros.serving import Serving
from hydranet_ros.ros.settings import Settings
from hydranet_ros.ros.worker import Worker

LOADED_POLL_S = 0.1


class ModelSwitch:
    """Carry out one switch at a time; a newer request supersedes the one in hand.

    It can be given up until the new network takes over; from then on that one serves.

    Args:
        worker: whose network is replaced.
        serving: is told of the model that serves from then on, between two frames.
        on_done: called on the thread of the switch when another network serves, and when none
            will.
        logger: an rclpy logger.

    Attributes:
        pending: what is being loaded or built.
        error: why the last switch failed, '' where it did not or another is in hand.

    """

    def __init__(
        self, worker: Worker, serving: Serving, on_done: Callable[[], None], logger: Any
    ) -> None:
        self._worker = worker
        self._serving = serving
        self._on_done = on_done
        self._logger = logger
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loader: NetworkLoader | None = None
        self.pending: ServedModel | None = None
        self.error = ''

    @property
    def progress(self) -> str:
        """What the switch in hand is at, '' where there is none."""
        with self._lock:
            if self.pending is None or self._loader is None:
                return ''
            return f'to {self.pending.card.name}: {self._loader.progress or "loading the model"}'

    @property
    def idle(self) -> bool:
        """Whether none is in hand, and the last one did not fail."""
        with self._lock:
            return self.pending is None and not self.error

    def troubles(self) -> Iterator[Reason]:
        """Say that the parameters name what could not be."""
        if self.error:
            yield Reason(
                'switch',
                'The network that the parameters name cannot run, '
                f'{self._serving.model.card.name} goes on as before: {self.error} Set them back, '
                'or to others.',
            )

    def request(self, settings: Settings, model: ServedModel) -> None:
        """Begin to switch to the model that the settings name, in place of the one in hand."""
        loader = NetworkLoader(settings, self._logger)
        with self._lock:
            self._give_up()
            self._loader, self.pending = loader, model
            # A daemon, because the interpreter could not end while an engine is being built.
            self._thread = threading.Thread(
                target=self._run,
                args=(model, loader, self._thread),
                name='model switch',
                daemon=True,
            )
            self._thread.start()

    def cancel(self, error: str = '') -> None:
        """Give up the switch in hand, for an error, and forget that the last one failed."""
        with self._lock:
            self._give_up(error)

    def join(self, timeout_s: float) -> bool:
        """Wait for the end; False where a build goes on, which is freed when it is done."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _give_up(self, error: str = '') -> None:
        if self._loader is not None:
            self._loader.stopped = True
        self._forget(error)

    def _forget(self, error: str = '') -> None:
        self._loader = self.pending = None
        self.error = error

    def _run(
        self, model: ServedModel, loader: NetworkLoader, before: threading.Thread | None
    ) -> None:
        if before is not None:
            before.join()
        try:
            self._switch(model, loader)
        except Exception as error:
            self._fail(loader, in_words(error))

    def _fail(self, loader: NetworkLoader, error: str) -> None:
        with self._lock:
            if loader is not self._loader:
                return  # given up
            self._forget(error)
        self._on_done()

    def _switch(self, model: ServedModel, loader: NetworkLoader) -> None:
        while not self._worker.loaded.wait(LOADED_POLL_S):
            _go_on(loader)
        _go_on(loader)
        network = loader()
        loader_before = self._serving.loader
        try:
            for shape in self._worker.shapes:
                _go_on(loader)
                network.prepare(*shape)
            before = self._worker.replace(network, lambda: self._take_over(model, loader))
        except BaseException:
            network.close()
            raise
        loader_before.stopped = True
        self._on_done()
        self._logger.info(f'Switched to {network.perception.description}.')
        self._free(before)

    def _take_over(self, model: ServedModel, loader: NetworkLoader) -> None:
        with self._lock:
            _go_on(loader)
            self._serving.take_over(model, loader)
            self._forget()

    def _free(self, before: RunningNetwork) -> None:
        try:
            before.free()
        except Exception as error:
            self._logger.error(
                'The network that served before could not be freed, so its memory may be lost '
                f'until the process ends: {type(error).__name__}: {error}'
            )
        give_back_memory()


def _go_on(loader: NetworkLoader) -> None:
    if loader.stopped:
        raise HydranetError('Another choice was made meanwhile.')
