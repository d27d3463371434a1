# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Diagnosis of the shipped network, whose own predictions serve as the truth.

What it finds of real images is told in docs/diagnose.md, and not looked at here.
"""

from collections.abc import Iterator
from dataclasses import replace
import json
from pathlib import Path
from typing import Any
import warnings

import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros import Perception
from hydranet_ros.deploy.engine import CpuEngine
from hydranet_ros.deploy.engines import torch_engine
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.deploy.request import EngineSettings
from hydranet_ros.deploy.selection import Choice
from hydranet_ros.evaluation.diagnostics.diagnose import diagnose
from hydranet_ros.evaluation.diagnostics.diagnosis import Diagnosis
from hydranet_ros.evaluation.diagnostics.diagnosis_options import DiagnosisOptions
from hydranet_ros.evaluation.diagnostics.diagnosis_tables import diagnosis_tables
from hydranet_ros.evaluation.diagnostics.logits import backend_with_logits
from hydranet_ros.evaluation.diagnostics.logits import camera_logits
from hydranet_ros.evaluation.diagnostics.logits import check_gives_logits
from hydranet_ros.evaluation.evaluate import evaluate
from hydranet_ros.evaluation.evaluation_data import EvaluationData
from hydranet_ros.evaluation.size_groups import padded
from hydranet_ros.sources import open_source
from hydranet_ros.training.datasets.sample import Sample
from hydranet_ros.zoo.card_types import Task
from test.labels_card import write_single_task_card
from test.training.samples import Memory

SIZE = (72, 96)
LABELS = {Task.SEMANTIC: 1.0}


@pytest.fixture(scope='module')
def model() -> Iterator[Perception]:
    with Perception.load('street', backend='onnxruntime', precision='fp32') as perception:
        yield perception


def frames(sizes: tuple[tuple[int, int], ...] = (SIZE, SIZE)) -> list[np.ndarray]:
    return [
        open_source('street', size=size).read(60 * number).rgb for number, size in enumerate(sizes)
    ]


def memory(model: Perception, samples: list[Sample]) -> EvaluationData:
    data = Memory(samples)
    data.classes = model.classes
    return EvaluationData(data, 'memory')


def own_truth(model: Perception, rgbs: list[np.ndarray] | None = None) -> EvaluationData:
    samples = []
    for number, rgb in enumerate(frames() if rgbs is None else rgbs):
        found = model.predict(rgb)
        assert not isinstance(found, list)
        samples.append(Sample(str(number), rgb, found.labels, weights=LABELS))
    return memory(model, samples)


def shifted(data: EvaluationData) -> EvaluationData:
    """Move the truth aside, and leave some of it out."""
    for sample in data.dataset.samples:
        sample.labels = np.roll(sample.labels, 7, axis=1)
        sample.labels[:20, :30] = 255
    return data


def strict_json(diagnosis: Diagnosis) -> dict[str, Any]:
    text = json.dumps(diagnosis.document(), allow_nan=False)
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.fixture(autouse=True)
def _no_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        yield


def test_what_the_model_says_is_perfect(model: Perception) -> None:
    diagnosis, worst = diagnose(model, own_truth(model), DiagnosisOptions(pictures=3))
    document = strict_json(diagnosis)
    assert document['mIoU'] == 100
    assert document['errors']['overall']['shares'] is None
    assert all(one['gain'] == 0 for one in document['errors']['oracles'])
    assert not worst
    recall = next(one for one in diagnosis.sensitivity if one.score == 'recall')
    assert {one.overall.mean for one in recall.classes} <= {1.0, None}
    assert 'mIoU' in diagnosis_tables(diagnosis)


def test_the_metrics_are_those_of_evaluate(model: Perception) -> None:
    data = shifted(own_truth(model))
    diagnosis, _ = diagnose(model, data)
    expected = evaluate(model, data)
    assert expected.semantic is not None
    assert expected.semantic.errors.miou is not None
    assert expected.semantic.errors.miou < 99
    assert diagnosis.evaluation.semantic == expected.semantic
    assert replace(diagnosis.evaluation, date='') == replace(expected, date='', depth=None)


def test_the_kinds_and_bins_hold_every_pixel(model: Perception) -> None:
    data = shifted(own_truth(model))
    diagnosis, worst = diagnose(model, data, DiagnosisOptions(pictures=9))
    document = strict_json(diagnosis)
    errors = diagnosis.evaluation.semantic.errors
    labelled = sum(int((sample.labels != 255).sum()) for sample in data.dataset.samples)
    assert sum(map(sum, document['uncertainty']['pixels'])) == errors.pixels == labelled
    wrong = document['errors']['overall']['wrong_pixels']
    assert wrong == round(errors.pixels * (1 - errors.pixel_accuracy / 100))
    assert sum(one.wrong for one in worst) == wrong
    assert [one.wrong for one in worst] == sorted((one.wrong for one in worst), reverse=True)
    gains = [one['gain'] for one in document['errors']['oracles']]
    assert min(gains) >= 0
    assert max(gains) > 0


def test_logits_say_what_predict_says(model: Perception) -> None:
    for rgb in frames((SIZE, (75, 101))):
        logits = camera_logits(model, rgb)
        assert logits.shape == (len(model.classes), *rgb.shape[:2])
        np.testing.assert_array_equal(logits.argmax(0), model.predict(rgb).labels)


def test_padding_is_cut_off(model: Perception) -> None:
    (rgb,) = frames(((70, 90),))
    found = model.predict(padded(rgb, (96, 96)))
    assert not isinstance(found, list)
    sample = Sample('a', rgb, found.labels[:70, :90], weights=LABELS)
    diagnosis, _ = diagnose(model, memory(model, [sample]), DiagnosisOptions(pad_to=32))
    assert diagnosis.evaluation.input_sizes == ((96, 96),)
    assert diagnosis.evaluation.semantic.errors.pixels == 70 * 90
    assert diagnosis.evaluation.semantic.errors.miou == 100


def test_nothing_annotated_in_an_image_and_classes_that_never_occur(model: Perception) -> None:
    data = own_truth(model)
    first, second = data.dataset.samples
    first.labels = np.full(SIZE, 255, np.uint8)
    second.labels = np.where(second.labels == second.labels[0, 0], second.labels, 255)
    document = strict_json(diagnose(model, data)[0])
    assert sum(bool(one) for one in document['instances']) == 1
    absent = [one['overall']['mean'] for one in document['sensitivity'][0]['classes']]
    assert absent.count(None) == len(model.classes) - 1
    assert document['evaluation']['images'] == 2
    second.labels = None
    first.labels[3, 4] = 0
    document = strict_json(diagnose(model, data)[0])
    assert document['evaluation']['images'] == 1, 'the other one has no labels'
    assert document['evaluation']['semantic']['errors']['pixels'] == 1
    assert document['uncertainty']['pixels'][0][0] == 1


def test_nothing_annotated_at_all(model: Perception) -> None:
    data = own_truth(model)
    for sample in data.dataset.samples:
        sample.labels = np.full(SIZE, 255, np.uint8)
    with pytest.raises(HydranetError, match='memory has no labelled pixel'):
        diagnose(model, data)
    for sample in data.dataset.samples:
        sample.labels, sample.weights = None, {}
    with pytest.raises(HydranetError, match='memory annotates nothing and no classes'):
        diagnose(model, memory(model, data.dataset.samples))
    with pytest.raises(HydranetError, match='memory has no image'):
        diagnose(model, memory(model, []))


def test_classes_that_one_side_alone_has(model: Perception) -> None:
    data = own_truth(model)
    counts = np.bincount(data.dataset.samples[0].labels.ravel(), minlength=len(model.classes))
    renamed = int(counts.argmax())
    data.dataset.classes = tuple(
        replace(one, name='of the set alone') if place == renamed else one
        for place, one in enumerate(model.classes)
    )
    other = (renamed + 1) % len(model.classes)
    for sample in data.dataset.samples:
        sample.labels = np.where(sample.labels == renamed, np.uint8(other), sample.labels)
    document = strict_json(diagnose(model, data)[0])
    foreign = document['errors']['by_predicted_class'][-1]
    assert foreign['class_name'] is None
    assert foreign['shares']['other'] == 1
    assert len(document['classes']) == len(model.classes) - 1


def test_own_bins_radius_and_groups(model: Perception, tmp_path: Path) -> None:
    groups = tmp_path / 'groups.yaml'
    groups.write_text('background: sky\n')
    options = DiagnosisOptions(bins=(2, 4), radius=1.5, groups=groups, least_area=1)
    diagnosis, _ = diagnose(model, shifted(own_truth(model)), options)
    assert diagnosis.uncertainty.bins == ('1-2', '3-4', '> 4')
    assert diagnosis.errors.radius == 1.5
    assert diagnosis.errors.kinds == ('localisation', 'background', 'other')
    assert any('`similar` are left out' in note for note in diagnosis.notes)
    assert f'similar in {groups}' in diagnosis_tables(diagnosis)
    assert diagnosis.specks == 0
    plain, _ = diagnose(model, shifted(own_truth(model)))
    assert plain.errors.kinds == ('localisation', 'similar', 'other')
    assert '`background` are left out' in diagnosis_tables(plain)


def test_a_model_without_classes(tmp_path: Path) -> None:
    card = write_single_task_card(tmp_path, 'depth')
    with (
        Perception.load(card, backend='onnxruntime') as depth_alone,
        pytest.raises(HydranetError, match='predicts depth and no classes'),
    ):
        check_gives_logits(depth_alone)


@pytest.mark.parametrize('backend', [Backend.TENSORRT, Backend.ONNXRUNTIME_CUDA])
def test_backends_that_keep_the_logits_are_refused_before_they_build(
    model: Perception, backend: Backend
) -> None:
    settings = EngineSettings(model.card, model.model_file)
    choice = Choice(backend, Precision.FP16, 'a GPU', 'as asked')
    with (
        Perception(settings, choice) as on_gpu,
        pytest.raises(HydranetError, match='Give --backend openvino, or onnxruntime'),
    ):
        check_gives_logits(on_gpu)


@pytest.mark.parametrize('backend', ['openvino', 'torch'])
def test_other_backends_agree(model: Perception, backend: str) -> None:
    pytest.importorskip(backend)
    data = shifted(own_truth(model))
    expected, _ = diagnose(model, data)
    with Perception.load('street', backend=backend, precision='fp32') as other:
        if other.choice.backend is Backend.TORCH and torch_engine.on_gpu():
            pytest.skip('torch keeps the logits on its GPU')
        found, _ = diagnose(other, data)
    for one, reference in zip(found.errors.oracles, expected.errors.oracles, strict=True):
        assert one.miou == pytest.approx(reference.miou, abs=0.2)


def test_an_image_without_numbers_is_named(
    model: Perception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoilt(engine: CpuEngine, images: list[np.ndarray]) -> dict[str, np.ndarray]:
        return {'semantic': np.full((1, len(model.classes), 9, 12), np.nan, np.float32)}

    data = own_truth(model)
    monkeypatch.setattr(CpuEngine, 'raw', spoilt)  # an overflow, which fp32 does not have
    with pytest.raises(HydranetError, match='0: the network gives no numbers.*--precision fp32'):
        diagnose(model, data)


def test_auto_is_a_backend_of_a_cpu() -> None:
    assert backend_with_logits('auto') in ('openvino', 'onnxruntime')
    assert backend_with_logits('tensorrt') == 'tensorrt'
