# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The Cityscapes segmenter on real streets.

Not verified: its accuracy on classes other than the six that the one frame at hand tells.
"""

from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.distillation.opening import open_teacher

pytest.importorskip('ai_edge_litert', reason='LiteRT is not installed')

FILE = 'deeplab_mobilenet_edgetpu_slim_cityscapes_quant.tflite'
# sky, building, road, sidewalk, vegetation, car: the ids of the frame, and CamVid's
SIX_TO_CAMVID = np.array([0, 1, 3, 4, 5, 8])


def test_most_of_a_real_street_is_labelled_rightly(shared: Path) -> None:
    folder = shared / 'examples' / 'kitti'
    rgb = cv2.imread(str(folder / '000099_rgb.png'))[..., ::-1]
    true = cv2.imread(str(folder / '000099_ids.png'), cv2.IMREAD_UNCHANGED)
    rgb, true = np.ascontiguousarray(rgb[:, :500]), true[:, :500]
    teacher = open_teacher(FILE, 'cityscapes_to_camvid', shared / 'weights', threads=1)
    annotation = teacher(rgb)
    known = true < len(SIX_TO_CAMVID)
    right = annotation.labels[known] == SIX_TO_CAMVID[true[known]]
    sure = annotation.confidence[known] >= 230
    assert right.mean() > 0.8
    assert right[sure].mean() > right.mean()
    assert teacher.provenance['network']['output'] != 'ArgMax', 'ids have no confidence'


def test_a_map_of_another_size_finds_ids_only(
    shared: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / 'two.yaml').write_text(
        'classes: [{name: all, color: [1, 2, 3]}]\nteacher: [{road: all}, {sidewalk: all}]\n'
    )
    teacher = open_teacher(str(shared / 'weights' / FILE), 'two.yaml', tmp_path, threads=1)
    assert teacher.provenance['network']['output'] == 'ArgMax'
    assert 'class ids alone, no scores of 2 classes' in caplog.text
    with (tmp_path / 'two.yaml').open('a') as file:
        file.write('input: {size: [9, 9]}\n')
    with pytest.raises(HydranetError, match='take input out'):
        open_teacher(str(shared / 'weights' / FILE), 'two.yaml', tmp_path)


def test_what_is_no_tflite_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / 'damaged.tflite').write_bytes(b'damaged')
    with pytest.raises(HydranetError, match='cannot be read as a TFLite file'):
        open_teacher('damaged.tflite', 'cityscapes_to_camvid', tmp_path)
