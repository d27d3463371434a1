# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a source file uses of TensorRT and CUDA that the facts lack or state otherwise."""

import ast
from collections.abc import Iterator
from typing import Any

from .uses import Signature
from .uses import Use
from .uses import Uses

NOT_IN_FACTS = {'__version__'}  # of the Python package around the bindings


def problems(source: str, facts: dict[str, Any]) -> Iterator[str]:
    """Give what a source uses of TensorRT that the facts lack or state otherwise."""
    uses = Uses(facts).read(source)
    yield from uses.faults
    for use in uses.found:
        owner, _, member = use.path.partition('.')
        stated = facts.get(owner)
        if stated is None and use.path not in NOT_IN_FACTS:
            yield f'line {use.line}: there is no {use.path}'
        elif member and isinstance(stated, list | dict):
            # every enum member has a name and a value
            known = [*stated['enum'], 'name', 'value'] if 'enum' in stated else stated
            if member not in known:
                yield f'line {use.line}: there is no {use.path}'
            elif use.stored and stated[member] != 'property':
                yield f'line {use.line}: {use.path} cannot be set'
            elif use.call is not None and isinstance(stated, dict):
                yield from _wrong_call(use, stated.get(member, ''))


def _wrong_call(use: Use, text: str) -> Iterator[str]:
    assert use.call is not None
    if '(' not in text:
        yield f'line {use.line}: {use.path} cannot be called'
        return
    signature = Signature.parse(text).parameters
    if signature is not None:
        keywords: dict[str, Any] = {str(one.arg): None for one in use.call.keywords}
        through_class = use.call.args and ast.unparse(use.call.args[0]) == 'self'
        arguments = use.call.args if through_class else [None, *use.call.args]
        try:
            signature.bind(*arguments, **keywords)
        except TypeError as error:
            yield f'line {use.line}: {text}: {error}'


def cuda_problems(source: str, facts: dict[str, Any]) -> Iterator[str]:
    """Give what a source uses of CUDA's runtime that the facts lack or state otherwise."""
    members = {one for enum in facts['enums'].values() for one in enum}
    known = {*facts['functions'], *facts['enums'], *facts['constants'], *members}
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Attribute)
            and node.attr.startswith('cuda')
            and node.attr not in known
        ):
            yield f'line {node.lineno}: there is no {node.attr}'
        if not isinstance(node, ast.Call):
            continue
        for place, function in enumerate(node.args):
            if not isinstance(function, ast.Attribute) or function.attr not in facts['functions']:
                continue
            inside = facts['functions'][function.attr].partition('(')[2].rstrip(')')
            count = len(inside.split(',')) if inside else 0
            if len(node.args) - place - 1 != count:
                yield f'line {node.lineno}: {function.attr} takes {count} arguments'
