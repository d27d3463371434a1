# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which topics of a camera are shown, and what they are called."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from hydranet_ros.errors import HydranetError

COMPRESSED = '/compressed'


class Shown(str, Enum):
    """What can be shown of a camera; the values are the names of the topics."""

    IMAGE = 'image'
    SEMANTIC = 'semantic'
    DEPTH = 'depth'
    NORMALS = 'normals/color'
    POINTS = 'points'


# points is left out, because the node would compute it for each frame: the viewer makes points of
# the frames that it shows.
DEFAULT = (Shown.IMAGE, Shown.SEMANTIC, Shown.DEPTH, Shown.NORMALS)


@dataclass(frozen=True)
class CameraTopics:
    """The topics of one camera; shown: what is shown, and the topic that it comes from."""

    shown: dict[Shown, str]
    image: str
    camera_info: str

    @classmethod
    def of(
        cls,
        camera: str,
        chosen: Collection[Shown] = DEFAULT,
        image: str = '',
        camera_info: str = '',
    ) -> 'CameraTopics':
        """Name the topics of a camera, '' for the only one of a node.

        image, camera_info: in place of the camera's; camera_info is looked for beside the image.
        """
        prefix = f'{camera}/' if camera else ''
        image = image or f'{prefix}{Shown.IMAGE.value}'
        beside = image.removesuffix(COMPRESSED).rpartition('/')
        named = {one: f'{prefix}{one.value}' for one in chosen}
        if Shown.IMAGE in named:
            named[Shown.IMAGE] = image
        return cls(named, image, camera_info or f'{beside[0]}{beside[1]}camera_info')


def shown_of(names: Collection[str]) -> tuple[Shown, ...]:
    """Read names of --topics; HydranetError for one that cannot be shown."""
    known = {one.value: one for one in Shown} | {'normals': Shown.NORMALS}
    for name in names:
        if name not in known:
            raise HydranetError(f"'{name}' cannot be shown; choose from {', '.join(known)}.")
    return tuple(known[name] for name in names)


def cameras_of(
    cameras: Collection[str], names: Collection[str], image: str, camera_info: str
) -> dict[str, CameraTopics]:
    """Return the topics of each camera by its entity path: its name, or 'camera' for the only one.

    names: what to show, none for DEFAULT. HydranetError where one image topic is given for
    several cameras.
    """
    if len(cameras) > 1 and (image or camera_info):
        raise HydranetError(
            '--image and --camera-info name the topics of one camera; with several, remap the '
            'topics of the node, or view one.'
        )
    chosen = shown_of(names) or DEFAULT
    return {
        camera or 'camera': CameraTopics.of(camera, chosen, image, camera_info)
        for camera in (cameras or ('',))
    }
