# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Damaged frames of a source: told, counted, and in nobody's way."""

from pathlib import Path

import cv2
import numpy as np

from hydranet_ros.sources import open_source
from hydranet_ros.sources import ReadableFrames


def test_damaged_frames_are_told_and_counted(tmp_path: Path) -> None:
    for name in ('1', '4'):
        cv2.imwrite(str(tmp_path / f'{name}.png'), np.zeros((4, 6, 3), np.uint8))
    for name in ('2', '3'):
        (tmp_path / f'{name}.png').write_bytes(b'no picture')
    told: list[str] = []
    frames = ReadableFrames(open_source(str(tmp_path)), told.append)
    found = [None if one is None else one.name for one in frames]
    assert found == ['1', None, None, '4']
    assert frames.left_out == 2
    assert ['2.png' in told[0], '3.png' in told[1], len(told)] == [True, True, 2]
