# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Find every name of TensorRT and of CUDA that a source file uses, and hold it to the facts.

Types are followed from constructors, annotations and the facts' own signatures. A name of
TensorRT on something whose type is not known is a finding too: nothing passes unseen.
"""

import ast
from dataclasses import dataclass
from dataclasses import field
import runpy
from typing import Any

from test.conftest import ROOT

# by its file: with the doubles' folder on the path, all would import the doubles
Signature = runpy.run_path(str(ROOT / 'test' / 'doubles' / 'trt_signature.py'))['Signature']
MODULE = 'module'
# also names of Python's own objects, which the files use on those
COMMON = {
    *(
        'add',
        'append',
        'builder',
        'clear',
        'engine',
        'line',
        'log',
        'major',
        'max',
        'message',
        'minor',
    ),
    *(
        'name',
        'nbytes',
        'node',
        'pop',
        'precision',
        'run',
        'shape',
        'start',
        'type',
        'update',
        'write',
    ),
}


@dataclass
class Use:
    """One use: 'Class.member', a kind of use, and how a call is made."""

    path: str
    line: int
    call: ast.Call | None = None
    stored: bool = False


@dataclass
class Uses(ast.NodeVisitor):
    """The uses of one file, under one version's facts."""

    facts: dict[str, Any]
    found: list[Use] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # 'x' or 'self.x' -> Class or MODULE
    imported: set[str] = field(default_factory=set)  # from elsewhere

    def __post_init__(self) -> None:
        members = {
            one for stated in self.facts.values() if not isinstance(stated, str) for one in stated
        }
        self.members = {one for one in members if not one.startswith('_')} - COMMON

    def read(self, source: str) -> 'Uses':
        tree = ast.parse(source)
        for _ in range(2):  # methods may use what a later one stores
            self.found, self.faults = [], []
            self.visit(tree)
        return self

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.name == 'tensorrt':
                self.names[alias.asname or alias.name] = MODULE
            else:
                self.imported.add(alias.asname or alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self.imported |= {alias.asname or alias.name for alias in node.names}

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for base in node.bases:
            known = self.type_of(base)
            if known and known.startswith('class '):
                self._overrides(node, known.removeprefix('class '))
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for argument in node.args.args:
            if argument.arg == 'trt':
                self.names['trt'] = MODULE
            elif argument.annotation is not None:
                self._declare(argument.arg, self.annotated(argument.annotation))
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._declare(ast.unparse(node.target), self.annotated(node.annotation))
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            if isinstance(target, ast.Name) or ast.unparse(target).startswith('self.'):
                self._declare(ast.unparse(target), self.type_of(node.value))

    def visit_Call(self, node: ast.Call) -> None:
        called = self.type_of(node.func)
        if called and called.startswith('class '):
            self.found.append(Use(called.removeprefix('class ') + '.__init__', node.lineno, node))
        elif isinstance(node.func, ast.Attribute):
            owner = self.type_of(node.func.value)
            if owner and ' ' not in owner and owner != MODULE:
                self.found.append(Use(f'{owner}.{node.func.attr}', node.lineno, node))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        owner = self.type_of(node.value)
        stored = isinstance(node.ctx, ast.Store)
        if owner == MODULE:
            self.found.append(Use(node.attr, node.lineno))
        elif owner is not None:
            path = f'{owner.removeprefix("class ")}.{node.attr}'
            self.found.append(Use(path, node.lineno, stored=stored))
        elif node.attr in self.members and not self._is_known(node):
            self.faults.append(f'line {node.lineno}: {ast.unparse(node)} of an unknown type')
        self.generic_visit(node)

    def type_of(self, node: ast.expr) -> str | None:
        """Give 'Class' for an object, 'class Class' for the class, MODULE, or None."""
        known = (
            self.names.get(ast.unparse(node))
            if isinstance(node, ast.Name | ast.Attribute)
            else None
        )
        if known:
            return known
        if isinstance(node, ast.Attribute) and self.type_of(node.value) == MODULE:
            stated = self.facts.get(node.attr)
            return f'class {node.attr}' if stated and not isinstance(stated, str) else None
        if isinstance(node, ast.Call):
            called = self.type_of(node.func)
            if called and called.startswith('class '):
                return called.removeprefix('class ')
            if isinstance(node.func, ast.Attribute):
                return self._returned(self.type_of(node.func.value), node.func.attr)
        return None

    def annotated(self, node: ast.expr) -> str | None:
        """Give the class of an annotation such as 'trt.Builder | None'."""
        if isinstance(node, ast.BinOp):
            return self.annotated(node.left)
        known = self.type_of(node)
        return known.removeprefix('class ') if known and known.startswith('class ') else None

    def _returned(self, owner: str | None, method: str) -> str | None:
        stated = self.facts.get(owner or '')
        text = stated.get(method, '') if isinstance(stated, dict) else ''
        kind = text.rpartition(' -> ')[2].rpartition('.')[2].rpartition('::')[2].lstrip('I')
        return next(
            (
                one
                for one in (kind, f'I{kind}', 'ParserError')
                if one in self.facts and text.endswith((f'.{one}', f'::I{one}'))
            ),
            None,
        )

    def _is_known(self, node: ast.Attribute) -> bool:
        path = ast.unparse(node)
        return path in self.names or path.partition('.')[0] in self.imported

    def _declare(self, name: str, kind: str | None) -> None:
        if kind is not None:
            self.names[name] = kind

    def _overrides(self, node: ast.ClassDef, base: str) -> None:
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and not method.name.startswith('_'):
                self.found.append(Use(f'{base}.{method.name}', method.lineno))
                text = self.facts[base].get(method.name, '()')
                expected = list(Signature.parse(text).types)
                if expected != [argument.arg for argument in method.args.args]:
                    self.faults.append(f'line {method.lineno}: {method.name} overrides {text}')
