# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""How the viewer arranges what is logged: each camera in a tab, the node below."""

from collections.abc import Sequence

import rerun.blueprint as rrb

from hydranet_ros.viewer import health
from hydranet_ros.viewer import scene


def blueprint(roots: Sequence[str], with_node: bool) -> rrb.Blueprint:
    """Return the layout of these cameras; with_node: also of rates, stages and log."""
    cameras = [_camera(root) for root in roots]
    above = cameras[0] if len(cameras) == 1 else rrb.Tabs(*cameras)
    below = [_classes(roots)]
    if with_node:
        below += _node()
    return rrb.Blueprint(
        rrb.Vertical(above, rrb.Horizontal(*below), row_shares=[2, 1]),
        rrb.BlueprintPanel(state='collapsed'),
        rrb.SelectionPanel(state='collapsed'),
        rrb.TimePanel(state='collapsed', timeline=scene.TIMELINE, play_state='following'),
    )


def _camera(root: str) -> rrb.Container:
    def pixels(name: str, *entities: str) -> rrb.View:
        contents = [f'/{root}/{entity}' for entity in entities]
        return rrb.Spatial2DView(origin=f'/{root}/{scene.LENS}', contents=contents, name=name)

    pictures: list[rrb.View | rrb.Container] = [
        pixels('Classes over image', scene.IMAGE, scene.SEMANTIC),
        rrb.Tabs(
            pixels('Depth', scene.DEPTH),
            pixels('Normals', scene.NORMALS),
            pixels('Image', scene.IMAGE),
            pixels('Classes', scene.SEMANTIC),
        ),
    ]
    points = rrb.Spatial3DView(
        origin=f'/{root}',
        contents=[f'/{root}/{scene.POINTS}', f'/{root}/{scene.LENS}', f'/{root}/{scene.IMAGE}'],
        name='Points',
        eye_controls=rrb.EyeControls3D(
            position=(3.0, -4.0, -7.0), look_target=(0.0, 1.0, 12.0), eye_up=(0.0, -1.0, 0.0)
        ),
    )
    return rrb.Horizontal(rrb.Vertical(*pictures), points, column_shares=[1, 1.5], name=root)


def _classes(roots: Sequence[str]) -> rrb.View | rrb.Container:
    views = [
        rrb.TimeSeriesView(origin=f'/{root}/{scene.CLASSES}', name='Share of each class, %')
        for root in roots
    ]
    return views[0] if len(views) == 1 else rrb.Tabs(*views)


def _node() -> list[rrb.View | rrb.Container]:
    return [
        rrb.TimeSeriesView(origin=f'/{health.RATES}', name='Frames per second'),
        rrb.TimeSeriesView(origin=f'/{health.STAGES}', name='Stages, p50 in ms'),
        rrb.Tabs(
            rrb.TextDocumentView(origin=f'/{health.STATE}', name='Node'),
            rrb.TextLogView(origin=f'/{health.LOG}', name='Warnings'),
        ),
    ]
