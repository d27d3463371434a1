# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The parity gate, with real engines on the drawn street. No GPU engine is judged here."""

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import replace
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from hydranet_ros.deploy import judging
from hydranet_ros.deploy.build import build_engine
from hydranet_ros.deploy.build import Refused
from hydranet_ros.deploy.cache import EngineCache
from hydranet_ros.deploy.engine import Engine
from hydranet_ros.deploy.engine import Images
from hydranet_ros.deploy.engine import Outputs
from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.judging import judge
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.parity import Bounds
from hydranet_ros.deploy.parity import Parity
from hydranet_ros.deploy.request import BuildRequest
from test.deploy.conftest import Model

SIZE = (96, 128)
IMPOSSIBLE = Bounds(labels=1.1, depth_median=0.0, depth_p99=0.0)


class Spoilt:
    """A real engine whose answers are changed on their way out."""

    def __init__(
        self, engine: Engine, labels: float = 0.0, depth: float = 1.0, turn: float = 0.0
    ) -> None:
        self._engine = engine
        self._labels = labels
        self._depth = depth
        self._turn = turn

    def run(
        self,
        images: Images,
        depth_scale: npt.NDArray[np.float32],
        wanted: Collection[str] | None = None,
        out: Sequence[Outputs] | None = None,
    ) -> list[Outputs]:
        results = self._engine.run(images, depth_scale, wanted, out)
        for result in results:
            rows = round(self._labels * len(result['labels']))
            result['labels'][:rows] += 1
            result['depth'] *= np.float32(self._depth)
            if 'normals' in result:
                result['normals'][:] = turned(result['normals'], self._turn)
        return results


def turned(normals: npt.NDArray[np.float32], degrees: float) -> npt.NDArray[np.float32]:
    """Turn each normal by so many degrees, each about an axis of its own."""
    across = np.cross(normals, np.eye(3)[np.abs(normals).argmin(-1)])
    across /= np.linalg.norm(across, axis=-1, keepdims=True)
    angle = np.radians(degrees)
    return (np.cos(angle) * normals + np.sin(angle) * across).astype(np.float32)


@pytest.fixture
def request_(street_model: Model) -> BuildRequest:
    return street_model.request(SIZE, frames=('street',), rewrites=frozenset())


@pytest.fixture
def engine(request_: BuildRequest) -> Engine:
    return backend_module(request_.backend).build(request_)


def test_the_reference_agrees_with_itself(engine: Engine, request_: BuildRequest) -> None:
    found = judge(engine, request_)
    assert (found.labels, found.depth_median, found.depth_p99) == (1.0, 0.0, 0.0)
    assert (found.frames, found.source, found.fault) == (3, 'street', '')


@pytest.mark.parametrize(
    ('labels', 'depth', 'fault'),
    [
        (0.25, 1.0, r'labels agree on 7\d\.\d+ % of clear pixels \(at least 99\.5 %\)'),
        (0.0, 1.03, r'depth differs by 3\.00 % at the median \(at most 0\.5 %\)'),
        (0.0, 1.06, r'depth differs by 6\.00 % at the 99th percentile \(at most 5 %\)'),
        (0.0, np.nan, 'NaN or infinite'),
    ],
)
def test_what_differs_is_named(
    engine: Engine, request_: BuildRequest, labels: float, depth: float, fault: str
) -> None:
    found = judge(Spoilt(engine, labels, depth), request_)  # type: ignore[arg-type]
    with pytest.raises(AssertionError, match=fault):
        raise AssertionError(found.fault)


@pytest.mark.parametrize(
    ('turn', 'precision', 'fault'),
    [
        (0.2, Precision.FP16, ''),
        (
            1.0,
            Precision.FP16,
            'normals differ by 1.00 degrees at the median (at most 0.286 degrees)',
        ),
        (1.0, Precision.INT8, ''),
        (9.0, Precision.INT8, '9.00 degrees at the 99th percentile (at most 8.59 degrees)'),
        (np.nan, Precision.INT8, 'NaN or infinite'),
    ],
)
def test_normals_may_turn_by_what_depths_may_differ_by(
    indoor_model: Model, turn: float, precision: Precision, fault: str
) -> None:
    plain = indoor_model.request((64, 80), frames=('street',), rewrites=frozenset())
    spoilt = Spoilt(backend_module(plain.backend).build(plain), turn=turn)
    found = judge(spoilt, replace(plain, precision=precision))  # type: ignore[arg-type]
    assert fault in found.fault
    assert bool(found.fault) == bool(fault)
    if np.isfinite(turn):
        assert found.normals_median == pytest.approx(turn, rel=0.01)
        assert f'normals by {turn:.2f} degrees (p99 {turn:.1f})' in found.summary
    assert Parity.from_json(asdict(found)) == found


def test_int8_may_differ_by_more(engine: Engine, request_: BuildRequest) -> None:
    spoilt = Spoilt(engine, 0.0, 1.015)
    assert judge(spoilt, request_).fault  # type: ignore[arg-type]
    looser = replace(request_, precision=Precision.INT8)
    assert not judge(spoilt, looser).fault  # type: ignore[arg-type]


def test_without_frames_of_its_domain_nothing_is_judged(
    engine: Engine, request_: BuildRequest
) -> None:
    found = judge(engine, replace(request_, frames=()))
    assert found.labels is None
    assert 'no frames of its domain' in found.summary


def test_figures_lie_beside_the_engine(request_: BuildRequest, tmp_path: Path) -> None:
    cache = EngineCache(tmp_path)
    first = build_engine(replace(request_, frames=()), cache)
    assert first.parity.not_judged
    built = build_engine(request_, cache)  # the kept one, judged now that there are frames
    assert built.parity.labels == 1.0
    (sidecar,) = tmp_path.glob('*.json')
    assert Parity.from_json(json.loads(sidecar.read_text())['parity']) == built.parity
    assert build_engine(replace(request_, frames=()), cache).parity == built.parity


def test_a_refused_engine_is_not_built_twice(
    request_: BuildRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = EngineCache(tmp_path)
    monkeypatch.setattr(judging, 'bounds_of', lambda precision: IMPOSSIBLE)
    with pytest.raises(
        Refused, match='onnxruntime fp32 for 128x96 differs too much from fp32: labels'
    ):
        build_engine(request_, cache)
    assert [path.suffix for path in tmp_path.iterdir()] == ['.json']
    monkeypatch.setattr(backend_module(request_.backend), 'build', None)
    with pytest.raises(Refused, match='differs too much'):
        build_engine(request_, cache)
    monkeypatch.undo()
    assert build_engine(request_, cache, judge_again=True).parity.labels == 1.0
