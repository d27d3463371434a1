# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How DrSleep/nas-segm-pytorch names what our searched networks hold.

Pairs of a pattern and what makes our prefix of its groups. The head is written as one of classes;
a checkpoint with one channel is of depth.
"""

from __future__ import annotations

from collections.abc import Callable

Table = tuple[tuple[str, Callable[..., str]], ...]
HEAD = 'decoder.conv_clf'
_LAYERS = {'0': 'conv', '1': 'bn'}
_SEPARABLE = {'0': 'depthwise', '1': 'pointwise.conv', '2': 'pointwise.bn'}
_STEPS = {
    '0': 'expand.conv',
    '1': 'expand.bn',
    '3': 'depthwise.conv',
    '4': 'depthwise.bn',
    '6': 'project.conv',
    '7': 'project.bn',
}
_CONCATENATION = {'0': 'bn', '2': 'mix'}
_OPERATION = r'(op\.sep_\d+\.[012]|conv1x1\.[01]|[01])\.'


def _adapt(number: str, layer: str) -> str:
    return f'decoder.adapt.{int(number) - 1}.{_LAYERS[layer]}.'


def _branch(block: str, number: str, layer: str) -> str:
    return f'decoder.blocks.{block}.branches.{int(number) - 1}.{_LAYERS[layer]}.'


def _cell(block: str, number: str, place: str, operation: str) -> str:
    return f'decoder.blocks.{block}.cells.{int(number) - 1}.{_in_cell(place, operation)}'


def _in_cell(place: str, operation: str) -> str:
    """Name an operation of a cell: theirs stand in a row, every third of them a sum."""
    if place == '0':
        return f'first.{_operation(operation)}'
    layer, number = divmod(int(place) - 1, 3)
    return f'layers.{layer}.{number}.{_operation(operation)}'


def _operation(official: str) -> str:
    *kind, layer = official.split('.')
    if kind[:1] == ['op']:
        return f'{kind[1].removeprefix("sep_")}.{_SEPARABLE[layer]}.'
    return f'{"mix." if kind else ""}{_LAYERS[layer]}.'


def _template(layer: str, place: str, part: str) -> str:
    """Name a part of a layer: of each repetition theirs are two operations and an aggregation."""
    repetition, number = divmod(int(place), 3)
    prefix = f'decoder.layers.{layer}.repetitions.{repetition}.'
    if number < 2:
        return f'{prefix}{("first", "second")[number]}.{_operation(part)}'
    if part in ('a', 'b'):
        return f'{prefix}join.aggregate.scales.{"ab".index(part)}.weight'
    *_, last = part.split('.')
    if part.startswith('adapt.'):
        return f'{prefix}join.adapt.{part.removeprefix("adapt.conv")[0]}.{_LAYERS[last]}.'
    return f'{prefix}join.aggregate.{_CONCATENATION[last]}.'


_ENCODER: Table = (
    (r'encoder\.layer1\.([01])\.', lambda layer: f'encoder.stem.{_LAYERS[layer]}.'),
    (
        r'encoder\.layer([2-8])\.(\d+)\.conv\.([013467])\.',
        lambda stage, block, step: f'encoder.stages.{int(stage) - 2}.{block}.{_STEPS[step]}.',
    ),
)
_ENDS: Table = (
    (r'decoder\.pre_clf\.([01])\.', lambda layer: f'decoder.merge.{_LAYERS[layer]}.'),
    (r'decoder\.conv_clf\.', lambda: 'heads.semantic.out.'),
)
FAST_NAS: Table = (
    *_ENCODER,
    (r'decoder\.adapt([1-4])\.([01])\.', _adapt),
    (r'decoder\.cells\.(\d+)\.op_([12])\._ops\.(\d+)\.' + _OPERATION, _cell),
    (r'decoder\.cells\.(\d+)\.agg\.branch_([12])\.([01])\.', _branch),
    (
        r'decoder\.aux_clfs\.(\d+)\.aux_cell\._ops\.(\d+)\.' + _OPERATION,
        lambda block, *names: f'auxiliary.{block}.cell.{_in_cell(*names)}',
    ),
    (
        r'decoder\.aux_clfs\.(\d+)\.aux_clf\.',
        lambda block: f'auxiliary.{block}.heads.semantic.out.',
    ),
    *_ENDS,
)
TEMPLATE_NAS: Table = (
    *_ENCODER,
    (
        r'decoder\._ops\.(\d+)\.(\d+)\.'
        r'(adapt\.conv[01]\.[01]|conv1x1\.[012]|op\.sep_\d+\.[012])\.',
        _template,
    ),
    (r'decoder\._ops\.(\d+)\.(\d+)\.([ab])$', _template),
    *_ENDS,
)
