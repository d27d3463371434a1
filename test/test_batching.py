# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How many frames are predicted at once."""

import pytest

from hydranet_ros.batching import largest_batch
from hydranet_ros.batching import power_of_two
from hydranet_ros.batching import split
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.selection import Choice


def choice(backend: Backend) -> Choice:
    return Choice(backend, Precision.FP32, 'a device', 'for tests')


@pytest.mark.parametrize(
    ('backend', 'most'),
    [
        (Backend.OPENVINO, 1),
        (Backend.ONNXRUNTIME, 1),
        (Backend.TENSORRT, 4),
        (Backend.TORCH2TRT, 4),
        (Backend.ONNXRUNTIME_CUDA, 4),
    ],
)
def test_gpus_take_a_frame_of_each_camera(backend, most):
    assert largest_batch(choice(backend), 4) == most


@pytest.mark.parametrize(('on_gpu', 'most'), [(True, 4), (False, 1)])
def test_torch_runs_on_either(monkeypatch, on_gpu, most):
    monkeypatch.setattr(torch_engine, 'on_gpu', lambda: on_gpu)
    assert largest_batch(choice(Backend.TORCH), 4) == most


def test_what_is_asked_for_is_taken():
    assert largest_batch(choice(Backend.OPENVINO), 4, asked=3) == 3
    assert largest_batch(choice(Backend.TENSORRT), 4, asked=2) == 2
    assert largest_batch(choice(Backend.TENSORRT), 4, asked=9) == 4


@pytest.mark.parametrize(
    ('count', 'ready', 'batches'),
    [
        (0, {1}, []),
        (1, {1}, [1]),
        (3, {1, 2}, [2, 1]),
        (4, {1}, [1, 1, 1, 1]),
        (4, {1, 2}, [2, 2]),
        (7, {1, 2, 4}, [4, 2, 1]),
        (7, {1, 4}, [4, 1, 1, 1]),
    ],
)
def test_batches_are_the_largest_that_are_ready(count, ready, batches):
    assert split(count, lambda batch: batch in ready) == batches


def test_powers_of_two():
    assert [power_of_two(count) for count in range(1, 10)] == [1, 2, 2, 4, 4, 4, 4, 8, 8]
