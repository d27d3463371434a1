# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which model serves; its colours, classes and limits come and go with it."""

from collections.abc import Sequence
from dataclasses import replace
import threading

from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.frames import AnswerRules
from hydranet_ros.ros.network_loader import NetworkLoader
from hydranet_ros.ros.served_model import ServedModel
from hydranet_ros.ros.settings import Settings
from hydranet_ros.shared_perception import Recipe


class Serving:
    """Tell the answerers what the model is and how it is shown. Thread-safe.

    Args:
        model: what serves at first.
        loader: of its network.
        settings: the node's parameters.
        answerers: of the cameras.

    Attributes:
        model: what serves.
        loader: of its network; it is asked again when an engine is built.

    """

    def __init__(
        self,
        model: ServedModel,
        loader: NetworkLoader,
        settings: Settings,
        answerers: Sequence[FrameAnswerer],
    ) -> None:
        self._answerers = answerers
        self._lock = threading.Lock()
        self._settings = settings
        self._classes = settings.classes
        self.model = model
        self.loader = loader
        self._show(model)

    @property
    def recipe(self) -> Recipe:
        """What was loaded for the model that serves."""
        return self.loader.recipe

    def apply(self, settings: Settings) -> None:
        """Follow the parameters."""
        with self._lock:
            self._settings = settings
            self._show(self.model)

    def take_over(self, model: ServedModel, loader: NetworkLoader) -> None:
        """Let another model serve; called between two frames.

        HydranetError where it lacks classes that were chosen meanwhile: all stays as it is.
        """
        with self._lock:
            self._show(model)
            self.model, self.loader = model, loader

    def _show(self, model: ServedModel) -> None:
        # Classes that the model has not are of one that is to come: until then, as before.
        chosen = self._settings.classes
        classes = chosen if model.knows(chosen) else self._classes
        settings = replace(self._settings, classes=classes)
        rules = AnswerRules(
            model.tasks, model.derived(settings), model.filter(settings), model.look(settings)
        )
        self._classes = classes
        for answerer in self._answerers:
            answerer.rules = rules
