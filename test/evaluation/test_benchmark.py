# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Small real measurements: order, baselines, rewrites. How long they take is not looked at."""

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros import Perception
from hydranet_ros.deploy.engine import CpuEngine
from hydranet_ros.deploy.engine import Timings
from hydranet_ros.deploy.engine_pool import EngineInfo
from hydranet_ros.deploy.engines import onnxruntime_engine
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from hydranet_ros.deploy.request import Shape
from hydranet_ros.deploy.rewrites import OF_FLOATS
from hydranet_ros.deploy.rewrites import OF_INTEGERS
from hydranet_ros.deploy.rewrites import Rewrite
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.deploy.selection import choose
from hydranet_ros.evaluation import benchmark
from hydranet_ros.evaluation import rewrite_ablation
from hydranet_ros.evaluation.benchmark import blocks
from hydranet_ros.evaluation.benchmark import Case
from hydranet_ros.evaluation.benchmark import Plan
from hydranet_ros.evaluation.benchmark import run_benchmark
from hydranet_ros.evaluation.engine_variants import choices
from hydranet_ros.evaluation.engine_variants import PredictVariant
from hydranet_ros.evaluation.interleaving import measure
from hydranet_ros.evaluation.interleaving import WARM_UP
from hydranet_ros.evaluation.results import Speedup
from hydranet_ros.evaluation.rewrite_ablation import selections_of
from hydranet_ros.evaluation.torch_baselines import Layout
from hydranet_ros.evaluation.torch_baselines import NotebookPipeline
from hydranet_ros.sources import open_source
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo import resolve_model_file
from hydranet_ros.zoo.model_file import read_model_file

HEIGHT, WIDTH = 64, 96
ONNXRUNTIME = choose('onnxruntime', 'fp32')


@pytest.fixture(scope='module', autouse=True)
def _engines_are_kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('HYDRANET_CACHE', str(tmp_path_factory.mktemp('cache')))
        yield


class Recorded:
    """A variant that writes down whose turn it was and says it took a known time."""

    device = 'none'

    def __init__(self, name: str, seconds: float, log: list[tuple[str, int]]) -> None:
        self.name, self._seconds, self._log = name, seconds, log

    def run(self, frames: Sequence[np.ndarray]) -> Timings:
        self._log += [(self.name, int(rgb[0, 0, 0])) for rgb in frames]
        return Timings(0.0, self._seconds, 1.0, 0.125 if self.name == 'b' else None)

    def close(self) -> None:
        return


def test_rounds_are_interleaved_after_a_warm_up() -> None:
    log: list[tuple[str, int]] = []
    frames = [np.full((1, 1, 3), number, np.uint8) for number in range(3)]
    variants = [Recorded('a', 0.25, log), Recorded('b', 0.5, log)]
    done: list[int] = []
    seconds = measure(
        variants, frames, rounds=3, block=4, after_block=lambda: done.append(len(log))
    )
    turns = [log[start][0] for start in (0, *done[:-1])]
    assert turns == ['a', 'b', 'b', 'a', 'a', 'b']  # the first of each round moves on
    assert np.diff([0, *done]).tolist() == [WARM_UP + 4] * 6
    assert [number for _, number in log[:6]] == [1, 2, 0, 1, 2, 0]
    assert seconds['a'].shape == (3, 4, 5)
    assert seconds['b'][2, 3].tolist() == [0.0, 0.5, 1.0, 1.5, 0.125]
    assert np.isnan(seconds['a'][..., 4]).all()


def test_batches_go_round_through_the_frames() -> None:
    log: list[tuple[str, int]] = []
    frames = [np.full((1, 1, 3), number, np.uint8) for number in range(3)]
    measure([Recorded('a', 0.25, log)], frames, rounds=1, block=2, batch=2)
    numbers = [number for _, number in log]
    assert numbers[: 2 * WARM_UP] == [2, 0, 1, 2]
    assert numbers[2 * WARM_UP :] == [0, 1, 2, 0]


@pytest.fixture(scope='module')
def frame() -> np.ndarray:
    with open_source('street', size=(120, 160)) as source:
        return next(iter(source)).rgb


