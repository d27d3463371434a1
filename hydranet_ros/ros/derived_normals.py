# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Normals of models that predict none: computed from depth, into the messages of the outputs."""

from hydranet_ros.networks.output_stride import output_stride
from hydranet_ros.perception import Perception
from hydranet_ros.prediction import Prediction
from hydranet_ros.ros.frames import DecodedFrame
from hydranet_ros.ros.publishers import OutputPublishers
from hydranet_ros.surface_normals import NormalsFromDepth
from hydranet_ros.surface_normals import window_radius


class DerivedNormals:
    """Compute the normals of one camera's frames, on the worker's thread."""

    def __init__(self, publishers: OutputPublishers) -> None:
        self._publishers = publishers
        self._normals = NormalsFromDepth()
        self._radius = 1

    def fields(self, wanted: set[str], perception: Perception, size: tuple[int, int]) -> set[str]:
        """Return what the network has to fill, so that `wanted` can be: depth for normals."""
        if 'normals' not in wanted or 'normals' in perception.outputs:
            return wanted
        stride = output_stride(perception.card.architecture, perception.card.options)
        self._radius = window_radius(size[0], perception.input_size_for(*size)[0], stride)
        return wanted - {'normals'} | {'depth'}

    def render(self, decoded: DecodedFrame, prediction: Prediction) -> None:
        """Write the normals of a frame whose depth is there and whose lens is known."""
        out = self._publishers.buffers(('normals',), *decoded.size).normals
        assert out is not None, 'asked for'
        assert prediction.depth is not None, 'as fields() says'
        assert decoded.lens is not None, 'else no output of normals is watched'
        self._normals.write(out, decoded.lens, prediction.depth, self._radius)
