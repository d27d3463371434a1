# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The kept timings: used by the next build, and started anew where they do not fit.

The builder is the contract double, whose "timings" are a count.
"""

from collections.abc import Callable
import logging
from pathlib import Path
from types import ModuleType

import pytest

from hydranet_ros.deploy.tensorrt.build import build_in_child
from hydranet_ros.deploy.tensorrt.timing_cache import timing_cache_file

from .conftest import header_of
from .conftest import once
from .test_build import ignore
from .test_build import order

Small = Callable[..., bytes]


@once
class TestTimingCache:
    @pytest.fixture
    def file(self, double: ModuleType, version: str, tmp_path: Path) -> Path:
        return tmp_path / 'kept.timing'

    def build(self, graph: bytes, file: Path) -> int:
        """Build and give how many timings were known."""
        return header_of(build_in_child(graph, order(str(file)), ignore))['timings_known']

    def test_the_next_build_knows_it(self, file: Path, small_graph: Small) -> None:
        assert [self.build(small_graph(), file) for _ in range(2)] == [0, 7]

    def test_a_damaged_one_is_started_anew(
        self, file: Path, small_graph: Small, caplog: pytest.LogCaptureFixture
    ) -> None:
        self.build(small_graph(), file)
        file.write_bytes(file.read_bytes()[:-3])
        assert [self.build(small_graph(), file) for _ in range(2)] == [0, 7]
        assert [r.message for r in caplog.records if r.levelno >= logging.WARNING] == [
            f'TensorRT: Timing cache: {file} is damaged; starting anew.'
        ]

    def test_one_of_another_gpu_is_refused(
        self,
        file: Path,
        small_graph: Small,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        self.build(small_graph(), file)
        monkeypatch.setenv('CUDA_DOUBLE_GPU_NAME', 'another')
        assert self.build(small_graph(), file) == 0
        assert f'{file} was refused; starting anew' in caplog.text

    def test_where_it_cannot_be_kept_the_engine_is(
        self, double: ModuleType, small_graph: Small, caplog: pytest.LogCaptureFixture
    ) -> None:
        file = Path('/proc/nothing can be made here')
        assert self.build(small_graph(), file) == 0
        assert 'was not kept' in caplog.text


def test_each_gpu_and_version_has_its_timing_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path))
    files = {timing_cache_file(gpu, v) for gpu in ('A (8.7)', 'B/8.7') for v in ('10.3', '11')}
    assert len(files) == 4
    assert all(Path(file).parent == tmp_path / 'timing' for file in files)
    monkeypatch.setenv('HYDRANET_CACHE', '/proc/nothing can be made here')
    assert timing_cache_file('A', '10.3') == ''
    assert 'none is used' in caplog.text
