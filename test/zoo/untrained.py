# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How models/untrained/untrained.onnx is made: `python -m test.zoo.untrained` writes it again.

Convolution weights are +-sqrt(2 / fan_in), so the 6 MB file packs to a tenth; they were never
trained. Batch-norm statistics and the heads' biases are set on one picture of coloured noise, so
that every class and some range of depths appear.
"""

from pathlib import Path
import zlib

import cv2
import numpy as np
import torch

from hydranet_ros.networks.multitask_refinenet import MultiTaskRefineNet
from hydranet_ros.zoo.import_model_file import export_model_file

HEADS = {'semantic': 11, 'depth': 1}


def untrained_network() -> MultiTaskRefineNet:
    network = MultiTaskRefineNet(HEADS)
    for name, parameter in network.named_parameters():
        parameter.data.copy_(torch.from_numpy(_draw(name, tuple(parameter.shape))))
    picture = _coloured_noise()
    with torch.no_grad():
        _set_statistics(network, picture)
        outputs = network.eval()(picture)
        for task, spread, middle in (('semantic', 1.0, 0.0), ('depth', 10.0, 25.0)):
            value, out = outputs[task], network.heads[task].out
            out.weight.mul_(spread / value.std(dim=(0, 2, 3)).mean())
            mean = network(picture)[task].mean(dim=(0, 2, 3))
            out.bias.copy_(middle - mean)
    return network


def _draw(name: str, shape: tuple[int, ...]) -> np.ndarray:
    # chained pooling, deep blocks and deep laterals are kept small: the outputs follow the picture
    # instead of amplifying its noise
    gain = 0.1 if name.startswith('crp') or '.project.bn' in name else 1.0
    if name.startswith(('lateral8', 'lateral7', 'lateral6', 'lateral5')):
        gain = 0.3
    if len(shape) == 1:
        return np.full(shape, 0.0 if name.endswith('bias') else gain, np.float32)
    signs = np.random.default_rng(zlib.crc32(name.encode())).integers(0, 2, shape) * 2 - 1
    return (gain * signs * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)


def _coloured_noise() -> torch.Tensor:
    rng = np.random.default_rng(0)
    noise = sum(
        cv2.resize(rng.standard_normal((3 * k, 4 * k, 3)), (640, 480)) for k in (1, 4, 16, 64)
    )
    return torch.from_numpy(noise.astype(np.float32).transpose(2, 0, 1)[None])


def _set_statistics(network: MultiTaskRefineNet, picture: torch.Tensor) -> None:
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    network.train()(picture)
    for norm in norms:
        norm.momentum = 0.1


if __name__ == '__main__':
    target = Path(__file__).resolve().parents[2] / 'models' / 'untrained' / 'untrained.onnx'
    print(export_model_file(untrained_network(), target, name='untrained'))
