# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Stored labels: what is written, what training reads of it, and interrupted runs."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.training.datasets.annotated import with_annotations
from hydranet_ros.training.datasets.opening import open_dataset
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.training.distillation.labelling import label
from hydranet_ros.training.distillation.labelling import run_labelling
from hydranet_ros.training.distillation.teacher import Annotation
from hydranet_ros.zoo.card_types import SemanticClass
from hydranet_ros.zoo.card_types import Task
from test.training.samples import Memory

from .teachers import flag
from .teachers import flag_labels
from .teachers import write_class_map
from .teachers import write_colour_teacher

SIZE = (6, 8)
LABELS = np.arange(48, dtype=np.uint8).reshape(SIZE) % 2
CONFIDENCE = np.full(SIZE, 200, np.uint8)
DEPTH = np.linspace(1, 48, 48, dtype=np.float32).reshape(SIZE)


class Known:
    """A teacher that says the same of every image; `depth` is in metres for fx = 50."""

    tasks = frozenset({Task.SEMANTIC, Task.DEPTH})
    focal_length_px: float | None = 70.0
    classes = (SemanticClass('a', (1, 2, 3)), SemanticClass('b', (4, 5, 6)))

    def __init__(self, version: int = 1) -> None:
        self.provenance = {'kind': 'known', 'version': version}
        self.seen: list[float | None] = []

    def __call__(self, rgb: np.ndarray, fx: float | None = None) -> Annotation:
        self.seen.append(fx)
        confidence = CONFIDENCE.copy()
        confidence[0] = 100
        depth = DEPTH.copy()
        depth[0, 0], depth[0, 1], depth[0, 2] = np.nan, 500.0, -1.0
        return Annotation(LABELS, confidence, depth)


def images(count: int = 3, **annotations: np.ndarray) -> Memory:
    samples = [
        Sample(f'{i:02d}', np.full((*SIZE, 3), i, np.uint8), fx=50.0, **annotations)
        for i in range(count)
    ]
    for sample in samples:
        if sample.depth is not None:
            sample.weights[Task.DEPTH] = 1.0
    return Memory(samples)


def test_training_reads_what_the_teacher_said(tmp_path: Path) -> None:
    label(images(), Known(), tmp_path)
    sample = with_annotations(images(), tmp_path, weight=0.5, min_confidence=0.5)[1]
    assert sample.weights == {Task.SEMANTIC: 0.5, Task.DEPTH: 0.5}
    np.testing.assert_array_equal(sample.labels[1:], LABELS[1:])
    assert (sample.labels[0] == 255).all(), 'unsure'
    np.testing.assert_allclose(sample.depth[1:], DEPTH[1:], atol=1 / 512)
    np.testing.assert_allclose(sample.depth[0, 3:], DEPTH[0, 3:], atol=1 / 512)
    assert np.isnan(sample.depth[0, :3]).all(), 'nothing, too far, behind'


def test_depth_beyond_the_format_is_none(tmp_path: Path) -> None:
    label(images(1), Known(), tmp_path)
    stored = cv2.imread(str(tmp_path / 'depth' / '00.png'), cv2.IMREAD_UNCHANGED)
    assert stored.dtype == np.uint16
    assert stored[0, :3].tolist() == [0, 0, 0]
    assert stored[0, 3] == round(DEPTH[0, 3] * 256)


def test_only_what_the_set_lacks_is_stored(tmp_path: Path) -> None:
    label(images(depth=DEPTH), Known(), tmp_path)
    assert not (tmp_path / 'depth').exists()
    provenance = json.loads((tmp_path / 'provenance.json').read_text())
    assert provenance['tasks'] == ['semantic']
    assert provenance['teacher'] == {'kind': 'known', 'version': 1}
    assert provenance['classes'][1] == {'name': 'b', 'color': [4, 5, 6]}
    assert provenance['complete'] is True
    annotated = Memory(images(depth=DEPTH).samples)
    annotated.tasks = Known.tasks
    with pytest.raises(HydranetError, match='there is nothing to label'):
        label(annotated, Known(), tmp_path / 'other')


