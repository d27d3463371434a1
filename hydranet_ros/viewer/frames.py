# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Show a folder, a video or the drawn street with what a model says of it, without ROS."""

from collections.abc import Iterable
from contextlib import suppress
import threading
import time

import rerun as rr

from hydranet_ros.camera_model import CameraModel
from hydranet_ros.perception import Perception
from hydranet_ros.rendering import color_normals
from hydranet_ros.sources import Frame
from hydranet_ros.viewer.scene import CameraScene
from hydranet_ros.viewer.scene import ShownFrame

ROOT = 'camera'


def show_frames(
    recording: rr.RecordingStream,
    perception: Perception,
    frames: Iterable[Frame | None],
    rate: float | None = None,
    limit: int | None = None,
    fx: float | None = None,
) -> int:
    """Predict and log the frames of a source; return how many.

    frames: None in the place of one that is left out. rate: most frames in a second, None: as fast
    as it goes. limit: of frames that are shown. fx: the focal length in pixels, in place of the
    one that the frames state. The stamps are those of the frames, from 0.
    """
    scene = CameraScene(recording, ROOT)
    scene.describe(perception.classes, perception.depth_range)
    shown, due = 0, time.monotonic()
    for frame in frames:
        if frame is None:
            continue
        scene.show(_predicted(perception, frame, fx))
        shown += 1
        if shown == limit:
            break
        if rate:
            due = max(due + 1.0 / rate, time.monotonic())
            time.sleep(max(due - time.monotonic(), 0.0))
    return shown


def _predicted(perception: Perception, frame: Frame, fx: float | None) -> ShownFrame:
    lens = frame.intrinsics
    known = lens.fx if lens else None
    prediction = perception.predict(frame.rgb, fx=fx if fx is not None else known)
    assert not isinstance(prediction, list)
    normals = prediction.normals
    return ShownFrame(
        stamp_ns=round(frame.stamp * 1e9),
        picture=frame.rgb,
        labels=prediction.labels,
        depth=prediction.depth,
        normals=None if normals is None else color_normals(normals),
        camera=CameraModel(lens) if lens else None,
    )


def wait_for_interrupt() -> None:
    """Return at Ctrl-C: the page is served as long as this process runs."""
    print('Ctrl-C ends it', flush=True)
    with suppress(KeyboardInterrupt):
        threading.Event().wait()
