# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: classes and enums made from a file of facts, behaviour where there is some."""

from collections.abc import Callable
import functools
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from trt_signature import Signature

SEVERITIES = ('INTERNAL_ERROR', 'ERROR', 'WARNING', 'INFO', 'VERBOSE')
BASES = {'Logger': 'ILogger'}


class Enum:
    """Like pybind11's: no int, but with a number."""

    __members__: dict[str, 'Enum']

    def __init__(self, name: str, value: int) -> None:
        self.name = name
        self.value = value

    def __int__(self) -> int:
        return self.value

    __index__ = __int__

    def __repr__(self) -> str:
        return f'<{type(self).__name__}.{self.name}: {self.value}>'


class Pybind(type):
    """Refuse subclasses that do not call the constructor of their base, as pybind11 does."""

    def __call__(cls, *arguments: Any, **keywords: Any) -> Any:
        made = super().__call__(*arguments, **keywords)
        if not hasattr(made, '_double'):
            raise TypeError(f'{cls.__mro__[1].__name__}.__init__() must be called')
        return made


class Contract:
    """The names of one version of TensorRT.

    behaviour: functions and properties by 'Class.member' or 'function'; members that the facts
    lack are left out. They reach this object as `self._contract`, their data as `self._double`.
    """

    def __init__(self, file: Path, version: str, behaviour: dict[str, Any]) -> None:
        self.version = version
        self.names: dict[str, Any] = {}
        self._types: dict[str, Any] = {}  # those of signatures: nested ones too
        self._behaviour = behaviour
        facts = json.loads(file.read_text())
        for name, members in sorted(facts.items(), key=lambda item: item[0] in BASES):
            if isinstance(members, str):
                self.names[name] = self._value(name, members)
            elif 'enum' in members:
                self.names[name] = self.enum(name, members['enum'])
            else:
                self.names[name] = self._class(name, members)
        self._types.update(self.names)

    def make(self, kind: str, /, **data: Any) -> Any:
        """Make an object that has no public constructor."""
        made = object.__new__(self.names[kind])
        made._double = SimpleNamespace(**data)
        return made

    def enum(self, name: str, members: list[str]) -> Any:
        kind = type(name, (Enum,), {})
        kind.__members__ = {one: kind(one, number) for number, one in enumerate(members)}
        for one, value in kind.__members__.items():
            setattr(kind, one, value)
        return kind

    def _value(self, name: str, fact: str) -> Any:
        aliases = {'float32': 'FLOAT', 'float16': 'HALF', 'bfloat16': 'BF16'}
        if fact == 'value':
            return aliases.get(name, name.upper())
        return self._method(name, fact)

    def _class(self, name: str, members: dict[str, str] | list[str]) -> Any:
        stated = members if isinstance(members, dict) else dict.fromkeys(members)
        base = self.names[BASES[name]] if name in BASES else object
        slots = () if name in BASES or name == 'IHostMemory' else ('_double', '__weakref__')
        namespace: dict[str, Any] = {
            '__slots__': slots,
            '_contract': self,
            '__module__': 'tensorrt',
        }
        for member, fact in stated.items():
            if member == 'Severity':
                severity = self.enum('Severity', list(SEVERITIES))
                if base is not object:
                    severity = base.Severity
                self._types[f'{name}.Severity'] = severity
                namespace.update(Severity=severity, **severity.__members__)
            elif member not in SEVERITIES and member != '_pybind11_conduit_v1_':
                namespace[member] = self._member(f'{name}.{member}', fact)
        if name == 'IHostMemory':
            return self._host_memory(namespace)
        if (end := self._behaviour.get(f'{name}.__del__')) is not None:
            namespace['__del__'] = end
        namespace.update(self._behaviour.get(f'{name} operators', {}))
        return Pybind(name, (base,), namespace)

    def _member(self, path: str, fact: str | None) -> Any:
        known = self._behaviour.get(path)
        if fact == 'property' or (fact is None and not path.endswith('__init__')):
            return known or property(*[functools.partial(unused, path)] * 2)
        if fact == '':
            return functools.partialmethod(no_constructor)
        if path.endswith('__init__') and known is None and fact and '(self' in fact:
            known = plain_constructor
        return self._method(path, fact or '__init__(*args, **kwargs)', known)

    def _method(self, path: str, text: str, known: Callable[..., Any] | None = None) -> Any:
        signature = Signature.parse(text)
        known = known or self._behaviour.get(path) or functools.partial(unused, path)

        @functools.wraps(known, assigned=())
        def method(*arguments: Any, **keywords: Any) -> Any:
            signature.check(self._types, arguments, keywords)
            return known(*arguments, **keywords)

        method.__name__ = path.rpartition('.')[2]
        return method

    def _host_memory(self, namespace: dict[str, Any]) -> Any:
        """Make a kind of bytes, for their buffer, without the rest that bytes have."""
        public = {member for member in namespace if not member.startswith('_')}

        def guarded(self: bytes, name: str) -> Any:
            if name.startswith('_') or name in public:
                return bytes.__getattribute__(self, name)
            raise AttributeError(f'IHostMemory has no attribute {name!r}')

        del namespace['__init__']
        namespace['nbytes'] = property(bytes.__len__)
        return type('IHostMemory', (bytes,), {**namespace, '__getattribute__': guarded})


def unused(path: str, *_arguments: Any, **_keywords: Any) -> Any:
    raise NotImplementedError(f'{path} exists, but this double of TensorRT does not do it')


def no_constructor(self: Any, *_arguments: Any, **_keywords: Any) -> None:
    raise TypeError(f'tensorrt.{type(self).__name__}: No constructor defined!')


def plain_constructor(self: Any, *_arguments: Any) -> None:
    self._double = SimpleNamespace()