def test_provenance_says_whose_metres(tmp_path: Path) -> None:
    unknown = images()
    for sample in unknown.samples:
        sample.fx = None
    found = {}
    for name, dataset in (('known', images()), ('unknown', unknown)):
        label(dataset, Known(), tmp_path / name)
        found[name] = json.loads((tmp_path / name / 'provenance.json').read_text())['depth']
    assert found['known']['fx'] == 50.0
    assert 'fx unknown' in found['unknown']['metres_of']


def test_depth_of_an_unknown_camera_is_in_metres_of_the_teachers(tmp_path: Path) -> None:
    unknown = images()
    for sample in unknown.samples:
        sample.fx = None
    label(unknown, Known(), tmp_path / 'unknown')
    found = with_annotations(unknown, tmp_path / 'unknown', weight=1.0, min_confidence=0.0)[0]
    assert found.fx == 70.0
    teacher = Known()
    teacher.focal_length_px = None
    label(images(), teacher, tmp_path / 'known')
    with pytest.raises(HydranetError, match='made without a focal length'):
        with_annotations(images(), tmp_path / 'known', weight=1.0, min_confidence=0.0)


def test_an_interrupted_run_goes_on(tmp_path: Path) -> None:
    class Interrupted(Known):
        def __call__(self, rgb: np.ndarray, fx: float | None = None) -> Annotation:
            if len(self.seen) == 2:
                raise KeyboardInterrupt
            return super().__call__(rgb, fx)

    with pytest.raises(KeyboardInterrupt):
        label(images(), Interrupted(), tmp_path)
    assert json.loads((tmp_path / 'provenance.json').read_text())['complete'] is False
    with pytest.raises(HydranetError, match='lacks 1 of 3 files'):
        with_annotations(images(), tmp_path, weight=1.0, min_confidence=0.0)
    again, done = Known(), []
    label(images(), again, tmp_path, progress=lambda count, total: done.append((count, total)))
    assert again.seen == [50.0], 'two images were done'
    assert done == [(1, 3), (2, 3), (3, 3)]


def test_labels_of_another_teacher_are_kept(tmp_path: Path) -> None:
    label(images(), Known(), tmp_path)
    with pytest.raises(HydranetError, match='holds labels whose teacher'):
        label(images(), Known(version=2), tmp_path)
    (tmp_path / 'provenance.json').write_text('{')
    with pytest.raises(HydranetError, match='is damaged'):
        label(images(), Known(), tmp_path)


def test_labels_of_other_images_are_kept(tmp_path: Path) -> None:
    label(images(), Known(), tmp_path)
    again, changed, renamed = images(), images(), images()
    changed.samples[2].rgb[3, 4, 1] ^= 1
    renamed.names = ['00', '01', '03']
    label(again, Known(), tmp_path)
    for other in (changed, renamed, images(2)):
        with pytest.raises(HydranetError, match='holds labels whose images'):
            label(other, Known(), tmp_path)


def test_a_folder_of_images_by_an_onnx_file(tmp_path: Path) -> None:
    (tmp_path / 'rgb').mkdir()
    cv2.imwrite(str(tmp_path / 'rgb' / 'one.png'), flag()[..., ::-1])
    write_colour_teacher(tmp_path / 'teacher.onnx')
    write_class_map(tmp_path / 'map.yaml')
    out = run_labelling(
        'teacher.onnx', 'rgb', tmp_path / 'out', class_map='map.yaml', root=tmp_path, threads=1
    )
    images_alone = open_dataset('folder:rgb', root=tmp_path)
    found = with_annotations(images_alone, out, weight=1.0, min_confidence=0.9)
    np.testing.assert_array_equal(found[0].labels, flag_labels())
    assert [item.name for item in found.classes] == ['warm', 'cold']


def test_images_that_are_not_there(tmp_path: Path) -> None:
    write_colour_teacher(tmp_path / 'teacher.onnx')
    write_class_map(tmp_path / 'map.yaml')
    (tmp_path / 'empty').mkdir()
    for spec, split, message in (
        ('absent', None, 'there is no folder'),
        ('empty', None, 'holds no image'),
        ('empty', 'train', 'has no split'),
        ('camvit:empty', None, "did you mean 'camvid'"),
    ):
        with pytest.raises(HydranetError, match=message):
            run_labelling(
                'teacher.onnx',
                spec,
                tmp_path / 'out',
                split=split,
                class_map='map.yaml',
                root=tmp_path,
            )
    assert not (tmp_path / 'out').exists()
