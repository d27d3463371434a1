# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""TensorRT's options reach the engine from every command, so that all find what `build` built.

What TensorRT makes of them is tested over its double (test/deploy/tensorrt/test_build.py).
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hydranet_ros.commands import main
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.selection import choose
from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.engine_variants import name_of
from hydranet_ros.perception import Perception

OPTIONS = ('--optimization-level', '5', '--workspace-mb', '1024', '--dla-core', '1')
ON_CPU = ('--backend', 'onnxruntime', '--precision', 'fp32')
COMMANDS = {
    'build': ('--size', '96x64'),
    'benchmark': ('--case', 'street:96x64', '--no-baselines'),
    'evaluate': ('--model', 'street', '--data', 'street:1'),
    'predict': ('street', '--out', 'out', '--limit', '1'),
    'view': ('--images', 'street', '--save', 'seen.rrd'),
}


@pytest.mark.parametrize('command', COMMANDS)
def test_every_command_hands_them_on(
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if command == 'view':
        pytest.importorskip('rerun')
    given: list[Any] = []

    def load(*args: Any, **kwargs: Any) -> Perception:
        given.append(kwargs.get('builder'))
        raise HydranetError('enough')

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Perception, 'load', load)
    assert main([command, *COMMANDS[command], *ON_CPU, *OPTIONS]) == 1
    assert 'enough' in capsys.readouterr().err
    assert given == [BuilderOptions(5, 1024, 1)]
    assert main([command, *COMMANDS[command], *ON_CPU, '--optimization-level', '6']) == 1
    assert 'The optimization level is 6' in capsys.readouterr().err


def test_the_benchmark_names_those_that_differ_from_the_usual() -> None:
    choice = choose('onnxruntime', 'fp32')
    assert name_of(choice, BuilderOptions(5)) == 'onnxruntime fp32'
    tensorrt = replace(choice, backend=Backend.TENSORRT)
    assert name_of(tensorrt, BuilderOptions()) == 'tensorrt fp32'
    assert name_of(tensorrt, BuilderOptions(5, dla_core=0)) == (
        'tensorrt fp32, optimization_level 5, dla_core 0'
    )
