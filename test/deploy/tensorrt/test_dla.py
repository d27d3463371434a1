# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The DLA: given to the builder where there is one, refused with the reason where not.

Over the double, which has as many cores as the tests say.
"""

from collections.abc import Callable
from types import ModuleType

import pytest

from hydranet_ros.deploy.tensorrt.build import build_in_child

from .conftest import header_of
from .conftest import ignore
from .conftest import once
from .conftest import order
from .conftest import refusal

Small = Callable[..., bytes]


class TestDla:
    def test_without_one_it_is_refused(self, double: ModuleType, small_graph: Small) -> None:
        said = refusal(small_graph(), order(dla_core=0))
        assert 'There is no DLA core 0' in said
        assert 'finds 0 here' in said

    def test_with_one_the_gpu_helps_out(
        self,
        double: ModuleType,
        small_graph: Small,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setenv('TENSORRT_DOUBLE_DLA_CORES', '2')
        header = header_of(build_in_child(small_graph(), order(dla_core=1), ignore))
        assert 'the DLA can take 1 of 4 layers, the GPU runs the rest' in caplog.text
        assert header['dla_core'] == 1
        assert header['flags'] == ['GPU_FALLBACK']
        assert 'no DLA core 2' in refusal(small_graph(), order(dla_core=2))

    @once
    def test_one_that_takes_nothing_is_refused(
        self, double: ModuleType, small_graph: Small, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv('TENSORRT_DOUBLE_DLA_CORES', '1')
        monkeypatch.setenv('TENSORRT_DOUBLE_DLA_OPERATORS', 'Conv')
        said = refusal(small_graph(), order(dla_core=0))
        assert "The DLA takes none of the network's 4 layers" in said
