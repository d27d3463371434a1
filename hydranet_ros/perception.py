# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The API without ROS: a frame in, what every pixel is and how far away it is out."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import replace
import logging
from pathlib import Path
import threading

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.engine_pool import EnginePool
from hydranet_ros.deploy.engine_pool import KEPT
from hydranet_ros.deploy.input_size import InputSize
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.request import EngineSettings
from hydranet_ros.deploy.request import Shape
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.deploy.selection import choose
from hydranet_ros.errors import HydranetError
from hydranet_ros.metric_depth import MetricDepth
from hydranet_ros.prediction import arrays_of
from hydranet_ros.prediction import common_size
from hydranet_ros.prediction import frames_of
from hydranet_ros.prediction import OUTPUTS
from hydranet_ros.prediction import outputs_wanted
from hydranet_ros.prediction import Prediction
from hydranet_ros.prediction import TASK_OF
from hydranet_ros.resources import DEFAULT_MODEL
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.resolve import resolve_model_file

_log = logging.getLogger(__name__)


class Perception:
    """A model on a backend. Thread-safe: frames of several threads are taken one at a time.

    `engines` are those in memory, and what each of them is; `spoilt` counts the frames for which
    the network computed NaN or infinity, as far as a sample of its outputs shows.
    """

    def __init__(self, settings: EngineSettings, choice: Choice, kept_engines: int = KEPT) -> None:
        self.card = card = settings.card
        self.model_file = settings.model_file
        self.domain = settings.domain
        self.classes: tuple[SemanticClass, ...] = card.classes_of(self.domain)
        self.palette: npt.NDArray[np.uint8] = card.palette(self.domain)
        self.depth_range: DepthRange | None = card.depth_of(self.domain)
        self.outputs = tuple(name for name in OUTPUTS if TASK_OF[name] in self.model_file.heads)
        self.engines = EnginePool(settings, choice, kept_engines)
        self._input_size = settings.input_size
        self._metric_depth = MetricDepth(card.name, self.depth_range)
        self._of_thread = threading.local()
        self.spoilt = 0

    @classmethod
    def load(
        cls,
        model: str | Path = DEFAULT_MODEL,
        *,
        weights: str | Path | None = None,
        backend: str = 'auto',
        precision: str = 'auto',
        domain: str | None = None,
        input_size: tuple[int, int] | None = None,
        input_scale: float = 1.0,
        threads: int | None = None,
        builder: BuilderOptions | None = None,
        kept_engines: int = KEPT,
        progress: Callable[[int, int | None], None] | None = None,
        on_build: Callable[[str], None] = lambda line: None,
    ) -> 'Perception':
        """Load a model by its card's name or path, downloading its weights on first use.

        weights: a local .onnx or checkpoint in place of the card's. backend: auto or one of
        Backend; precision: auto or one of Precision (docs/engines.md). input_size: (height, width)
        that the network sees, else the frame's times input_scale. threads: None for all. builder:
        how TensorRT builds. kept_engines: how many stay in memory, one for each frame size and
        batch. progress: called with the bytes downloaded and their total. on_build: called with a
        line for people while an engine is built. Raises HydranetError with what to do about it.
        """
        size = InputSize(input_size, input_scale)
        if threads is not None and threads < 0:
            raise HydranetError(f'threads is {threads}; give a number from 1, or None for all.')
        card = load_card(model)
        _log.info('Weights of %s: %s', card.name, card.licence_note)
        choice = choose(backend, precision)
        chosen = card.select_domain(domain)
        settings = EngineSettings(
            card,
            read_model_file(resolve_model_file(card, weights, progress)),
            size,
            chosen.name if chosen else None,
            threads or 0,
            builder or BuilderOptions(),
            on_build,
        )
        perception = cls(settings, choice, kept_engines)
        _log.info('%s on %s: %s', card.name, perception.description, choice.reason)
        return perception

    @property
    def choice(self) -> Choice:
        """What the engine built last is; what was chosen at first, before any is."""
        return self.engines.choice

    @property
    def backend(self) -> str:
        """The backend's name."""
        return self.choice.backend.value

    @property
    def precision(self) -> str:
        """The precision's name, of the engine built last."""
        return self.choice.precision.value

    @property
    def description(self) -> str:
        """Backend, precision and device in words; where precisions differ, each with its size."""
        return self.engines.description

    @property
    def refused(self) -> tuple[str, ...]:
        """A sentence for each engine that differed too much from fp32 and was replaced."""
        return self.engines.refused

    @property
    def timings(self) -> Timings:
        """Seconds of the calling thread's last predict, stage by stage."""
        return getattr(self._of_thread, 'timings', Timings())

    def prepare(self, height: int, width: int, batch: int = 1) -> None:
        """Build the engine for frames of this size, or load it from the cache (seconds).

        Other threads may predict frames of other sizes meanwhile.
        """
        self.engines.prepare(Shape(height, width, batch))

    def predict(
        self,
        rgb: npt.NDArray[np.uint8] | Sequence[npt.NDArray[np.uint8]],
        *,
        fx: float | Sequence[float] | None = None,
        depth_scale: float | Sequence[float] | None = None,
        out: Prediction | Sequence[Prediction] | None = None,
        wanted: Collection[str] | None = None,
        keep_unlearned: bool = False,
    ) -> Prediction | list[Prediction]:
        """Predict one frame, uint8 (H, W, 3) RGB, or a batch: (N, H, W, 3) or equal frames.

        fx: the camera's focal length in pixels at the frame's size, one or one a frame; depth is
        in that camera's metres then, and in those of the card's canonical camera without it
        (docs/depth.md). depth_scale: in place of fx, what the network's metres are multiplied by.
        out: Predictions whose arrays are written and returned. wanted: names of the outputs to
        compute, all by default. keep_unlearned: leave depths outside the card's range as they are,
        which are NaN otherwise. A batch gives a list. Raises HydranetError.
        """
        frames, single = frames_of(rgb)
        height, width = common_size(frames)
        wanted = outputs_wanted(wanted, self.outputs, self.card.name)
        seen = self.input_size_for(height, width)
        scales = self._metric_depth.factors(fx, depth_scale, len(frames), (height, width), seen)
        arrays = arrays_of(out, len(frames), height, width)
        with self.engines.use(Shape(height, width, len(frames))) as engine:
            results = engine.run(frames, scales, wanted, arrays)
            self._of_thread.timings = replace(engine.timings)
            self.spoilt += engine.spoilt
            if 'depth' in wanted:
                for result, scale in zip(results, scales, strict=True):
                    if not keep_unlearned:
                        self._metric_depth.drop_unlearned(result['depth'], float(scale))
                if depth_scale is None:
                    self._metric_depth.tell(fx is not None, (height, width), seen)
        predictions = [Prediction(**result) for result in results]
        return predictions[0] if single else predictions

    def close(self) -> None:
        """Free the engines; later calls raise HydranetError."""
        self.engines.close()

    def __enter__(self) -> 'Perception':
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def input_size_for(self, height: int, width: int) -> tuple[int, int]:
        """Give the (height, width) that the network sees for a frame of this size."""
        return self._input_size.of_frame(height, width)

    def depth_scale_for(self, fx: float, height: int, width: int) -> float:
        """Give what depth is multiplied by for a camera of that fx (pixels) and frame size.

        1 where the card does not state the focal length of its metres.
        """
        seen = self.input_size_for(height, width)
        return self._metric_depth.factor(fx, (height, width), seen)
