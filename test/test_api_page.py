# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""docs/api.md: its signatures, options and attributes are those of the code; its example runs."""

import ast
from dataclasses import fields
import inspect
import re

import numpy as np
import pytest

from hydranet_ros import Perception
from hydranet_ros import Prediction
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision

from .conftest import ROOT

TEXT = (ROOT / 'docs' / 'api.md').read_text(encoding='utf-8')
METHODS = ('load', 'predict', 'prepare', 'depth_scale_for', 'input_size_for', 'close')


@pytest.fixture(scope='module')
def perception() -> Perception:
    with Perception.load(backend='onnxruntime') as loaded:
        yield loaded


@pytest.mark.parametrize('method', METHODS)
def test_signatures_are_those_of_the_code(method: str) -> None:
    found = re.search(rf'^```\n(?:Perception\.)?{method}(\(.*?\))\n```', TEXT, re.M | re.S)
    assert found, f'docs/api.md does not show {method}'
    stated = ast.parse(f'def {method}{found[1]}: ...').body[0]
    assert isinstance(stated, ast.FunctionDef)
    ours = inspect.signature(getattr(Perception, method)).parameters.values()
    written = []
    for one in (one for one in ours if one.name != 'self'):
        if one.kind is one.KEYWORD_ONLY and '*' not in written:
            written.append('*')
        default = '...' if callable(one.default) else repr(one.default)
        written.append(one.name if one.default is one.empty else f'{one.name}={default}')
    assert ast.unparse(stated.args) == ', '.join(written)


@pytest.mark.parametrize('method', ['load', 'predict'])
def test_every_option_has_a_row(method: str) -> None:
    after = re.split(rf'^(?:Perception\.)?{method}\(', TEXT, maxsplit=1, flags=re.M)[1]
    table = after.split('| option | |\n|---|---|\n')[1].split('\n\n')[0]
    options = list(inspect.signature(getattr(Perception, method)).parameters)
    assert re.findall(r'^\| `(\w+)` \|', table, re.M) == [n for n in options if n != 'self']


def test_every_public_name_is_there(perception: Perception) -> None:
    names = {name for name in dir(perception) if not name.startswith('_')}
    table = TEXT.split('| attribute | |')[1].split('\n\n')[0]
    cells = ' '.join(row.split('|')[1] for row in table.splitlines()[2:])
    attributes = re.findall(r'`(\w+)`', cells)
    assert sorted([*attributes, *METHODS]) == sorted(names)
    assert [one.name for one in fields(Prediction)] == re.findall(
        r'^\| `(\w+)` \|', TEXT.split('## Prediction')[1], re.M
    )


def test_values_are_those_that_are_taken(perception: Perception) -> None:
    for option, values in {'backend': Backend, 'precision': Precision}.items():
        (row,) = re.findall(rf'^\| `{option}` \| (`.*) \|$', TEXT, re.M)
        assert re.findall(r"`'([\w-]+)'`", row) == ['auto', *(one.value for one in values)]
    options = ', '.join(f'{one.name}={one.default}' for one in fields(BuilderOptions))
    assert f'`BuilderOptions({options})`' in TEXT
    assert perception.palette.shape == (256, 3)
    for name in ('pre', 'network', 'post', 'total', 'gpu'):
        assert hasattr(perception.timings, name)
    for name in ('min_m', 'max_m', 'metric', 'focal_length_px'):
        assert hasattr(perception.depth_range, name)


def test_the_example_runs() -> None:
    (example,) = re.findall(r'```python\n(.*?)```', TEXT, re.S)
    frames = np.random.default_rng(0).integers(0, 256, (2, 96, 128, 3), np.uint8)
    known = {'rgb': frames[0], 'other': frames[1]}
    exec(compile(example, 'docs/api.md', 'exec'), known)
    assert known['kept'].labels.max() < len(known['names'])
    np.testing.assert_array_equal(known['kept'].labels, known['front'].labels)
