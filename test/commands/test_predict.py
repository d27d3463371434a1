# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet predict` from the command line to the files, with the shipped model."""

import cv2
import numpy as np
import pytest

from hydranet_ros.commands import main
from hydranet_ros.perception import Perception
from hydranet_ros.prediction_files import to_millimetres
from hydranet_ros.rendering import color_labels
from hydranet_ros.sources import open_source
from test.lens import write_lens_card

ENDS = ('labels.png', 'depth.png', 'depth.npy', 'picture.png')


@pytest.fixture(scope='module')
def frames():
    return [open_source('street', size=(96, 160)).read(position).rgb for position in (0, 9)]


@pytest.fixture(scope='module')
def perception():
    with Perception.load('street', precision='fp32') as perception:
        yield perception


@pytest.fixture
def folder(tmp_path, frames):
    path = tmp_path / 'drive'
    path.mkdir()
    for name, rgb in zip(('a', 'b'), frames, strict=True):
        cv2.imwrite(str(path / f'{name}.png'), rgb[..., ::-1])
    return path


def predict(source, out, *more):
    return main(['predict', str(source), '--out', str(out), '--precision', 'fp32', *more])


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def check(out, name, rgb, perception):
    expected = perception.predict(rgb)
    labels, depth = read(out / f'{name}_labels.png'), np.load(out / f'{name}_depth.npy')
    assert labels.dtype == np.uint8
    assert depth.dtype == np.float32
    np.testing.assert_array_equal(labels, expected.labels)
    np.testing.assert_array_equal(depth, expected.depth)
    millimetres = read(out / f'{name}_depth.png')
    assert millimetres.dtype == np.uint16
    np.testing.assert_array_equal(millimetres, to_millimetres(depth)[0])
    picture = read(out / f'{name}_picture.png')[..., ::-1]
    painted = color_labels(labels, perception.palette)
    painted = cv2.resize(painted, (320, 192), interpolation=cv2.INTER_NEAREST)
    rows = [
        top
        for top in range(picture.shape[0] - 191)
        if (picture[top : top + 192, 320:640] == painted).all()
    ]
    assert len(rows) == 1, 'the picture shows the labels that were written'


def test_an_image(folder, tmp_path, frames, perception):
    out = tmp_path / 'new' / 'out'
    assert predict(folder / 'a.png', out) == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(f'a_{end}' for end in ENDS)
    check(out, 'a', frames[0], perception)


def test_normals_are_written_too(folder, tmp_path, golden_model_file):
    out = tmp_path / 'out'
    given = ('--model', 'nyud_normals', '--weights', str(golden_model_file))
    assert predict(folder / 'a.png', out, *given) == 0
    normals = np.load(out / 'a_normals.npy')
    assert normals.shape == (96, 160, 3)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=2), 1, atol=1e-4)


def test_a_folder_with_a_damaged_frame(folder, tmp_path, frames, perception, capsys):
    (folder / 'aa.jpg').write_bytes(b'\xff\xd8 broken')
    out = tmp_path / 'out'
    assert predict(folder, out) == 1
    said = capsys.readouterr().err
    assert 'aa.jpg' in said
    assert '2 frames written' in said
    assert not list(out.glob('aa_*'))
    for name, rgb in zip(('a', 'b'), frames, strict=True):
        check(out, name, rgb, perception)


def test_nothing_is_overwritten_unasked(folder, tmp_path, frames, perception, capsys):
    out = tmp_path / 'out'
    out.mkdir()
    (out / 'a_depth.npy').write_bytes(b'precious')
    assert predict(folder, out) == 1
    assert (out / 'a_depth.npy').read_bytes() == b'precious'
    assert not (out / 'a_labels.png').exists()
    assert '--overwrite' in capsys.readouterr().err
    check(out, 'b', frames[1], perception)
    assert predict(folder, out, '--overwrite') == 0
    check(out, 'a', frames[0], perception)


def test_files_of_one_name_do_not_replace_each_other(folder, tmp_path, frames):
    cv2.imwrite(str(folder / 'a.bmp'), frames[1][..., ::-1])
    out = tmp_path / 'out'
    assert predict(folder, out) == 0
    assert len(list(out.glob('*_labels.png'))) == 3


def write_film(path, frames):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*'MJPG'), 10.0, (160, 96))
    for rgb in frames:
        writer.write(np.ascontiguousarray(rgb[..., ::-1]))
    writer.release()


