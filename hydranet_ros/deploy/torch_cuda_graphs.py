# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""CUDA graphs in torch: all kernels launched at once, where launches are what takes time."""

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
import logging

import torch
from torch import Tensor

from hydranet_ros.deploy.cuda_capture import SETTING_UP
from hydranet_ros.errors import first_line

_log = logging.getLogger(__name__)
_WARM_UPS = 3  # before a capture libraries choose their algorithms and take their memory

Names = tuple[str, ...]
Answer = Callable[[Names], dict[str, Tensor]]


class CudaGraphs:
    """A stream, the events around its work, and a graph for each set of outputs.

    The graphs share one memory pool: each replay starts from inputs outside it, and its outputs
    are read before the next.
    """

    def __init__(self, device: torch.device) -> None:
        self._stream = torch.cuda.Stream(device)
        self._start = torch.cuda.Event(enable_timing=True)
        self._end = torch.cuda.Event(enable_timing=True)
        self._pool = torch.cuda.graph_pool_handle()
        self._graphs: dict[Names, tuple[torch.cuda.CUDAGraph, dict[str, Tensor]]] = {}
        self._works = True

    @contextmanager
    def stream(self) -> Iterator[None]:
        """Put what is launched meanwhile on the stream, between its two events."""
        with torch.cuda.stream(self._stream):
            self._start.record()
            yield
            self._end.record()

    def wait(self) -> float:
        """Wait for the stream; give the seconds between its events."""
        self._end.synchronize()
        return float(self._start.elapsed_time(self._end)) / 1e3

    def replay(self, names: Names, answer: Answer) -> dict[str, Tensor]:
        """Answer on the stream by the graph of `names`, captured from `answer` at first.

        Where nothing can be captured, `answer` itself is called, which the log says once.
        """
        if self._works and names not in self._graphs:
            with SETTING_UP:
                self._capture(names, answer)
        if names not in self._graphs:
            with SETTING_UP:
                return answer(names)
        graph, outputs = self._graphs[names]
        graph.replay()
        return outputs

    def close(self) -> None:
        """Wait for the stream and free the graphs' memory."""
        self._stream.synchronize()
        while self._graphs:
            self._graphs.popitem()[1][0].reset()

    def _capture(self, names: Names, answer: Answer) -> None:
        for _ in range(_WARM_UPS):
            answer(names)
        graph = torch.cuda.CUDAGraph()
        try:
            # other threads may go on to use the GPU meanwhile
            with torch.cuda.graph(
                graph, self._pool, self._stream, capture_error_mode='thread_local'
            ):
                outputs = answer(names)
        except torch.cuda.OutOfMemoryError:
            raise
        except RuntimeError as error:
            self._works = False
            _log.warning('No CUDA graph (%s): kernels are launched one by one.', first_line(error))
            return
        self._graphs[names] = graph, outputs
