# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Three seconds of the default model on the drawn street, whose truth is known."""

from collections.abc import Iterator
import itertools
import time

import numpy as np

from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import ok
from hydranet_ros.doctor.finding import problem
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.prediction import Prediction
from hydranet_ros.resources import DEFAULT_MODEL
from hydranet_ros.sources import open_source

SECONDS = 3.0
_FRAMES = 4  # drawn beforehand: drawing takes longer than a GPU
_SIZE = (480, 640)
# Far below what the model reaches there; a broken engine is far below these.
_FEWEST_RIGHT, _LARGEST_ERROR = 0.6, 0.5


def check() -> Iterator[Finding]:
    """Predict, measure, and compare with the truth."""
    try:
        with Perception.load(DEFAULT_MODEL) as perception:
            perception.prepare(*_SIZE)
            rows = np.array(list(_frames(perception)))
            engine = perception.description
    except HydranetError as error:
        yield problem('self-test', str(error), 'Install the backend again, or another one.')
        return
    took = float(np.median(rows[:, 0]))
    right, wrong = map(float, rows[:, 1:].mean(axis=0))
    text = (
        f'{engine}: {len(rows)} frames of {_SIZE[1]}x{_SIZE[0]}, {took * 1e3:.1f} ms each; '
        f'{right:.0%} of the classes are right, depth is off by {wrong:.0%}'
    )
    if right >= _FEWEST_RIGHT and wrong <= _LARGEST_ERROR:
        yield ok('self-test', text)
    else:
        yield problem(
            'self-test',
            text,
            'The engine computes nonsense: try precision fp32, and empty the cache.',
        )


def _frames(perception: Perception) -> Iterator[tuple[float, float, float]]:
    """Give seconds, the share of right labels and the median relative error of depth, by frame."""
    street = open_source('street', size=_SIZE)
    drawn = [frame for number in range(_FRAMES) if (frame := street.read(10 * number))]
    end = time.monotonic() + SECONDS
    for frame in itertools.cycle(drawn):
        assert frame.intrinsics is not None
        assert frame.depth is not None
        began = time.perf_counter()
        prediction = perception.predict(frame.rgb, fx=frame.intrinsics.fx)
        took = time.perf_counter() - began
        assert isinstance(prediction, Prediction)
        assert prediction.depth is not None
        wrong = np.nanmedian(np.abs(prediction.depth / frame.depth - 1))
        yield took, float(np.mean(prediction.labels == frame.labels)), float(wrong)
        if time.monotonic() >= end:
            return
