# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Another network in place of the one that serves: loaded and built while that one goes on."""

from collections.abc import Callable
from collections.abc import Iterator
import threading
from typing import Any

from hydranet_ros.errors import HydranetError
from hydranet_ros.ros.health import Reason
from hydranet_ros.ros.memory_watch import give_back_memory
from hydranet_ros.ros.network_loader import NetworkLoader
from hydranet_ros.ros.served_model import ServedModel
from hydranet_ros.ros.settings import Settings
from hydranet_ros.ros.worker import Worker

LOADED_POLL_S = 0.1


class ModelSwitch:
    """Carry out one switch at a time; a newer request supersedes the one in hand.

    Args:
        worker: whose network is replaced.
        take_over: called with the parameters and the model that serves by them from now on,
            between two frames.
        on_done: called on the thread of the switch when that has ended, well or badly.
        logger: an rclpy logger.

    Attributes:
        pending: what is being loaded or built.
        error: why the last switch failed, '' where it did not or another is in hand.

    """

    def __init__(
        self,
        worker: Worker,
        take_over: Callable[[Settings, ServedModel], None],
        on_done: Callable[[], None],
        logger: Any,
    ) -> None:
        self._worker = worker
        self._take_over = take_over
        self._on_done = on_done
        self._logger = logger
        self._thread: threading.Thread | None = None
        self._loader: NetworkLoader | None = None
        self.pending: ServedModel | None = None
        self.error = ''

    @property
    def progress(self) -> str:
        """What the switch in hand is at, '' where there is none."""
        pending, loader = self.pending, self._loader
        if pending is None or loader is None:
            return ''
        return f'to {pending.card.name}: {loader.progress or "loading the model"}'

    def troubles(self, serving: ServedModel) -> Iterator[Reason]:
        """Say that the parameters name what could not be; `serving`: what goes on."""
        if self.error:
            yield Reason(
                'switch',
                f'The network that the parameters name cannot run, {serving.card.name} goes on as '
                f'before: {self.error} Set them back, or to others.',
            )

    def request(self, settings: Settings, model: ServedModel) -> None:
        """Begin to switch to the model that the settings name, in place of the one in hand."""
        self.cancel()
        before = self._thread
        loader = NetworkLoader(settings, self._logger)
        self._loader, self.pending = loader, model
        # A daemon, because the interpreter could not end while an engine is being built.
        self._thread = threading.Thread(
            target=self._run,
            args=(settings, model, loader, before),
            name='model switch',
            daemon=True,
        )
        self._thread.start()

    def cancel(self) -> None:
        """Give up the switch in hand, and forget that the last one failed."""
        if self._loader is not None:
            self._loader.stopped = True
        self.pending = None
        self.error = ''

    def stop(self, timeout_s: float) -> bool:
        """Give up; False where a build goes on, which is freed when it is done."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _run(
        self,
        settings: Settings,
        model: ServedModel,
        loader: NetworkLoader,
        before: threading.Thread | None,
    ) -> None:
        if before is not None:
            before.join()
        error = ''
        try:
            self._switch(loader, lambda: self._take_over(settings, model))
        except HydranetError as failure:
            error = str(failure)
        except Exception as failure:
            error = f'{type(failure).__name__}: {failure}'
        if not loader.stopped:
            self.error = error
            self.pending = None
            self._on_done()

    def _switch(self, loader: NetworkLoader, take_over: Callable[[], None]) -> None:
        while not self._worker.loaded.wait(LOADED_POLL_S):
            _go_on(loader)
        _go_on(loader)
        network = loader()
        try:
            for shape in self._worker.shapes:
                _go_on(loader)
                network.prepare(*shape)
            _go_on(loader)
            self._worker.replace(network, take_over)
        except BaseException:
            network.close()
            raise
        give_back_memory()
        self._logger.info(f'Switched to {network.perception.description}.')


def _go_on(loader: NetworkLoader) -> None:
    if loader.stopped:
        raise HydranetError('Another choice was made meanwhile.')
