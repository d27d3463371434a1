# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Benchmark results as JSON, one file a device."""

from dataclasses import asdict
from dataclasses import fields
from dataclasses import is_dataclass
import json
from pathlib import Path
from types import NoneType
from typing import Any
from typing import get_args
from typing import get_origin
from typing import get_type_hints

from hydranet_ros.atomic_file import write_atomically
from hydranet_ros.errors import HydranetError
from hydranet_ros.evaluation.results import BenchmarkResult
from hydranet_ros.evaluation.results import SCHEMA
from hydranet_ros.output_folder import check_folder_writable


def write_results(result: BenchmarkResult, path: Path) -> None:
    """Write a run to `path`, atomically; HydranetError where that is not possible."""
    write_json(asdict(result), path)


def write_json(document: dict[str, Any], path: Path) -> None:
    """Write a document to `path`, atomically; HydranetError where that is not possible."""
    text = json.dumps(document, indent=1, ensure_ascii=False) + '\n'
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise HydranetError(f"cannot write '{path}': {error.strerror}.") from error


def check_writable(path: Path) -> None:
    """Make the folder of `path`; HydranetError now, not after the measurement."""
    check_folder_writable(path.parent)
    if path.is_dir():
        raise HydranetError(f"cannot write '{path}'; give a file in a folder of yours.")


def read_results(path: Path) -> BenchmarkResult:
    """Read a run; HydranetError where the file is none or of another schema."""
    try:
        loaded = json.loads(path.read_text(encoding='utf-8'))
    except OSError as error:
        raise HydranetError(f"cannot read '{path}': {error.strerror}.") from error
    except ValueError as error:
        raise HydranetError(f"'{path}' is no JSON: {error}.") from error
    schema = loaded.get('schema') if isinstance(loaded, dict) else None
    if schema not in (1, SCHEMA):
        raise HydranetError(
            f"'{path}' is no benchmark of schema {SCHEMA} (it says {schema}); measure again with "
            '`hydranet benchmark --json`.'
        )
    try:
        result = _decode(BenchmarkResult, _of_schema_1(loaded) if schema == 1 else loaded)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise HydranetError(f"'{path}' is damaged: {type(error).__name__} {error}.") from error
    assert isinstance(result, BenchmarkResult)
    return result


def _of_schema_1(loaded: dict[str, Any]) -> dict[str, Any]:
    """Add what schema 1 could not say: there was no batch, and nothing of a GPU's own."""
    unknown = {'gpu': None, 'gpu_memory_mib': None}
    cases = []
    for case in loaded['cases']:
        ablations = [
            {**one, 'variants': [variant | unknown for variant in one['variants']]}
            for one in case['ablations']
        ]
        variants = [variant | unknown for variant in case['variants']]
        cases.append({**case, 'batch': 1, 'variants': variants, 'ablations': ablations})
    device = {**loaded['device'], 'gpu_clocks': []}
    return {**loaded, 'schema': SCHEMA, 'device': device, 'cases': cases}


def _decode(kind: Any, value: Any) -> Any:
    """Build a value of a type made of dataclasses, tuples, dicts and plain values."""
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(
            **{one.name: _decode(hints[one.name], value[one.name]) for one in fields(kind)}
        )
    arguments = get_args(kind)
    if NoneType in arguments:
        return None if value is None else _decode(arguments[0], value)
    if get_origin(kind) is tuple:
        return tuple(_decode(arguments[0], one) for one in value)
    if get_origin(kind) is dict:
        return {key: _decode(arguments[1], one) for key, one in value.items()}
    if not isinstance(value, (int, float) if kind is float else kind):
        raise TypeError(f'{value!r} is no {kind.__name__}')
    return kind(value)
