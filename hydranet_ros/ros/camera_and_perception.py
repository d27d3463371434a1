# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The camera node and the perception node as processes, for the demo and the benchmark."""

from contextlib import ExitStack
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.ros.child_process import ChildProcess


@dataclass(frozen=True)
class EngineChoice:
    """What the perception node is to run; weights: a file in place of the card's."""

    model: str
    weights: Path | None = None
    backend: str = 'auto'
    precision: str = 'auto'
    builder: BuilderOptions = field(default_factory=BuilderOptions)

    @property
    def parameters(self) -> dict[str, str | int]:
        """Return the node's parameters that ask for it."""
        return {
            'model': self.model,
            'weights': str(self.weights or ''),
            'backend': self.backend,
            'precision': self.precision,
            'tensorrt_optimization_level': self.builder.optimization_level,
            'tensorrt_workspace_mb': self.builder.workspace_mb,
            'tensorrt_dla_core': self.builder.dla_core,
        }


def start_camera_and_perception(
    stack: ExitStack, source: str, rate: float, engine: EngineChoice
) -> list[ChildProcess]:
    """Start the camera, playing `source` over and over, and perception; `stack` ends both."""
    camera = {'source': source, 'rate': rate, 'loop': True, 'wait_for_subscriber': True}
    children = []
    for name, module, parameters in (
        ('camera', 'hydranet_ros.ros.camera', camera),
        ('perception', 'hydranet_ros.ros.node', engine.parameters),
    ):
        children.append(ChildProcess(name, module, parameters))
        stack.callback(children[-1].stop)
    return children
