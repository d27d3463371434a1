# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Evaluation of the shipped network, whose own predictions serve as the truth.

That its figures are those of its card is not looked at here.
"""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros import Perception
from hydranet_ros.deploy import engine_pool
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.evaluation.evaluate import evaluate
from hydranet_ros.evaluation.evaluate import EvaluationOptions
from hydranet_ros.evaluation.evaluation_data import EvaluationData
from hydranet_ros.evaluation.evaluation_result import EvaluationResult
from hydranet_ros.evaluation.evaluation_table import evaluation_tables
from hydranet_ros.sources import open_source
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task
from test.lens import write_lens_card
from test.training.samples import Memory

SIZE, FX = (48, 64), 200.0
BOTH = {Task.SEMANTIC: 1.0, Task.DEPTH: 1.0}


@pytest.fixture(scope='module')
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Perception]:
    """The shipped network, with a card that says its depth is metric for 100 px."""
    card = write_lens_card(tmp_path_factory.mktemp('lens'), 100.0, max_m=1e6)
    with Perception.load(card, backend='onnxruntime', precision='fp32') as perception:
        yield perception


def images(sizes: Sequence[tuple[int, int]] = (SIZE, SIZE)) -> list[np.ndarray]:
    """Draw streets: what is no street at all may be of one class to the network."""
    return [
        open_source('street', size=size).read(60 * number).rgb for number, size in enumerate(sizes)
    ]


def own_truth(model: Perception, rgbs: list[np.ndarray], fx: float | None = None) -> Memory:
    """A data set that the model gets right, apart from what it does not predict."""
    samples = []
    for number, rgb in enumerate(rgbs):
        found = model.predict(rgb, fx=fx)
        assert not isinstance(found, list)
        samples.append(Sample(str(number), rgb, found.labels, found.depth, fx=fx, weights=BOTH))
    data = Memory(samples)
    data.classes = model.classes
    return data


def figures(
    model: Perception, data: Memory, options: EvaluationOptions | None = None
) -> EvaluationResult:
    return evaluate(model, EvaluationData(data, 'memory'), options)


def test_what_the_model_says_is_perfect(model: Perception) -> None:
    result = figures(model, own_truth(model, images()))
    assert result.semantic is not None
    assert result.semantic.errors.miou == 100.0
    assert result.semantic.errors.pixels == 2 * SIZE[0] * SIZE[1]
    assert result.depth is not None
    assert result.depth.result.errors.rmse == 0.0
    assert result.depth.result.errors.delta1 == 100.0
    assert result.depth.result.coverage == 100.0
    assert (result.images, result.input_sizes, result.normals) == (2, (SIZE,), None)
    assert result.weights.sha256 == model.model_file.sha256


def test_the_order_of_the_classes_does_not_matter(model: Perception) -> None:
    data = own_truth(model, images())
    ranks = np.random.default_rng(3).permutation(len(model.classes))
    data.classes = tuple(model.classes[place] for place in np.argsort(ranks))
    for sample in data.samples:
        sample.labels = ranks[sample.labels].astype(np.uint8)
    result = figures(model, data)
    assert result.semantic is not None
    assert result.semantic.errors.miou == 100.0
    assert result.semantic.classes == tuple(one.name for one in data.classes)


def test_foreign_classes_are_left_out_or_wrong(model: Perception) -> None:
    data = own_truth(model, images())
    counts = np.bincount(data.samples[0].labels.ravel(), minlength=len(model.classes))
    unknown, renamed = np.argsort(counts)[-2:]  # the two that the model predicts most
    known = replace(model.classes[renamed], name='of the set alone')
    data.classes = tuple(
        known if place == renamed else one for place, one in enumerate(model.classes)
    )
    result = figures(model, data)
    assert result.semantic is not None
    assert result.semantic.ignored_classes == ('of the set alone',)
    assert result.semantic.unmatched_classes == (model.classes[renamed].name,)
    assert result.semantic.errors.miou == 100.0, 'what the model cannot know is left out'
    before = sum(np.count_nonzero(sample.labels == renamed) for sample in data.samples)
    assert before > 0
    for sample in data.samples:
        sample.labels = np.where(sample.labels == renamed, unknown, sample.labels)
    wrong = figures(model, data).semantic
    assert wrong is not None
    share = 1 - before / (2 * SIZE[0] * SIZE[1])
    assert wrong.errors.pixel_accuracy == pytest.approx(100 * share)


def test_depth_is_made_for_the_focal_length_of_the_data(model: Perception) -> None:
    data = own_truth(model, images(), fx=FX)
    result = figures(model, data)
    assert result.depth is not None
    assert (result.depth.result.errors.rmse, result.depth.fx) == (0.0, (FX, FX))
    other = figures(model, data, EvaluationOptions(fx=2 * FX, scale_median=True)).depth
    assert other is not None
    assert other.result.errors.abs_rel == pytest.approx(1.0, rel=1e-3)
    assert other.median_scaled is not None
    assert other.median_scaled.rmse == pytest.approx(0.0, abs=1e-4)
    for sample in data.samples:
        sample.fx = None
    unknown = figures(model, data)
    assert unknown.depth is not None
    assert (unknown.depth.fx, unknown.depth.without_fx) == (None, 2)
    assert unknown.depth.result.errors.abs_rel == pytest.approx(0.5, rel=1e-3)
    assert 'canonical camera (100 px)' in evaluation_tables(unknown)


def test_depth_beyond_the_range_lowers_the_coverage_and_is_clipped(tmp_path: Path) -> None:
    rgbs = images()
    card = write_lens_card(tmp_path, 100.0, max_m=1e6)
    with Perception.load(card, backend='onnxruntime', precision='fp32') as plain:
        data = own_truth(plain, rgbs)
    depths = np.concatenate([sample.depth.ravel() for sample in data.samples])
    low, high = np.percentile(depths, [20, 80])
    card = write_lens_card(tmp_path, 100.0, min_m=float(low), max_m=float(high))
    for sample in data.samples:
        sample.depth = np.full(SIZE, (low + high) / 2, np.float32)
    with Perception.load(card, backend='onnxruntime', precision='fp32') as narrow:
        result = figures(narrow, data)
    assert result.depth is not None
    assert result.depth.result.coverage == pytest.approx(60, abs=1)
    middle = (low + high) / 2
    expected = np.sqrt(np.mean((np.clip(depths, low, high) - middle) ** 2))
    assert result.depth.result.errors.rmse == pytest.approx(expected, rel=1e-4)
    assert 'the model gives no depth' in evaluation_tables(result)
    with Perception.load(card, backend='onnxruntime', precision='fp32') as narrow:
        for sample in data.samples:
            sample.depth = np.clip(depths.reshape(2, *SIZE)[int(sample.name)], low, high)
            sample.fx = 50.0  # half the canonical camera's: all is half as far
        near = figures(narrow, data).depth
    assert near is not None
    halved = np.clip(depths / 2, low, high)
    truths = np.clip(depths, low, high)
    expected = np.mean(np.abs(halved - truths) / truths)
    assert near.result.errors.abs_rel == pytest.approx(expected, rel=1e-3)
    assert near.result.coverage == pytest.approx(60, abs=1), 'learned in metres of the canonical'


def test_the_baseline_may_come_from_other_data(model: Perception) -> None:
    data = own_truth(model, images())
    train = own_truth(model, images())
    for sample in train.samples:
        sample.depth = np.full(SIZE, 7.0, np.float32)
    own = figures(model, data).depth
    given = EvaluationOptions(baseline=EvaluationData(train, 'memory', 'train'))
    other = figures(model, data, given).depth
    assert own is not None
    assert other is not None
    assert (own.baseline_of, own.baseline_metres) == ('memory', own.result.median)
    assert other.baseline_of == 'memory, split train'
    assert other.baseline_metres == pytest.approx(7.0, rel=1e-3)
    assert other.baseline != own.baseline
    for sample in train.samples:
        sample.depth = None
    with pytest.raises(HydranetError, match='memory, split train has no true depth'):
        figures(model, data, given)


def test_an_engine_is_built_once_for_every_size(
    model: Perception, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = [(40 + 8 * (number % 6), 48) for number in range(12)]
    data = own_truth(model, images(sizes))
    built: list[tuple[int, int]] = []

    def build(request: BuildRequest) -> Engine:
        built.append(request.camera_size)
        return original(request)

    original = engine_pool.build_engine
    monkeypatch.setattr(engine_pool, 'build_engine', build)
    with Perception.load(model.card.path, backend='onnxruntime', precision='fp32') as fresh:
        assert figures(fresh, data).images == len(sizes)
        assert sorted(built) == sorted(set(sizes))
        built.clear()
        result = figures(fresh, data, EvaluationOptions(pad_to=32))
    assert sorted(built) == [(64, 64), (96, 64)]
    assert result.semantic is not None
    assert result.semantic.errors.pixels == sum(h * w for h, w in sizes), 'cut to the image again'


def test_what_cannot_be_compared_is_said(model: Perception) -> None:
    data = own_truth(model, images())
    data.tasks = frozenset([Task.NORMALS])
    with pytest.raises(HydranetError, match='memory annotates normals, but lens predicts depth'):
        figures(model, data)
    data.tasks = frozenset([Task.SEMANTIC])
    data.classes = (SemanticClass('cat', (0, 0, 0)),)
    with pytest.raises(HydranetError, match='None of the data set'):
        figures(model, data)
    data.classes = model.classes
    for options in (
        EvaluationOptions(scale_median=True),
        EvaluationOptions(baseline=EvaluationData(data, 'memory')),
    ):
        with pytest.raises(HydranetError, match='are about depth, which memory and lens do not'):
            figures(model, data, options)
    data.classes = (SemanticClass('cat', (0, 0, 0)),)
    data.tasks = frozenset(BOTH)
    for sample in data.samples:
        sample.labels = None
    result = figures(model, data)
    assert result.semantic is None
    assert result.depth is not None
    assert 'None of the data set' in result.skipped[0]
    with pytest.raises(HydranetError, match='has no image'):
        figures(model, Memory([]))
