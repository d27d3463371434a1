# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The API without ROS: a frame in, what every pixel is and how far away it is out."""

from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import replace
import logging
from pathlib import Path
import threading
from types import TracebackType

import numpy as np
import numpy.typing as npt

from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.build import Refused
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.input_size import InputSize
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.deploy.selection import choose
from hydranet_ros.deploy.selection import next_precision
from hydranet_ros.errors import FrameError
from hydranet_ros.errors import HydranetError
from hydranet_ros.metric_depth import MetricDepth
from hydranet_ros.prediction import arrays_of
from hydranet_ros.prediction import common_size
from hydranet_ros.prediction import frames_of
from hydranet_ros.prediction import OUTPUTS
from hydranet_ros.prediction import Prediction
from hydranet_ros.prediction import TASK_OF
from hydranet_ros.resources import DEFAULT_MODEL
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import DepthRange
from hydranet_ros.zoo.card_types import ModelCard
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.model_file import ModelFile
from hydranet_ros.zoo.model_file import read_model_file
from hydranet_ros.zoo.resolve import resolve_model_file

_log = logging.getLogger(__name__)
_KEPT_ENGINES = 4  # frame sizes whose engines stay in memory


class Perception:
    """A model on a backend. Thread-safe: frames of several threads are taken one at a time.

    `choice` is what runs, also after an engine was refused; `parity` how the engine built last
    compares with fp32, None before; `refused` has a sentence for each that was refused.
    """

    def __init__(
        self,
        card: ModelCard,
        model_file: ModelFile,
        choice: Choice,
        *,
        domain: str | None = None,
        input_size: InputSize | None = None,
        threads: int | None = None,
        builder: BuilderOptions | None = None,
        on_progress: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.card = card
        self.choice = choice
        chosen = card.select_domain(domain)
        self.domain = chosen.name if chosen else None
        self.classes: tuple[SemanticClass, ...] = card.classes_of(self.domain)
        self.palette: npt.NDArray[np.uint8] = card.palette(self.domain)
        self.depth_range: DepthRange | None = card.depth_of(self.domain)
        self.outputs = tuple(name for name in OUTPUTS if TASK_OF[name] in model_file.heads)
        self.model_file = model_file
        self._input_size = input_size or InputSize()
        self._threads = threads or 0
        self._builder = builder or BuilderOptions()
        self._on_progress = on_progress
        self.parity: Parity | None = None
        self.refused: tuple[str, ...] = ()
        self._engines: OrderedDict[tuple[int, int, int], Engine] = OrderedDict()
        self._metric_depth = MetricDepth(card.name, self.depth_range)
        self._timings = Timings()
        self._lock = threading.Lock()
        self._closed = False

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
        progress: Callable[[int, int | None], None] | None = None,
        on_build: Callable[[str], None] = lambda line: None,
    ) -> 'Perception':
        """Load a model by its card's name or path, downloading its weights on first use.

        weights: a local .onnx or checkpoint in place of the card's. backend: auto or one of
        Backend; precision: auto or one of Precision (docs/engines.md). input_size: (height, width)
        that the network sees, else the frame's times input_scale. threads: None for all. builder:
        how TensorRT builds. progress: called with the bytes downloaded and their total. on_build:
        called with a line for people while an engine is built. Raises HydranetError with what to
        do about it.
        """
        size = InputSize(input_size, input_scale)
        if threads is not None and threads < 0:
            raise HydranetError(f'threads is {threads}; give a number from 1, or None for all.')
        card = load_card(model)
        _log.info('Weights of %s: %s', card.name, card.licence_note)
        choice = choose(backend, precision)
        model_file = read_model_file(resolve_model_file(card, weights, progress))
        perception = cls(
            card,
            model_file,
            choice,
            domain=domain,
            input_size=size,
            threads=threads,
            builder=builder,
            on_progress=on_build,
        )
        _log.info('%s on %s: %s', card.name, perception.description, choice.reason)
        return perception

    @property
    def backend(self) -> str:
        """The backend's name."""
        return self.choice.backend.value

    @property
    def precision(self) -> str:
        """The precision's name."""
        return self.choice.precision.value

    @property
    def description(self) -> str:
        """Backend, precision and device in words."""
        return f'{self.backend} {self.precision} on {self.choice.device}'

    @property
    def timings(self) -> Timings:
        """Seconds of the last predict, stage by stage."""
        return self._timings

    def prepare(self, height: int, width: int, batch: int = 1) -> None:
        """Build the engine for frames of this size, or load it from the cache (seconds)."""
        with self._lock:
            self._engine(height, width, batch)

    def predict(
        self,
        rgb: npt.NDArray[np.uint8] | Sequence[npt.NDArray[np.uint8]],
        *,
        fx: float | Sequence[float] | None = None,
        depth_scale: float | Sequence[float] | None = None,
        out: Prediction | Sequence[Prediction] | None = None,
        wanted: Collection[str] | None = None,
    ) -> Prediction | list[Prediction]:
        """Predict one frame, uint8 (H, W, 3) RGB, or a batch: (N, H, W, 3) or equal frames.

        fx: the camera's focal length in pixels at the frame's size, one or one a frame; depth is
        in that camera's metres then, and in those of the card's canonical camera without it
        (docs/depth.md). depth_scale: in place of fx, what the network's metres are multiplied by.
        out: Predictions whose arrays are written and returned. wanted: names of the outputs to
        compute, all by default. A batch gives a list. Raises HydranetError.
        """
        frames, single = frames_of(rgb)
        height, width = common_size(frames)
        wanted = self._wanted(wanted)
        seen = self.input_size_for(height, width)
        scales = self._metric_depth.factors(fx, depth_scale, len(frames), (height, width), seen)
        targets = [out] if isinstance(out, Prediction) else out
        arrays = None
        if targets is not None:
            if len(targets) != len(frames):
                raise FrameError(f'out has {len(targets)} Predictions for {len(frames)} frames.')
            arrays = [arrays_of(target, height, width) for target in targets]
        with self._lock:
            engine = self._engine(height, width, len(frames))
            results = engine.run(frames, scales, wanted, arrays)
            if 'depth' in wanted:
                for result, scale in zip(results, scales, strict=True):
                    self._metric_depth.drop_unlearned(result['depth'], float(scale))
                if depth_scale is None:
                    self._metric_depth.tell(fx is not None, (height, width), seen)
            self._timings = engine.timings
        predictions = [Prediction(**result) for result in results]
        return predictions[0] if single else predictions

    def close(self) -> None:
        """Free the engines; later calls raise HydranetError."""
        with self._lock:
            self._closed = True
            while self._engines:
                self._engines.popitem()[1].close()

    def __enter__(self) -> 'Perception':
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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

    def _engine(self, height: int, width: int, batch: int) -> Engine:
        if self._closed:
            raise HydranetError('This Perception is closed; load it again.')
        key = (height, width, batch)
        if key not in self._engines:
            self._engines[key] = self._built(height, width, batch)
            if len(self._engines) > _KEPT_ENGINES:
                self._engines.popitem(last=False)[1].close()
        self._engines.move_to_end(key)
        return self._engines[key]

    def _built(self, height: int, width: int, batch: int) -> Engine:
        """Build with the chosen precision, or the next one where that differs too much."""
        while True:
            try:
                engine = build_engine(self.request(height, width, batch))
            except Refused as refusal:
                lower = next_precision(self.choice)
                if lower is None:
                    raise
                sentence = f'{refusal} {lower.value} is taken in its place.'
                _log.warning('%s', sentence)
                self.refused = (*self.refused, sentence)
                reason = f'{self.choice.precision.value} differs too much from fp32'
                self.choice = replace(self.choice, precision=lower, reason=reason)
            else:
                self.parity = engine.parity
                return engine

    def request(self, height: int, width: int, batch: int = 1) -> BuildRequest:
        """Say what is built for frames of this size."""
        return BuildRequest(
            card=self.card,
            model_file=self.model_file,
            camera_size=(height, width),
            input_size=self.input_size_for(height, width),
            backend=self.choice.backend,
            precision=self.choice.precision,
            batch=batch,
            domain=self.domain,
            threads=self._threads,
            builder=self._builder,
            frames=(self.card.sample_frames,) if self.card.sample_frames else (),
            on_progress=self._on_progress,
        )

    def _wanted(self, wanted: Collection[str] | None) -> Collection[str]:
        if wanted is None:
            return self.outputs
        for name in wanted:
            if name not in self.outputs:
                raise HydranetError(
                    f"Model {self.card.name} has no output '{name}'; it has: "
                    f'{", ".join(self.outputs)}.'
                )
        return wanted