@pytest.fixture(scope='module')
def raw(frame: np.ndarray) -> dict[str, np.ndarray]:
    """What another backend's bare network says of the frame, [h / 4, w / 4, C] by task."""
    card = load_card('street')
    size = frame.shape[:2]
    request = BuildRequest(
        card=card,
        model_file=read_model_file(resolve_model_file(card)),
        camera_size=size,
        input_size=size,
        backend=ONNXRUNTIME.backend,
        precision=ONNXRUNTIME.precision,
    )
    engine = onnxruntime_engine.build(request)
    assert isinstance(engine, CpuEngine)
    return {task: one[0].transpose(1, 2, 0) for task, one in engine.raw([frame]).items()}


@pytest.mark.parametrize('layout', Layout)
def test_baseline_is_the_pipeline_of_the_notebooks(
    layout: Layout, frame: np.ndarray, raw: dict[str, np.ndarray]
) -> None:
    card = load_card('street')
    pipeline = NotebookPipeline(resolve_model_file(card), card, layout)
    times = pipeline.run([np.zeros_like(frame), frame])
    assert min(times.pre, times.network, times.post) > 0
    _, found = pipeline.outputs
    height, width = frame.shape[:2]
    large = {
        task: cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC)
        for task, one in raw.items()
    }
    assert np.mean(found['labels'] == large['semantic'].argmax(2)) > 0.999
    np.testing.assert_allclose(found['depth'], abs(large['depth']), atol=1e-2)
    assert found['depth'].shape == (height, width)
    pipeline.close()


def test_baselines_differ_in_their_layout_alone() -> None:
    import torch

    card = load_card('street')
    for layout, format_ in (
        (Layout.NCHW, torch.contiguous_format),
        (Layout.CHANNELS_LAST, torch.channels_last),
    ):
        network = NotebookPipeline(resolve_model_file(card), card, layout)._network
        weights = [one for one in network.parameters() if one.dim() == 4 and one.shape[2] > 1]
        assert weights
        assert all(one.is_contiguous(memory_format=format_) for one in weights)
        assert {one.dtype for one in network.parameters()} == {torch.float32}


def test_predict_variant_counts_all_of_predict(frame: np.ndarray) -> None:
    with Perception.load('street', backend='onnxruntime') as perception:
        variant = PredictVariant(perception, *frame.shape[:2])
        times = variant.run([frame])
        inside = perception.timings
    assert (times.pre, times.network) == (inside.pre, inside.network)
    assert times.post >= inside.post  # also the checks, and the range of depth
    assert [one.confidence for one in variant.outputs] == [None]


def test_ratios_are_of_the_same_run() -> None:
    plan = Plan((Case('street', WIDTH, HEIGHT),), (ONNXRUNTIME,), rounds=2, frames=3)
    done: list[int] = []
    result = run_benchmark(plan, skipped=['x: y'], after_block=lambda: done.append(1))
    assert len(done) == blocks(plan) == 6
    (case,) = result.cases
    assert [one.name for one in case.variants] == [
        *(one.value for one in Layout),
        'onnxruntime fp32',
    ]
    assert case.outputs == ('labels', 'depth')
    assert case.weights.name == 'street'
    assert len(case.weights.sha256) == 64
    assert result.skipped == ('x: y',)
    official, fair, ours = case.variants
    assert ours.samples == 6
    assert len(ours.total_medians) == 2
    expected = [
        Speedup.of(*pair, stage)
        for pair in ((official, fair), (fair, official), (ours, official), (ours, fair))
        for stage in ('network', 'total')
    ]
    assert sorted(case.speedups, key=repr) == sorted(expected, key=repr)


def test_batches_are_cases_of_their_own() -> None:
    plan = Plan(
        (Case('street', WIDTH, HEIGHT),), (ONNXRUNTIME,), rounds=1, frames=2, batches=(1, 3)
    )
    done: list[int] = []
    cases = run_benchmark(plan, after_block=lambda: done.append(1)).cases
    assert len(done) == blocks(plan) == 6
    assert [case.batch for case in cases] == [1, 3]
    for case in cases:
        assert [one.name for one in case.variants][-1] == 'onnxruntime fp32'
        assert len(case.speedups) == 8
        assert {one.gpu for one in case.variants} == {None}


def test_of_several_engines_one_that_cannot_be_had_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(request: BuildRequest, keep: object) -> None:
        raise HydranetError('it is Sunday.')

    monkeypatch.setattr(torch_engine, 'build', refuse)
    case = (Case('street', WIDTH, HEIGHT),)
    choices = (choose('torch'), ONNXRUNTIME)
    both = Plan(case, choices, rounds=1, frames=1, baselines=False, batches=(1, 2))
    result = run_benchmark(both, skipped=['x: y'])
    assert result.skipped == ('x: y', 'torch fp32: it is Sunday.')
    assert [one.name for one in result.cases[0].variants] == ['onnxruntime fp32']
    with pytest.raises(HydranetError, match='Sunday'):
        run_benchmark(replace(both, choices=both.choices[:1]))


