# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which model serves; its colours, classes and limits come and go with it."""

from collections.abc import Sequence
from dataclasses import replace
import threading

from hydranet_ros.ros.answering import FrameAnswerer
from hydranet_ros.ros.frames import AnswerRules
from hydranet_ros.ros.network_loader import recipe
from hydranet_ros.ros.served_model import ServedModel
from hydranet_ros.ros.settings import Settings


class Serving:
    """Tell the answerers what the model is and how it is shown. Thread-safe.

    Args:
        model: what serves at first.
        settings: the node's parameters.
        answerers: of the cameras.

    Attributes:
        model: what serves.
        recipe: what was loaded for it.

    """

    def __init__(
        self, model: ServedModel, settings: Settings, answerers: Sequence[FrameAnswerer]
    ) -> None:
        self._answerers = answerers
        self._lock = threading.Lock()
        self._settings = settings
        self._classes = settings.classes
        self.model = model
        self.recipe = recipe(settings)
        self._show()

    def apply(self, settings: Settings) -> None:
        """Follow the parameters."""
        with self._lock:
            self._settings = settings
            self._show()

    def take_over(self, settings: Settings, model: ServedModel) -> None:
        """Let the model that these settings name serve; called between two frames."""
        with self._lock:
            self.model = model
            self.recipe = recipe(settings)
            self._show()

    def _show(self) -> None:
        # Classes that the model has not are of one that is to come: until then, as before.
        if self.model.knows(self._settings.classes):
            self._classes = self._settings.classes
        settings = replace(self._settings, classes=self._classes)
        model = self.model
        rules = AnswerRules(
            model.tasks, model.derived(settings), model.filter(settings), model.look(settings)
        )
        for answerer in self._answerers:
            answerer.rules = rules
