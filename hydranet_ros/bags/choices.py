# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What of a bag is predicted, and what is written beside it."""

from collections.abc import Sequence

from hydranet_ros.bags import types
from hydranet_ros.bags.reading import BagReader
from hydranet_ros.bags.stream import beside
from hydranet_ros.bags.stream import TOPICS
from hydranet_ros.errors import HydranetError
from hydranet_ros.outputs import DEPTH_CAMERA_INFO
from hydranet_ros.outputs import LABEL_INFO
from hydranet_ros.outputs import OUTPUTS
from hydranet_ros.outputs import POINTS
from hydranet_ros.perception import Perception
from hydranet_ros.zoo.card_types import Task

DEFAULT = ('semantic', 'semantic/confidence', LABEL_INFO, 'depth', DEPTH_CAMERA_INFO)
IMAGES = (types.IMAGE, types.COMPRESSED_IMAGE)
_TASKS = {one.topic: one.task for one in OUTPUTS}
_TASKS |= {LABEL_INFO: Task.SEMANTIC, DEPTH_CAMERA_INFO: Task.DEPTH, POINTS: Task.DEPTH}


def choose_topics(reader: BagReader, asked: Sequence[str]) -> dict[str, str]:
    """Return the image topics to predict and their types; HydranetError says what there is."""
    images = {one.topic: one.msgtype for one in reader.connections if one.msgtype in IMAGES}
    listed = ', '.join(sorted(images)) or 'none'
    for topic in asked:
        if topic not in images:
            raise HydranetError(
                f"the bag '{reader.path}' has no image topic {topic}; its image topics: {listed}."
            )
    if not asked and len(images) != 1:
        raise HydranetError(
            f'say which image topics to predict with --topics; there are: {listed}.'
        )
    return {topic: images[topic] for topic in asked or images}


def choose_outputs(perception: Perception, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the outputs to write: those asked for, else those of DEFAULT that the model has."""
    had = [name for name in TOPICS if _TASKS[name] in perception.card.tasks]
    for name in asked:
        if name not in had:
            raise HydranetError(
                f'the model {perception.card.name} has no output {name}; it has: {", ".join(had)}.'
            )
    return tuple(asked or (name for name in DEFAULT if name in had))


def check_collisions(reader: BagReader, topics: dict[str, str], wanted: Sequence[str]) -> None:
    """Raise HydranetError where an output would have the name of another topic."""
    taken = {one.topic for one in reader.connections}
    for topic in topics:
        for name in wanted:
            ours = beside(topic, name)
            if ours in taken:
                raise HydranetError(
                    f'{ours}, where {name} of {topic} would go, exists already. Leave one of them '
                    'out (--outputs, --topics), or play the bag with `ros2 bag play --remap` and '
                    'record it anew.'
                )
            taken.add(ours)
