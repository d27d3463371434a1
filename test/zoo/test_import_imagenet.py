# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The ImageNet start against an independent forward pass of the same file.

Not verified: that the file's classes are right on more than a few photographs, and torchvision's
own weights, which are not here: its state dict is checked by its layout, with random weights.
"""

from collections import OrderedDict
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn
from torch import Tensor
import torch.nn.functional as F

from hydranet_ros.errors import HydranetError
from hydranet_ros.networks.mobilenet_v2 import MobileNetV2
from hydranet_ros.networks.mobilenet_v2 import STAGES
from hydranet_ros.networks.multitask_refinenet import MultiTaskRefineNet
from hydranet_ros.zoo import imagenet
from hydranet_ros.zoo.import_imagenet import load_encoder

SIDE = 225  # 32 n + 1: there TensorFlow pads stride-2 layers on both sides, as torch does
STREET_SIGN, TRAFFIC_LIGHT = 919, 920
NOISE = [np.random.default_rng(0).integers(0, 256, (64, 80, 3), np.uint8)]


@pytest.fixture(scope='module')
def quantised(shared: Path) -> Path:
    return shared / 'weights' / 'mobilenetv2_100_imagenet_ptq_perchannel_int8.npz'


@pytest.fixture(scope='module')
def encoder(quantised: Path) -> MobileNetV2:
    network = MobileNetV2()
    load_encoder(network, quantised, NOISE)
    return network.eval()


@pytest.fixture(scope='module')
def photographs(shared: Path) -> list[np.ndarray]:
    examples = shared / 'examples'
    paths = [*sorted(examples.glob('voc/*.jpg')), *sorted(examples.glob('nyud/nas*rgb.png'))]
    paths += sorted((shared / 'kitti' / 'video_rgb').glob('0[01][02468]1.jpg'))
    return [middle_square(cv2.imread(str(path))[..., ::-1]) for path in paths]


@pytest.mark.parametrize(('height', 'width'), [(225, 225), (96, 128)])
def test_features_are_those_of_the_file(
    encoder: MobileNetV2,
    quantised: Path,
    photographs: list[np.ndarray],
    height: int,
    width: int,
) -> None:
    image = cv2.resize(photographs[0], (width, height))
    reference = File(quantised, border=imagenet.MEAN, like_torch=True)
    with torch.no_grad():
        for ours, theirs in zip(encoder(ours_of(image)), reference.stages(image), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


def test_top_1_agrees_with_the_file_as_it_was_trained(
    encoder: MobileNetV2, quantised: Path, photographs: list[np.ndarray]
) -> None:
    file = File(quantised, border=(0.5, 0.5, 0.5), like_torch=False)
    with torch.no_grad():
        ours = [int(file.classify(encoder(ours_of(p))[-1]).argmax()) for p in photographs]
        theirs = [int(file.classify(file.stages(p)[-1]).argmax()) for p in photographs]
    agreeing = sum(a == b for a, b in zip(ours, theirs, strict=True))
    assert agreeing >= 0.9 * len(photographs), f'{agreeing} of {len(photographs)}'


def test_a_street_with_traffic_lights_is_recognised(
    encoder: MobileNetV2, quantised: Path, shared: Path
) -> None:
    file = File(quantised, border=imagenet.MEAN, like_torch=True)
    image = cv2.imread(str(shared / 'kitti' / 'video_rgb' / '0081.jpg'))[..., ::-1]
    with torch.no_grad():
        best = file.classify(encoder(ours_of(middle_square(image)))[-1]).topk(3).indices
    assert {TRAFFIC_LIGHT, STREET_SIGN} <= set((best - 1).tolist())


def test_statistics_are_those_of_the_images(
    quantised: Path, photographs: list[np.ndarray]
) -> None:
    """In training mode, on those images, the network does what it does in eval mode."""
    network = MobileNetV2()
    load_encoder(network, quantised, photographs[:4])
    batch = torch.cat([ours_of(image) for image in photographs[:4]])
    with torch.no_grad():
        evaluated = network.eval()(batch)
        trained = network.train()(batch)
    for one, other in zip(evaluated, trained, strict=True):
        torch.testing.assert_close(one, other, rtol=2e-2, atol=2e-2)


def test_images_do_not_change_the_function(encoder: MobileNetV2, quantised: Path) -> None:
    network = MultiTaskRefineNet({'depth': 1}).eval()
    load_encoder(network, quantised)  # the procedural street
    image = ours_of(cv2.resize(NOISE[0], (96, 96)))
    with torch.no_grad():
        for one, other in zip(network.encoder(image), encoder(image), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)
    assert not torch.equal(network.encoder.stem.bn.running_mean, encoder.stem.bn.running_mean)


def test_torchvision_layout(tmp_path: Path) -> None:
    torch.manual_seed(0)
    theirs = torchvision_mobilenet_v2().eval()
    torch.save(theirs.state_dict(), tmp_path / 'mobilenet_v2.pth')
    network = MobileNetV2()
    load_encoder(network, tmp_path / 'mobilenet_v2.pth', NOISE)
    image = ours_of(NOISE[0])
    with torch.no_grad():
        torch.testing.assert_close(network.eval()(image)[-1], theirs(image), rtol=1e-4, atol=1e-4)


def test_wrong_files_are_refused(tmp_path: Path) -> None:
    network = MobileNetV2()
    with pytest.raises(HydranetError, match='There are no ImageNet weights'):
        load_encoder(network, tmp_path / 'absent.npz')
    damaged = tmp_path / 'damaged.npz'
    damaged.write_bytes(b'no zip')
    with pytest.raises(HydranetError, match='cannot be read as an .npz'):
        load_encoder(network, damaged)
    np.savez(tmp_path / 'other.npz', weight=np.zeros(3))
    with pytest.raises(HydranetError, match=r'lacks conv00\.q'):
        load_encoder(network, tmp_path / 'other.npz')
    parts = {'q': np.zeros((32, 3, 3, 3)), 'scale': np.ones(5), 'zero': 0, 'bias': np.zeros(32)}
    np.savez(tmp_path / 'odd.npz', **{f'conv00.{key}': value for key, value in parts.items()})
    with pytest.raises(HydranetError, match=r'conv00 is .* it is no MobileNet-v2 of width 1'):
        load_encoder(network, tmp_path / 'odd.npz')
    torch.save({'conv1.weight': torch.zeros(64, 3, 7, 7)}, tmp_path / 'resnet.pth')
    with pytest.raises(HydranetError, match=r'features\.0\.\S+ is missing'):
        load_encoder(network, tmp_path / 'resnet.pth')
    with pytest.raises(HydranetError, match='of a Conv2d cannot be read'):
        load_encoder(nn.Conv2d(3, 3, 1), damaged)


class File:
    """The file's network, computed from its arrays alone: RGB / 127.5 - 1 in.

    border: the RGB (0 to 1) that lies around the image. like_torch: stride-2 layers pad both
    sides, else as TensorFlow's SAME does.
    """

    def __init__(
        self, path: Path, *, border: tuple[float, float, float], like_torch: bool
    ) -> None:
        with np.load(path) as arrays:
            self._layers = [dequantised(arrays, f'conv{i:02d}') for i in range(53)]
        self._border = (2 * torch.tensor(border) - 1).reshape(1, 3, 1, 1)
        self._like_torch = like_torch

    def stages(self, image: np.ndarray) -> list[Tensor]:
        x = torch.from_numpy(image).permute(2, 0, 1)[None].float() / 127.5 - 1
        stem, bias = self._layers[0]
        offset = (stem * self._border).sum((1, 2, 3))
        x = F.relu6(self._spatial(x - self._border, stem, bias + offset, 2))
        x = self._block(x, 1, 1)
        features, layer = [x], 3
        for stage in STAGES[1:]:
            for i in range(stage.blocks):
                weight, bias = self._layers[layer]
                y = F.relu6(F.conv2d(x, weight, bias))
                y = self._block(y, layer + 1, stage.stride if i == 0 else 1)
                x = x + y if i else y
                layer += 3
            features.append(x)
        return features

    def classify(self, features: Tensor) -> Tensor:
        """Scores of 1001 classes, the first of them background."""
        x = F.relu6(F.conv2d(features, *self._layers[51])).mean((2, 3), keepdim=True)
        return F.conv2d(x, *self._layers[52])[0, :, 0, 0]

    def _block(self, x: Tensor, layer: int, stride: int) -> Tensor:
        x = F.relu6(self._spatial(x, *self._layers[layer], stride))
        return F.conv2d(x, *self._layers[layer + 1])

    def _spatial(self, x: Tensor, weight: Tensor, bias: Tensor, stride: int) -> Tensor:
        pads = []
        for side in (x.shape[3], x.shape[2]):
            total = max((-(-side // stride) - 1) * stride + 3 - side, 0)
            pads += [1, 1] if self._like_torch else [total // 2, total - total // 2]
        groups = x.shape[1] if weight.shape[1] == 1 else 1
        return F.conv2d(F.pad(x, pads), weight, bias, stride, groups=groups)


def dequantised(arrays: dict[str, np.ndarray], name: str) -> tuple[Tensor, Tensor]:
    """Weight and bias."""
    whole = arrays[f'{name}.q'].astype(np.int64) - int(arrays[f'{name}.zero'])
    weight = whole * arrays[f'{name}.scale'].reshape(-1, 1, 1, 1)
    return torch.from_numpy(weight.astype(np.float32)), torch.from_numpy(arrays[f'{name}.bias'])


def middle_square(rgb: np.ndarray) -> np.ndarray:
    side = min(rgb.shape[:2])
    top, left = ((length - side) // 2 for length in rgb.shape[:2])
    square = rgb[top : top + side, left : left + side]
    return cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def ours_of(rgb: np.ndarray) -> Tensor:
    normalised = (rgb / 255 - imagenet.MEAN) / imagenet.STD
    return torch.from_numpy(normalised.transpose(2, 0, 1)[None].astype(np.float32))


def torchvision_mobilenet_v2() -> nn.Sequential:
    """Build features.0 to features.17 with the keys of torchvision, whose files have more."""

    def layers(
        inputs: int, outputs: int, kernel: int, stride: int, groups: int
    ) -> list[nn.Module]:
        pad = kernel // 2
        conv = nn.Conv2d(inputs, outputs, kernel, stride, pad, groups=groups, bias=False)
        norm = nn.BatchNorm2d(outputs)
        nn.init.uniform_(norm.running_mean)
        nn.init.uniform_(norm.running_var, 0.5, 2)
        nn.init.uniform_(norm.bias)
        return [conv, norm]

    class Block(nn.Module):
        def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
            super().__init__()
            width = inputs * expansion
            expand = [nn.Sequential(*layers(inputs, width, 1, 1, 1), nn.ReLU6())]
            self.conv = nn.Sequential(
                *(expand if expansion != 1 else []),
                nn.Sequential(*layers(width, width, 3, stride, width), nn.ReLU6()),
                *layers(width, outputs, 1, 1, 1),
            )
            self.residual = stride == 1 and inputs == outputs

        def forward(self, x: Tensor) -> Tensor:
            return x + self.conv(x) if self.residual else self.conv(x)

    features: list[nn.Module] = [nn.Sequential(*layers(3, 32, 3, 2, 1), nn.ReLU6())]
    channels = 32
    for stage in STAGES:
        for i in range(stage.blocks):
            stride = stage.stride if i == 0 else 1
            features.append(Block(channels, stage.channels, stride, stage.expansion))
            channels = stage.channels
    return nn.Sequential(OrderedDict(features=nn.Sequential(*features)))
