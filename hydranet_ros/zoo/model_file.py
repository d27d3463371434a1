# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The model file: one size-agnostic ONNX file that every engine is made from. Needs no torch.

It holds the bare network, normalised float32 [N, 3, H, W] to one raw float32 output per task;
batch norm is unfolded, initialisers carry the keys of our state dicts, convolution weights are
stored as fp16 behind a cast, vectors (batch norm, biases) as float32.
"""

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
import json
from pathlib import Path

from google.protobuf.message import Message
import numpy as np
import onnx
from onnx import numpy_helper

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.genotypes import canonical_options
from hydranet_ros.networks.options import NetworkOptions
from hydranet_ros.zoo.checksums import sha256

FORMAT = '1'
MOST_BYTES = (1 << 31) - 1  # of one protobuf message
HALF_SUFFIX = ':float32'  # `key` is the stored fp16 tensor, `key:float32` what the network reads
_PREFIX = 'hydranet_ros.'
_OWN_DOMAINS = ('', 'ai.onnx')  # two names of the same
_WITH_DOMAIN = (onnx.OperatorSetIdProto, onnx.NodeProto, onnx.FunctionProto)
_WEIGHTS = ('.weight', '.bias', '.running_mean', '.running_var', '.rows', '.columns')


@dataclass(frozen=True)
class ModelFile:
    """What a model file says of itself.

    heads: each task's output channels. options: of the network beside its architecture.
    """

    path: Path
    sha256: str
    name: str
    architecture: str
    heads: dict[str, int]
    options: NetworkOptions = field(default_factory=NetworkOptions)

    def unchanged(self) -> Path:
        """Return the path; HydranetError where the file is no longer the one described here."""
        if not self.path.is_file() or sha256(self.path) != self.sha256:
            raise HydranetError(
                f'The model file {self.path} has changed since it was loaded; load it again.'
            )
        return self.path


def read_model_file(path: str | Path) -> ModelFile:
    """Read and check the description of the model file at `path`; HydranetError if it is none."""
    path = Path(path)
    model = load_onnx(path)
    properties = {p.key: p.value for p in model.metadata_props}
    if properties.get(f'{_PREFIX}format') != FORMAT:
        raise HydranetError(
            f'{path} is no hydranet_ros model file of format {FORMAT} (its metadata says '
            f"'{properties.get(_PREFIX + 'format', 'nothing')}'). Make one from a checkpoint with "
            f'`hydranet models import`.'
        )
    try:
        heads = {str(k): int(v) for k, v in json.loads(properties[f'{_PREFIX}heads']).items()}
        architecture = properties[f'{_PREFIX}architecture']
        return ModelFile(
            path=path,
            sha256=sha256(path),
            name=properties[f'{_PREFIX}name'],
            architecture=architecture,
            heads=heads,
            options=canonical_options(architecture, _options(properties)),
        )
    except (KeyError, ValueError, TypeError, AttributeError, HydranetError) as error:
        raise HydranetError(f'{path} has damaged metadata ({error}); import it again.') from error


def load_onnx(path: Path) -> onnx.ModelProto:
    """Parse the ONNX file at `path`; HydranetError where it is missing or damaged.

    Also where its weights lie in other files: whoever made it would choose what is read here; and
    where its operators are not ONNX's own.
    """
    if not path.is_file():
        raise HydranetError(f'The model file {path} does not exist.')
    if path.stat().st_size > MOST_BYTES:
        raise HydranetError(f'{path} is larger than the {MOST_BYTES} bytes that ONNX allows.')
    try:
        model = onnx.load_model(str(path), load_external_data=False)
        for name in _tensors_elsewhere(model):
            raise HydranetError(
                f'{path} has its tensor {name!r} in another file. A model file is one file: save '
                'it with onnx.save(model, path, save_as_external_data=False).'
            )
        for domain in _foreign_domains(model):
            raise HydranetError(
                f"{path} uses operators of '{domain}', which are not ONNX's own; export it "
                'without them.'
            )
        onnx.checker.check_model(model)
    except HydranetError:
        raise
    except Exception as error:  # protobuf and the checker each raise types of their own
        raise HydranetError(f'{path} is not a readable ONNX file: {first_line(error)}') from error
    return model


def _tensors_elsewhere(model: onnx.ModelProto) -> Iterator[str]:
    """Name the tensors of a model, at any depth, whose data lie in another file."""
    for one in _below(model):
        if isinstance(one, onnx.TensorProto) and (
            one.data_location == onnx.TensorProto.EXTERNAL or one.external_data
        ):
            yield one.name


def _foreign_domains(model: onnx.ModelProto) -> Iterator[str]:
    """Name the domains of operators and functions, at any depth, that are not ONNX's own."""
    for one in _below(model):
        if isinstance(one, _WITH_DOMAIN) and one.domain not in _OWN_DOMAINS:
            yield one.domain


def _below(message: Message) -> Iterator[Message]:
    """Give all messages that a message holds, at any depth."""
    for field_of, value in message.ListFields():
        if field_of.message_type is not None:
            for one in [value] if isinstance(value, Message) else value:
                yield one
                yield from _below(one)


def options_of(model: onnx.ModelProto) -> NetworkOptions:
    """Read the options of a model file's network; ValueError or TypeError where damaged."""
    return _options({p.key: p.value for p in model.metadata_props})


def _options(properties: Mapping[str, str]) -> NetworkOptions:
    return NetworkOptions.of(json.loads(properties.get(f'{_PREFIX}options', '{}')))


def describe(
    model: onnx.ModelProto,
    name: str,
    architecture: str,
    heads: dict[str, int],
    options: NetworkOptions,
) -> None:
    """Write the description that `read_model_file` reads into the model's metadata."""
    del model.metadata_props[:]
    properties = {
        'format': FORMAT,
        'name': name,
        'architecture': architecture,
        'heads': json.dumps(heads),
    }
    if chosen := options.chosen():
        properties['options'] = json.dumps(chosen)
    onnx.helper.set_model_props(model, {_PREFIX + key: text for key, text in properties.items()})


def state_dict(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    """Give the stored weights as float32 arrays under our state-dict keys."""
    return {
        tensor.name: numpy_helper.to_array(tensor).astype(np.float32)
        for tensor in model.graph.initializer
        if tensor.name.endswith(_WEIGHTS)
    }
