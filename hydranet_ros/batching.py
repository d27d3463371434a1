# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How many frames of several cameras are predicted at once."""

from collections.abc import Callable

from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.selection import Choice


def largest_batch(choice: Choice, cameras: int, asked: int = 0) -> int:
    """Return how many frames to predict at once at most.

    asked: the user's number; 0: one a camera on a GPU, one on a CPU.
    """
    if asked:
        return min(asked, cameras)
    on_gpu = choice.backend not in (Backend.OPENVINO, Backend.ONNXRUNTIME) and (
        choice.backend is not Backend.TORCH or torch_engine.on_gpu()
    )
    # One frame fills a CPU: four of 320x240 took 147 ms one by one and 166 ms at once (OpenVINO,
    # fp32, two cores; ONNX Runtime: 359 and 550), and each would wait for the last.
    return cameras if on_gpu else 1


def power_of_two(count: int) -> int:
    """Return the largest power of two that is not above `count`, which is at least 1."""
    return 1 << (count.bit_length() - 1)


def split(count: int, ready: Callable[[int], bool]) -> list[int]:
    """Return the batches in which to predict `count` frames, the largest first.

    Batches are powers of two: few engines then serve any number of cameras, also while one of
    them stalls. Those that `ready` denies are made of smaller ones; 1 is always ready.
    """
    batches = []
    while count:
        batch = power_of_two(count)
        while batch > 1 and not ready(batch):
            batch //= 2
        batches.append(batch)
        count -= batch
    return batches
