# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One Perception for all in this process that ask for the same, freed when the last one goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
import threading

from hydranet_ros.deploy.engine_pool import KEPT
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.perception import Perception

Progress = Callable[[int, int | None], None]
OnBuild = Callable[[str], None]


@dataclass(frozen=True)
class Recipe:
    """What Perception.load takes; equal recipes share their Perception."""

    model: str
    weights: str | None = None
    backend: str = 'auto'
    precision: str = 'auto'
    domain: str | None = None
    input_size: tuple[int, int] | None = None
    input_scale: float = 1.0
    threads: int | None = None
    builder: BuilderOptions = field(default_factory=BuilderOptions)


@dataclass
class _Entry:
    """A Perception and how many engines each of its users needs; `lock`: of loading, building."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    perception: Perception | None = None
    needs: list[int] = field(default_factory=list)
    on_build: OnBuild = lambda line: None


_entries: dict[Recipe, _Entry] = {}
_lock = threading.Lock()


class SharedPerception:
    """Use a Perception together with others; thread-safe but for `close`.

    Attributes:
        perception: the shared one. Do not close it, and prepare engines by this object.

    """

    def __init__(
        self,
        recipe: Recipe,
        *,
        engines: int = 1,
        progress: Progress | None = None,
        on_build: OnBuild = lambda line: None,
        on_built: Callable[[], None] = lambda: None,
    ) -> None:
        """Load the Perception, or wait for it where another user loads it; HydranetError.

        engines: how many this user keeps using. progress, on_build: as of Perception.load, called
        for what this user loads and builds; what they raise ends that. on_built: called at the
        end of each `prepare`, good or bad.
        """
        self._recipe = recipe
        self._on_build = on_build
        self._on_built = on_built
        self._engines = engines
        with _lock:
            self._entry: _Entry | None = _entries.setdefault(recipe, _Entry())
            self._entry.needs.append(engines)
        try:
            self.perception = self._loaded(self._entry, progress)
        except BaseException:
            self.close()
            raise

    def prepare(self, height: int, width: int, batch: int = 1) -> None:
        """Build the engine for frames of this size, or load it from the cache (seconds)."""
        entry = self._entry
        assert entry is not None, 'closed'
        with entry.lock:
            entry.on_build = self._on_build
            try:
                self.perception.prepare(height, width, batch)
            finally:
                self._on_built()

    def close(self) -> None:
        """Free the engines where nobody else uses them."""
        entry, self._entry = self._entry, None
        if entry is None:
            return
        with _lock:
            entry.needs.remove(self._engines)
            last = not entry.needs
            if last:
                del _entries[self._recipe]
        if last and entry.perception is not None:
            entry.perception.close()

    def _loaded(self, entry: _Entry, progress: Progress | None) -> Perception:
        # Not under the lock once it is loaded, because another user may build for minutes.
        perception = entry.perception
        if perception is None:
            with entry.lock:
                perception = entry.perception = entry.perception or Perception.load(
                    **{one.name: getattr(self._recipe, one.name) for one in fields(Recipe)},
                    progress=progress,
                    on_build=lambda line: entry.on_build(line),
                )
        perception.engines.kept = max(KEPT, sum(entry.needs))
        return perception
