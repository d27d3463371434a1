# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`auto` takes the first backend that can run, and says why. No GPU is simulated."""

from pathlib import Path
import sys

import pytest

from hydranet_ros.deploy.engines import backend_module
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.selection import choose
from hydranet_ros.errors import HydranetError

pytestmark = pytest.mark.skipif(torch_engine.on_gpu(), reason='the order begins with the GPU here')


def test_backends_are_taken_away_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    first = choose()
    assert first.backend is Backend.OPENVINO
    assert first.precision is backend_module(Backend.OPENVINO).precisions()[0]
    monkeypatch.setitem(sys.modules, 'openvino', None)  # import raises ImportError
    second = choose()
    assert (second.backend, second.precision) == (Backend.ONNXRUNTIME, Precision.FP32)
    assert 'openvino is not installed' in second.reason
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    third = choose()
    assert third.backend is Backend.TORCH
    assert 'onnxruntime is not installed' in third.reason
    monkeypatch.setitem(sys.modules, 'torch', None)
    with pytest.raises(HydranetError, match='No backend can run here.*pip install openvino'):
        choose()


def test_a_torch_that_does_not_import_costs_only_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / 'torch.py').write_text("raise OSError('libcublas.so.12: cannot open')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'torch', raising=False)
    assert choose().backend is Backend.OPENVINO
    with pytest.raises(HydranetError, match=r'does not import \(libcublas'):
        choose('torch')


def test_a_forced_backend_is_never_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose('onnxruntime').backend is Backend.ONNXRUNTIME
    monkeypatch.setitem(sys.modules, 'onnxruntime', None)
    with pytest.raises(HydranetError, match="'onnxruntime' cannot run.*not installed"):
        choose('onnxruntime')


def test_a_precision_is_looked_for_in_every_backend() -> None:
    assert choose('auto', 'fp32').precision is Precision.FP32
    with pytest.raises(HydranetError, match=r"'onnxruntime' has no bf16 .* it has: fp32"):
        choose('onnxruntime', 'bf16')


def test_unknown_names_are_answered_with_the_known_ones() -> None:
    with pytest.raises(
        HydranetError, match="no backend 'tpu'.*auto, tensorrt, .*openvino, onnxruntime"
    ):
        choose('tpu')
    with pytest.raises(HydranetError, match="no precision 'int4'.*auto, fp32, fp16, bf16, int8"):
        choose('auto', 'int4')
