# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""When graphs are captured, replayed or given up, over stand-ins for torch's CUDA classes.

Nothing is captured here: that a graph computes what was captured is tested where there is a GPU
(test_torch_full_cut.py).
"""

from collections.abc import Iterator
from contextlib import contextmanager
import inspect
import logging
from typing import Any

import pytest
import torch

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.deploy.torch_cuda_graphs import CudaGraphs

SIGNATURE = inspect.signature(torch.cuda.graph)


class Graph:
    replays = 0
    resets = 0

    def replay(self) -> None:
        Graph.replays += 1

    def reset(self) -> None:
        Graph.resets += 1


class Stream:
    def __init__(self, device: Any) -> None:
        self.synchronised = 0

    def synchronize(self) -> None:
        self.synchronised += 1


class Event:
    def __init__(self, enable_timing: bool = False) -> None:
        assert enable_timing

    def record(self) -> None:
        return

    def synchronize(self) -> None:
        return

    def elapsed_time(self, end: 'Event') -> float:
        return 2.5


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[RuntimeError]:
    """What the next captures raise."""
    found: list[RuntimeError] = []

    @contextmanager
    def capture(*args: Any, **kwargs: Any) -> Iterator[None]:
        bound = SIGNATURE.bind(*args, **kwargs).arguments
        assert isinstance(bound['cuda_graph'], Graph)
        assert isinstance(bound['stream'], Stream)
        assert bound['pool'] == (0, 1)
        yield
        if found:
            raise found.pop()

    @contextmanager
    def stream(one: Stream) -> Iterator[None]:
        yield

    Graph.replays = Graph.resets = 0
    for name, value in {
        'CUDAGraph': Graph,
        'Stream': Stream,
        'Event': Event,
        'graph': capture,
        'graph_pool_handle': lambda: (0, 1),
        'stream': stream,
    }.items():
        monkeypatch.setattr(torch.cuda, name, value)
    return found


class Answers:
    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.alone: list[bool] = []

    def __call__(self, names: tuple[str, ...]) -> dict[str, torch.Tensor]:
        self.asked.append(names)
        self.alone.append(SETTING_UP.locked())
        return {name: torch.zeros(1) for name in names}


def test_each_set_of_outputs_is_captured_once(failures: list) -> None:
    graphs, answer = CudaGraphs(torch.device('cuda')), Answers()
    first = graphs.replay(('labels',), answer)
    warm_ups = len(answer.asked) - 1
    assert warm_ups >= 1
    assert graphs.replay(('labels',), answer) is first
    both = graphs.replay(('labels', 'depth'), answer)
    assert set(both) == {'labels', 'depth'}
    assert len(answer.asked) == 2 * (warm_ups + 1)
    assert Graph.replays == 3
    assert all(answer.alone)
    assert not SETTING_UP.locked()
    graphs.close()
    assert Graph.resets == 2


def test_where_nothing_can_be_captured_it_goes_on_and_says_so_once(
    failures: list, caplog: pytest.LogCaptureFixture
) -> None:
    failures.append(RuntimeError('operation not permitted when stream is capturing'))
    graphs, answer = CudaGraphs(torch.device('cuda')), Answers()
    with caplog.at_level(logging.WARNING):
        for names in (('labels',), ('labels',), ('depth',)):
            assert set(graphs.replay(names, answer)) == set(names)
    assert Graph.replays == 0
    assert answer.asked[-1] == ('depth',)
    assert all(answer.alone), 'torch2trt may have replaced its functions meanwhile'
    assert not SETTING_UP.locked()
    (line,) = caplog.messages
    assert 'not permitted when stream is capturing' in line


def test_memory_that_ends_is_no_reason_to_go_on(failures: list) -> None:
    failures.append(torch.cuda.OutOfMemoryError('CUDA out of memory'))
    graphs = CudaGraphs(torch.device('cuda'))
    with pytest.raises(torch.cuda.OutOfMemoryError):
        graphs.replay(('labels',), Answers())
    assert not SETTING_UP.locked()


def test_the_events_give_seconds(failures: list) -> None:
    graphs = CudaGraphs(torch.device('cuda'))
    with graphs.stream():
        pass
    assert graphs.wait() == 0.0025
