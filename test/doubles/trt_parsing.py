# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""NOT TensorRT: the ONNX parser of its double, which takes the operators of the real one."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any
import weakref

from trt_plan import fault

OPERATORS = 'hydranet_ros/deploy/tensorrt/onnx_operators.json'  # those of the real parser


def new_parser(self: Any, network: Any, logger: Any) -> None:
    self._double = SimpleNamespace(network=network, logger=logger, errors=[])
    network._double.parser = weakref.ref(self)


def parse(self: Any, model: Any, path: str | None = None) -> bool:
    make = self._contract.make
    codes = self._contract.names['ErrorCode']
    import onnx  # the tests of disasters need not wait for it

    try:
        graph = onnx.load_model_from_string(bytes(model))
    except Exception as error:
        text = f'Failed to parse the ONNX model: {error}'
        code = codes.MODEL_DESERIALIZE_FAILED
        self._double.errors.append(
            make('ParserError', node=-1, name='', op='', text=text, code=code)
        )
        return False
    supported = _operators()
    for index, node in enumerate(graph.graph.node):
        if node.op_type not in supported or fault() == 'parse':
            self._double.errors.append(
                make(
                    'ParserError',
                    node=index,
                    name=node.name,
                    op=node.op_type,
                    text=f'No importer registered for op: {node.op_type}.',
                    code=codes.UNSUPPORTED_NODE,
                )
            )
    self._double.network._double.graph = bytes(model)
    self._double.network._double.operators = [node.op_type for node in graph.graph.node]
    return not self._double.errors


def _operators() -> set[str]:
    root = next(one for one in Path(__file__).resolve().parents if (one / 'setup.py').is_file())
    return set(json.loads((root / OPERATORS).read_text())['types'])


PARSING: dict[str, Any] = {
    'OnnxParser.__init__': new_parser,
    'OnnxParser.parse': parse,
    'OnnxParser.num_errors': property(lambda self: len(self._double.errors)),
    'OnnxParser.get_error': lambda self, index: self._double.errors[index],
    'ParserError.node': lambda self: self._double.node,
    'ParserError.node_name': lambda self: self._double.name,
    'ParserError.node_operator': lambda self: self._double.op,
    'ParserError.desc': lambda self: self._double.text,
    'ParserError.code': lambda self: self._double.code,
}
