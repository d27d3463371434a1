# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The file dataset.yaml, which says what the files of a plain folder mean."""

from dataclasses import dataclass
from pathlib import Path

from hydranet_ros.sources.calibration import read_calibration
from hydranet_ros.training.datasets.classes import check_classes
from hydranet_ros.training.datasets.lens import Lens
from hydranet_ros.training.recipe_fields import read_mapping
from hydranet_ros.training.recipe_fields import Reader
from hydranet_ros.zoo.card_types import SemanticClass

FILE = 'dataset.yaml'


@dataclass(frozen=True)
class FolderDescription:
    """Say what the files mean; every field may be left out that nothing needs.

    classes: name and colour of the label ids from 0. classes_of: those of a data set (camvid,
    cityscapes, voc, nyudv2) or of a model, instead. ignored: further ids that count as 255.
    depth_scale: the stored value of one metre. normals_axes: the axes of the stored channels.
    fx: focal length in pixels of the images as they are. camera: a calibration file instead, as
    ROS writes it, below the folder. partial: an image may lack an annotation that others have.
    """

    classes: tuple[SemanticClass, ...] = ()
    classes_of: str | None = None
    ignored: tuple[int, ...] = ()
    depth_scale: float | None = None
    normals_axes: str = 'x y z'
    fx: float | None = None
    camera: str | None = None
    partial: bool = False

    def lens(self, root: Path) -> Lens | None:
        """Return the focal length; None where it is not stated."""
        if self.camera is not None:
            intrinsics = read_calibration(root / self.camera)
            return Lens(intrinsics.fx, intrinsics.width)
        return Lens(self.fx) if self.fx is not None else None


def read_description(root: Path) -> FolderDescription:
    """Read dataset.yaml; HydranetError names the key that is wrong. Nothing stated without one."""
    path = root / FILE
    if not path.exists():
        return FolderDescription()
    reader = Reader(path)
    description: FolderDescription = reader.read(FolderDescription, read_mapping(path))
    if description.classes and description.classes_of:
        reader.refuse('classes_of', 'cannot stand beside classes; take one of them out')
    if description.fx is not None and description.camera is not None:
        reader.refuse('fx', 'cannot stand beside camera; take one of them out')
    for key in ('fx', 'depth_scale'):
        value = getattr(description, key)
        if value is not None and not value > 0:
            reader.refuse(key, 'must be above 0')
    check_classes(description.classes, reader)
    if max(description.ignored, default=0) > 255:
        reader.refuse('ignored', 'must be ids of at most 255')
    return description