def test_a_video_that_is_cut_off_is_said(tmp_path, frames, capsys):
    film, out = tmp_path / 'film.avi', tmp_path / 'out'
    write_film(film, 4 * frames)
    film.write_bytes(film.read_bytes()[: film.stat().st_size // 2])
    predict(film, out)
    read = len(list(out.glob('*_labels.png')))
    assert 0 < read < 8
    assert f'announces 8 frames, but only {read} could be read' in capsys.readouterr().err


def test_a_video(tmp_path, frames, capsys):
    film, out = tmp_path / 'film.avi', tmp_path / 'out'
    write_film(film, frames)
    assert predict(film, out) == 0
    assert 'announces' not in capsys.readouterr().err
    names = sorted(path.name for path in out.glob('*_labels.png'))
    assert names == ['film_000000_labels.png', 'film_000001_labels.png']


def test_the_street_needs_a_limit(tmp_path, capsys):
    assert predict('street', tmp_path / 'out') == 1
    assert '--limit' in capsys.readouterr().err
    assert predict('street', tmp_path / 'out', '--limit', '1', '--input-scale', '0.25') == 0
    assert read(tmp_path / 'out' / 'street_000000_labels.png').shape == (480, 640)


@pytest.mark.parametrize(
    ('more', 'says'),
    [
        (('--model', 'nope'), 'no model'),
        (('--domain', 'nope'), 'domain'),
        (('--backend', 'nope'), 'backend'),
    ],
)
def test_bad_arguments_are_said_in_one_line(folder, tmp_path, capsys, more, says):
    assert predict(folder, tmp_path / 'out', *more) == 1
    said = capsys.readouterr().err
    assert says in said
    assert 'Traceback' not in said


@pytest.mark.parametrize(
    'source', [300 * 'a', '~nosuchuser/a.png', f'{300 * "a"}.mcap', '~nosuchuser/a.mcap']
)
def test_what_can_be_no_path_is_said_in_one_line(tmp_path, capsys, source):
    assert predict(source, tmp_path / 'out') == 1
    said = capsys.readouterr().err
    assert f"'{source}'" in said
    assert 'Traceback' not in said


def test_an_output_of_nobody_is_a_folder(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert predict(folder / 'a.png', '~nosuchuser/out') == 0
    assert (tmp_path / '~nosuchuser' / 'out' / 'a_labels.png').is_file()


@pytest.mark.parametrize('more', [('--fx', '-3'), ('--fx', 'nan'), ('--input-scale', '0')])
def test_what_is_no_number_above_0_is_mistyped(folder, tmp_path, capsys, more):
    with pytest.raises(SystemExit) as caught:
        predict(folder, tmp_path / 'out', *more)
    assert caught.value.code == 2
    assert f"{more[0]}: '{more[1]}' is no number above 0" in capsys.readouterr().err


def test_a_focal_length_that_changes_nothing_is_said(folder, tmp_path, frames, perception, caplog):
    lens, out = write_lens_card(tmp_path, None), tmp_path / 'out'
    assert predict(folder / 'a.png', out, '--model', str(lens), '--fx', '500') == 0
    assert 'fx has no effect' in caplog.text
    check(out, 'a', frames[0], perception)


def test_a_focal_length_scales_the_depth(folder, tmp_path, frames, perception):
    lens, out = write_lens_card(tmp_path, 400.0), tmp_path / 'out'
    assert predict(folder / 'a.png', out, '--model', str(lens), '--fx', '500') == 0
    depth = np.load(out / 'a_depth.npy')
    expected = perception.predict(frames[0], depth_scale=500 / 400)
    np.testing.assert_array_equal(depth, expected.depth)
    assert not np.array_equal(depth, perception.predict(frames[0]).depth)


def test_the_intrinsics_of_a_source_scale_the_depth(tmp_path):
    lens, out = write_lens_card(tmp_path, 400.0), tmp_path / 'out'
    given = ('--model', str(lens), '--limit', '1', '--input-scale', '0.25')
    assert predict('street', out, *given) == 0
    frame = open_source('street').read(0)
    with Perception.load(lens, precision='fp32', input_scale=0.25) as perception:
        expected = perception.predict(frame.rgb, depth_scale=frame.intrinsics.fx * 0.25 / 400)
    found = np.load(out / 'street_000000_depth.npy')
    np.testing.assert_allclose(found, expected.depth, rtol=1e-6)


def test_an_out_that_is_a_file_is_said(folder, tmp_path, capsys):
    (tmp_path / 'out').write_text('mine')
    assert predict(folder, tmp_path / 'out') == 1
    assert 'cannot make the folder' in capsys.readouterr().err
    assert (tmp_path / 'out').read_text() == 'mine'


def test_millimetres():
    depth = np.array([[0.0004, 0.001, 1.2346, 65.535, 65.6, 80.0, np.nan, 0.0]], np.float32)
    millimetres, too_far = to_millimetres(depth)
    np.testing.assert_array_equal(millimetres, [[0, 1, 1235, 65535, 65535, 65535, 0, 0]])
    assert millimetres.dtype == np.uint16
    assert too_far == 2
