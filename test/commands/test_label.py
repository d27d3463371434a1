# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet train --label`."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.commands import main
from test.training.distillation.teachers import flag
from test.training.distillation.teachers import flag_labels
from test.training.distillation.teachers import write_class_map
from test.training.distillation.teachers import write_colour_teacher


def test_labels_are_written(tmp_path: Path) -> None:
    (tmp_path / 'rgb').mkdir()
    cv2.imwrite(str(tmp_path / 'rgb' / 'one.png'), flag()[..., ::-1])
    write_colour_teacher(tmp_path / 'teacher.onnx')
    write_class_map(tmp_path / 'map.yaml')
    out = tmp_path / 'out'
    options = ['--teacher', 'teacher.onnx', '--class-map', 'map.yaml', '--images', 'rgb']
    assert main(['train', '--label', *options, '--data', str(tmp_path), '--out', str(out)]) == 0
    found = cv2.imread(str(out / 'labels' / 'one.png'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(found, flag_labels())
    assert json.loads((out / 'provenance.json').read_text())['images']['count'] == 1


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--label', '--teacher', 'x'], '--label needs --images, --out'),
        (['street', '--label', '--teacher', 'x', '--images', 'y', '--out', 'z'], 'no RECIPE'),
        (['street', '--class-map', 'x'], '--class-map belongs to --label'),
        ([], 'There is no RECIPE'),
    ],
)
def test_options_that_do_not_belong_together(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture
) -> None:
    assert main(['train', *arguments]) != 0
    assert message in capsys.readouterr().err