def test_an_engine_that_was_replaced_is_not_measured_under_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def prepare(self: Perception, height: int, width: int, batch: int = 1) -> None:
        if self.choice.backend is Backend.TORCH:
            other = replace(self.choice, precision=Precision.FP16, reason='too different')
            self.engines.infos = (EngineInfo(Shape(height, width, batch), other, Parity()),)

    monkeypatch.setattr(Perception, 'prepare', prepare)
    choices = (choose('torch'), ONNXRUNTIME)
    plan = Plan((Case('street', WIDTH, HEIGHT),), choices, rounds=1, frames=1, baselines=False)
    result = run_benchmark(plan)
    assert result.skipped == ('torch fp32: too different; torch fp16 is in its place.',)
    assert [one.name for one in result.cases[0].variants] == ['onnxruntime fp32']


@pytest.mark.parametrize(
    ('precision', 'every', 'chosen'),
    [
        ('fp32', OF_FLOATS, OF_FLOATS),
        ('int8', OF_INTEGERS, OF_INTEGERS - {Rewrite.JOIN_SUMS}),
    ],
)
def test_rewrites_each_alone_and_each_left_out(
    precision: str, every: frozenset, chosen: frozenset
) -> None:
    named = selections_of(choose('onnxruntime', precision))
    assert len(set(named.values())) == len(named)
    assert {frozenset(), every} <= set(named.values())
    for one in every:
        assert {frozenset({one}), every - {one}} <= set(named.values())
    assert [one for name, one in named.items() if name.endswith('(chosen)')] == [chosen]
    assert not selections_of(choose('torch', 'fp32'))


def test_ablation(monkeypatch: pytest.MonkeyPatch) -> None:
    def few(choice: Choice) -> dict[str, frozenset[Rewrite]]:
        return dict(list(selections_of(choice).items())[::6])

    for module in (benchmark, rewrite_ablation):
        monkeypatch.setattr(module, 'selections_of', few)
    plan = Plan(
        (Case('street', WIDTH, HEIGHT),),
        (choose('torch', 'fp32'), ONNXRUNTIME),
        rounds=1,
        frames=1,
        baselines=False,
        ablate=True,
    )
    done: list[int] = []
    (case,) = run_benchmark(plan, after_block=lambda: done.append(1)).cases
    assert len(done) == blocks(plan)
    assert not case.speedups
    (ablation,) = case.ablations
    assert ablation.engine == 'onnxruntime fp32'
    assert [one.name for one in ablation.variants] == list(few(ONNXRUNTIME))
    assert len(ablation.variants) == 2
    assert {one.over for one in ablation.speedups} == {'none'}
    assert len(ablation.speedups) == len(ablation.variants) - 1


def test_choices() -> None:
    best = choose()
    everything, _ = choices('all', 'all')
    assert everything[0].backend == best.backend
    assert everything[0].precision == best.precision
    assert len({(one.backend, one.precision) for one in everything}) == len(everything)
    backends = {one.backend.value for one in everything}
    assert {'onnxruntime', 'torch'} <= backends
    assert [one.precision.value for one in choices('onnxruntime', 'all')[0]] == ['fp32', 'int8']
    assert [one.precision.value for one in choices('auto', 'fp32')[0]] == ['fp32']
    one_each, _ = choices('all', 'auto')
    assert len(one_each) == len(backends)
    only, skipped = choices('all', 'fp32')
    assert {one.precision.value for one in only} == {'fp32'}
    assert not [one for one in skipped if one.startswith(('onnxruntime:', 'torch:'))]
    with pytest.raises(HydranetError, match='no precision'):
        choices('all', 'fp31')
    with pytest.raises(HydranetError, match='no backend'):
        choices('openvnio', 'all')


def test_engine_that_lacks_a_precision_is_named() -> None:
    if choose().precision.value != 'bf16':
        pytest.skip('this processor has no bf16')
    found, skipped = choices('all', 'bf16')
    assert {one.precision.value for one in found} == {'bf16'}
    assert any(one.startswith('onnxruntime: no bf16') for one in skipped)
