# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The doubles have the names, signatures and members of the facts, and nothing else.

They say nothing about how TensorRT or CUDA behave.
"""

import importlib
import inspect
import json
import re
from types import ModuleType
from typing import Any

import pytest

from test.conftest import ROOT

from .conftest import FACTS

CUDA = json.loads((ROOT / 'test' / 'deploy' / 'cuda_api.json').read_text())


@pytest.fixture
def facts(version: str) -> dict[str, Any]:
    return json.loads(FACTS[version].read_text())


def public(thing: Any) -> set[str]:
    return {name for name in dir(thing) if not name.startswith('_')}


def test_it_has_the_names_of_the_version_and_no_other(
    double: ModuleType, facts: dict, version: str
) -> None:
    assert 'NOT TensorRT' in (double.__doc__ or '')
    assert double.__version__ == version
    assert public(double) == {name for name in facts if not name.startswith('_')}
    for name, stated in facts.items():
        if isinstance(stated, str):
            continue
        kind = getattr(double, name)
        if 'enum' in stated:
            assert sorted(kind.__members__) == stated['enum'], name
        elif name != 'IHostMemory':  # a kind of bytes, see below
            assert public(kind) == {one for one in stated if not one.startswith('_')}, name


def test_what_a_version_lacks_raises(double: ModuleType, version: str) -> None:
    with pytest.raises(AttributeError):
        _ = double.BuilderFlag.NEVER_HEARD_OF
    with pytest.raises(AttributeError):
        _ = double.NeverHeardOf
    assert hasattr(double.BuilderFlag, 'FP16') == version.startswith('10.')
    assert hasattr(double.NetworkDefinitionCreationFlag, 'EXPLICIT_BATCH') == version.startswith(
        '10.'
    )
    config = double.Builder(double.Logger()).create_builder_config()
    assert ('int8_calibrator' in dir(config)) == version.startswith('10.')
    with pytest.raises(AttributeError):
        config.max_workspace_size = 1
    memory = double.IHostMemory(b'123')
    assert (bytes(memory), memory.nbytes) == (b'123', 3)
    with pytest.raises(AttributeError):
        _ = memory.hex


def test_arguments_are_held_to_the_signature(double: ModuleType) -> None:
    builder = double.Builder(double.Logger())
    config = builder.create_builder_config()
    for wrong in (
        lambda: double.Builder(),
        lambda: double.Builder('no logger'),
        lambda: builder.create_network(1.5),
        lambda: builder.create_network(flags=0, more=1),
        lambda: config.set_flag(double.DeviceType.DLA),
        lambda: config.set_memory_pool_limit(double.MemoryPoolType.WORKSPACE),
        lambda: config.set_timing_cache(config.create_timing_cache(b''), 1),
        lambda: config.create_timing_cache('text'),
        lambda: double.OnnxParser(builder.create_network(0), double.Logger()).parse(5),
        lambda: double.ICudaEngine(),
    ):
        with pytest.raises(TypeError):
            wrong()


def test_what_exists_but_is_not_done_says_so(double: ModuleType) -> None:
    builder = double.Builder(double.Logger())
    with pytest.raises(NotImplementedError, match=r'Builder\.reset exists, but this double'):
        builder.reset()
    with pytest.raises(NotImplementedError, match=r'Builder\.error_recorder'):
        _ = builder.error_recorder


def test_a_subclass_must_call_its_base(double: ModuleType) -> None:
    class Careless(double.ILogger):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            pass

    with pytest.raises(TypeError, match=r'ILogger\.__init__\(\) must be called'):
        Careless()


def test_one_logger_serves_while_a_builder_or_runtime_lives(double: ModuleType) -> None:
    heard: list[tuple[str, str]] = []

    class Logger(double.ILogger):  # type: ignore[misc, name-defined]
        def __init__(self, name: str) -> None:
            double.ILogger.__init__(self)
            self.name = name

        def log(self, severity: object, msg: str) -> None:
            heard.append((self.name, msg))

    first = double.Runtime(Logger('first'))
    second = double.Runtime(Logger('second'))
    second.deserialize_cuda_engine(b'none')
    assert [name for name, _ in heard] == ['first', 'first']
    assert 'differs from one already registered' in heard[0][1]
    del first
    with pytest.raises(RuntimeError, match='a logger that was freed'):
        second.deserialize_cuda_engine(b'none')
    del second
    double.Builder(Logger('third')).create_builder_config()
    third = double.Runtime(Logger('fourth'))
    third.deserialize_cuda_engine(b'none')
    assert heard[-1][0] == 'fourth'


def parameters(signature: str) -> list[str]:
    """Give the names in a signature as cuda-python's docstrings state it."""
    inside = signature[signature.index('(') + 1 : -1]
    return [
        re.split(r'[ :]', part.strip())[0 if ':' in part else -1] for part in inside.split(',')
    ]


@pytest.mark.parametrize('layout', ['cuda.bindings.runtime', 'cuda.cudart'])
def test_cuda_s_functions_are_those_of_cuda_python(
    double: ModuleType, monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    if layout == 'cuda.cudart':
        monkeypatch.syspath_prepend(str(ROOT / 'test' / 'doubles' / 'cuda_12'))
    cuda = importlib.import_module(layout)
    assert 'NOT cuda-python' in (cuda.__doc__ or '')
    stated = {*CUDA['functions'], *CUDA['enums'], *CUDA['constants']}
    assert public(cuda) == stated
    for name, signature in CUDA['functions'].items():
        expected = [one for one in parameters(signature) if one]
        assert list(inspect.signature(getattr(cuda, name)).parameters) == expected, name


def test_cuda_s_arguments_are_held_to_their_types(double: ModuleType) -> None:
    cuda = importlib.import_module('cuda.bindings.runtime')
    with pytest.raises(TypeError):
        cuda.cudaMalloc()
    with pytest.raises(TypeError):
        cuda.cudaMalloc('much')
    with pytest.raises(TypeError):
        cuda.cudaMemcpyAsync(0, 0, 0, 1, 0)
    assert cuda.cudaFree(12345) == (cuda.cudaError_t.cudaErrorInvalidValue,)


def test_cuda_python_itself_is_as_recorded() -> None:
    """Where it is installed: its docstrings against the recorded signatures, its values too."""
    from hydranet_ros.deploy.tensorrt.cuda import cuda_runtime

    try:
        cuda = cuda_runtime()
    except ImportError as error:
        pytest.skip(str(error))
    for name, signature in CUDA['functions'].items():
        assert getattr(cuda, name).__doc__.strip().splitlines()[0] == signature
    for name, members in CUDA['enums'].items():
        for member, value in members.items():
            assert getattr(getattr(cuda, name), member).value == value, member
    for name, value in CUDA['constants'].items():
        assert int(getattr(cuda, name)) == value, name
