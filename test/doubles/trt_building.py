# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: parser, network, configuration and builder of its double."""

import ctypes
import json
import os
from pathlib import Path
import signal
import threading
from types import SimpleNamespace
from typing import Any

from trt_logging import log
from trt_logging import register
from trt_plan import fault
from trt_plan import gpu_name
from trt_plan import write_plan

STEPS = 40


def new_builder(self: Any, logger: Any) -> None:
    register(self, logger)
    if fault() == 'start':
        log(self, 'ERROR', 'CUDA initialization failure: 35')
        raise TypeError('pybind11::init(): factory function returned nullptr')
    self._double = SimpleNamespace(logger=logger)


def create_network(self: Any, flags: Any = 0) -> Any:
    kinds = self._contract.names['NetworkDefinitionCreationFlag'].__members__
    if int(flags) >> len(kinds):
        return None
    asked = bool(int(flags) >> int(kinds['STRONGLY_TYPED']) & 1)
    typed = asked or not self._contract.version.startswith('10.')
    return self._contract.make(
        'INetworkDefinition', strongly_typed=typed, graph=None, parser=None, operators=[]
    )


def get_layer(self: Any, index: int) -> Any:
    return self._contract.make('ILayer', operator=self._double.operators[index])


def can_run_on_dla(self: Any, layer: Any) -> bool:
    taken = os.environ.get('TENSORRT_DOUBLE_DLA_OPERATORS', 'Mul').split(',')
    assert self._double.device_type.name == 'DLA', 'asked before the device was set'
    return layer._double.operator in taken


def create_builder_config(self: Any) -> Any:
    return self._contract.make(
        'IBuilderConfig',
        flags={'TF32'},  # on by default
        pools={},
        optimization_level=3,
        monitor=None,
        timing_cache=None,
        device_type=self._contract.names['DeviceType'].GPU,
        dla_core=-1,
    )


def build(self: Any, network: Any, config: Any) -> Any:
    given, options = network._double, config._double
    assert given.parser() is not None, 'the weights were in the memory of the parser'
    if fault() in ('build', 'memory') or not given.strongly_typed:
        reason = {
            'build': 'Error Code 10: Could not find any implementation for node {ForeignNode}.',
            'memory': 'Error Code 2: OutOfMemory (requested size was 4294967296 bytes.)',
        }
        log(self, 'ERROR', reason.get(fault(), 'the network is not strongly typed'))
        return None
    _progress(options.monitor)
    _disaster()
    known = options.timing_cache._double.entries if options.timing_cache else 0
    header = {
        'version': self._contract.version,
        'gpu': gpu_name(),
        'flags': sorted(options.flags),
        'workspace': options.pools.get('WORKSPACE'),
        'optimization_level': options.optimization_level,
        'dla_core': options.dla_core if options.device_type.name == 'DLA' else -1,
        'timings_known': known,
        'oom_score_adj': int(Path('/proc/self/oom_score_adj').read_text()),
    }
    if options.timing_cache:
        options.timing_cache._double.entries += 7
    return self._contract.names['IHostMemory'](write_plan(header, given.graph))


def _progress(monitor: Any) -> None:
    """Tell progress from another thread, as TensorRT does."""
    if monitor is None:
        return

    def work() -> None:
        monitor.phase_start('Building engine', None, 2)
        monitor.phase_start('Tactics', 'Building engine', STEPS)
        for step in range(STEPS):
            monitor.step_complete('Tactics', step)
        monitor.phase_finish('Tactics')
        monitor.phase_finish('Building engine')

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def _disaster() -> None:
    if fault() == 'print':  # as libraries do, past sys.stdout
        os.write(1, b'{"error": "not a report"}\n')
    if fault() == 'abort':
        os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
        ctypes.CDLL(None).abort()
    if fault() == 'kill':
        os.kill(os.getpid(), signal.SIGKILL)
    if fault() == 'hang':
        signal.pause()


def create_timing_cache(self: Any, serialized_timing_cache: Any) -> Any:
    mine = {'version': self._contract.version, 'gpu': gpu_name(), 'entries': 0}
    content = bytes(serialized_timing_cache)
    return self._contract.make('ITimingCache', **(json.loads(content) if content else mine))


def set_timing_cache(self: Any, cache: Any, ignore_mismatch: bool) -> bool:
    given = cache._double
    same = (given.version, given.gpu) == (self._contract.version, gpu_name())
    if same or ignore_mismatch:
        self._double.timing_cache = cache
    return same or ignore_mismatch


def serialize_timing_cache(self: Any) -> Any:
    return self._contract.names['IHostMemory'](json.dumps(vars(self._double)).encode())


def field(name: str) -> property:
    """Make a property over the data of the same name."""
    return property(
        lambda self: getattr(self._double, name),
        lambda self, value: setattr(self._double, name, value),
    )


def set_optimization_level(self: Any, value: int) -> None:
    if value not in range(6):
        raise ValueError(value)
    self._double.optimization_level = value


BUILDING: dict[str, Any] = {
    'Builder.__init__': new_builder,
    'Builder.create_network': create_network,
    'Builder.create_builder_config': create_builder_config,
    'Builder.build_serialized_network': build,
    'Builder.num_DLA_cores': property(
        lambda self: int(os.environ.get('TENSORRT_DOUBLE_DLA_CORES', '0'))
    ),
    'INetworkDefinition.num_layers': property(lambda self: len(self._double.operators)),
    'INetworkDefinition.get_layer': get_layer,
    'IBuilderConfig.can_run_on_DLA': can_run_on_dla,
    'IBuilderConfig.set_flag': lambda self, flag: self._double.flags.add(flag.name),
    'IBuilderConfig.clear_flag': lambda self, flag: self._double.flags.discard(flag.name),
    'IBuilderConfig.set_memory_pool_limit': lambda self, pool, pool_size: (
        self._double.pools.__setitem__(pool.name, pool_size)
    ),
    'IBuilderConfig.builder_optimization_level': property(
        lambda self: self._double.optimization_level, set_optimization_level
    ),
    'IBuilderConfig.progress_monitor': field('monitor'),
    'IBuilderConfig.default_device_type': field('device_type'),
    'IBuilderConfig.DLA_core': field('dla_core'),
    'IBuilderConfig.create_timing_cache': create_timing_cache,
    'IBuilderConfig.set_timing_cache': set_timing_cache,
    'IBuilderConfig.get_timing_cache': lambda self: self._double.timing_cache,
    'ITimingCache.serialize': serialize_timing_cache,
}
