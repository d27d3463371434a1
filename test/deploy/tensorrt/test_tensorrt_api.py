# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Every name, signature and enum member of TensorRT and CUDA that is used exists in each version.

What the calls do is not verified here, nor anything that is only reached by getattr.
"""

import json
from pathlib import Path

import pytest

from test.conftest import ROOT

from .conftest import FACTS
from .findings import cuda_problems
from .findings import problems
from .uses import Uses

DEPLOY = ROOT / 'hydranet_ros' / 'deploy'
FILES = [
    *sorted((DEPLOY / 'tensorrt').glob('*.py')),
    DEPLOY / 'engines' / 'tensorrt_engine.py',
    DEPLOY / 'torch2trt_conversion.py',
]
CUDA = json.loads((ROOT / 'test' / 'deploy' / 'cuda_api.json').read_text())


@pytest.fixture
def facts(version: str) -> dict:
    return json.loads(FACTS[version].read_text())


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)
def test_what_is_used_exists(file: Path, facts: dict) -> None:
    assert list(problems(file.read_text(), facts)) == []


@pytest.mark.parametrize('file', FILES, ids=lambda file: file.stem)
def test_what_is_used_of_cuda_exists(file: Path) -> None:
    assert list(cuda_problems(file.read_text(), CUDA)) == []


def test_what_matters_is_seen(facts: dict) -> None:
    used = set()
    for file in FILES:
        used |= {use.path for use in Uses(facts).read(file.read_text()).found}
    assert used >= {
        'Builder.__init__',
        'Builder.create_network',
        'Builder.create_builder_config',
        'Builder.build_serialized_network',
        'Builder.num_DLA_cores',
        'BuilderFlag.GPU_FALLBACK',
        'BuilderFlag.TF32',
        'DataType.UINT8',
        'DeviceType.DLA',
        'IBuilderConfig.DLA_core',
        'IBuilderConfig.builder_optimization_level',
        'IBuilderConfig.create_timing_cache',
        'IBuilderConfig.get_timing_cache',
        'IBuilderConfig.progress_monitor',
        'IBuilderConfig.set_memory_pool_limit',
        'IBuilderConfig.set_timing_cache',
        'ICudaEngine.create_execution_context',
        'ICudaEngine.get_tensor_mode',
        'IExecutionContext.execute_async_v3',
        'IExecutionContext.set_tensor_address',
        'ILogger.log',
        'IProgressMonitor.phase_start',
        'IProgressMonitor.step_complete',
        'ITimingCache.serialize',
        'MemoryPoolType.WORKSPACE',
        'NetworkDefinitionCreationFlag.STRONGLY_TYPED',
        'OnnxParser.parse',
        'OnnxParser.get_error',
        'ParserError.node_operator',
        'Runtime.DLA_core',
        'Runtime.deserialize_cuda_engine',
    }


HEAD = """
import tensorrt as trt
builder = trt.Builder(trt.Logger())
config = builder.create_builder_config()
"""


@pytest.mark.parametrize(
    ('line', 'complaint'),
    [
        ('trt.CudaEngine', 'there is no CudaEngine'),
        ('config.max_workspace_size = 1', 'there is no IBuilderConfig.max_workspace_size'),
        ('config.set_flag = 1', 'IBuilderConfig.set_flag cannot be set'),
        ('config.set_flag()', 'missing a required argument'),
        ('config.set_flag(trt.BuilderFlag.FP17)', 'there is no BuilderFlag.FP17'),
        ('config.set_timing_cache(c, True, no=1)', 'unexpected keyword argument'),
        ('builder.num_DLA_cores()', 'Builder.num_DLA_cores cannot be called'),
        ('trt.Builder()', 'missing a required argument'),
        ('x = whatever()\nx.execute_async_v3(0)', 'x.execute_async_v3 of an unknown type'),
        ('class L(trt.ILogger):\n  def log(self, level, text): pass', 'log overrides log('),
        ('class L(trt.ILogger):\n  def write(self, m): pass', 'there is no ILogger.write'),
        ('def f(c: trt.ICudaEngine | None): c.get_binding_shape(0)', 'ICudaEngine.get_binding'),
    ],
)
def test_what_does_not_exist_is_found(line: str, complaint: str, facts: dict) -> None:
    assert list(problems(HEAD, facts)) == []
    assert complaint in '; '.join(problems(HEAD + line, facts))


def test_what_only_some_versions_have_is_found() -> None:
    source = HEAD + 'config.set_flag(trt.BuilderFlag.FP16)'
    found = {
        version: list(problems(source, json.loads(path.read_text())))
        for version, path in FACTS.items()
    }
    assert [version for version, faults in found.items() if faults] == ['11.4.0.106']


@pytest.mark.parametrize(
    ('line', 'complaint'),
    [
        ('call(cuda.cudaMalloc)', 'cudaMalloc takes 1 arguments'),
        ('call(cuda.cudaGraphInstantiate, graph, 0)', 'there is no cudaGraphInstantiate'),
        ('cuda.cudaMemcpyKind.cudaMemcpySideways', 'there is no cudaMemcpySideways'),
    ],
)
def test_what_cuda_does_not_have_is_found(line: str, complaint: str) -> None:
    assert complaint in '; '.join(cuda_problems(line, CUDA))
