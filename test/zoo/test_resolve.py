# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""From a card to a model file, with checkpoints of golden weights in the 2018 format."""

from dataclasses import replace
import hashlib
import os
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo import resolve
from hydranet_ros.zoo import resolve_model_file
from hydranet_ros.zoo.card import ModelCard
from hydranet_ros.zoo.card import WeightsSource
from hydranet_ros.zoo.checksums import git_blob
from hydranet_ros.zoo.model_file import read_model_file
from test.golden.networks import official_state
from test.zoo.checkpoints import write_checkpoint_of_2018
from test.zoo.weights_server import serving
from test.zoo.weights_server import whole


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('checkpoint')
    return write_checkpoint_of_2018(folder / 'kitti.ckpt', official_state('multitask_kitti'))


@pytest.fixture(scope='module')
def imported_cache(tmp_path_factory: pytest.TempPathFactory, checkpoint: Path) -> Path:
    """A cache into which the checkpoint was downloaded and imported, which takes seconds."""
    folder = tmp_path_factory.mktemp('cache')
    with pytest.MonkeyPatch.context() as patch, serving() as server:
        patch.setenv('HYDRANET_CACHE', str(folder))
        server.answers = [whole(checkpoint.read_bytes())]
        resolve_model_file(kitti_at(server.url, checkpoint), progress=lambda done, total: None)
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'cache'))
    return tmp_path / 'cache'


@pytest.fixture
def filled_cache(cache: Path, imported_cache: Path) -> Path:
    shutil.copytree(imported_cache, cache)
    return cache


@pytest.fixture
def imports(monkeypatch: pytest.MonkeyPatch, imported_cache: Path) -> list[Path]:
    """Count imports and give the model file of the real one again, to save their seconds."""
    done: list[Path] = []

    def copy(checkpoint: Path, family: str, out: Path, *_: str | None, if_official: bool) -> None:
        assert family == 'multitask'
        assert if_official
        shutil.copy(only_model_file(imported_cache), out)
        done.append(checkpoint)

    monkeypatch.setattr(resolve, 'import_checkpoint_file', copy)
    return done


def test_weights_that_ship_lie_beside_their_card() -> None:
    card = load_card('street')
    assert resolve_model_file(card) == card.path.parent / 'street.onnx'


def test_url_is_downloaded_and_imported_once(
    checkpoint: Path, filled_cache: Path, imports: list[Path]
) -> None:
    shutil.rmtree(filled_cache / 'downloads')
    with serving() as server:
        path = resolve_model_file(kitti_at(server.url, checkpoint))
        assert server.ranges == []
    assert path == filled_cache / 'models' / f'kitti-{git_blob(checkpoint)[:16]}.onnx'
    file = read_model_file(path)
    assert file.name == 'kitti'
    assert file.heads == {'semantic': 6, 'depth': 1}
    assert resolve_model_file(load_card('kitti'), str(checkpoint)) == path
    assert imports == []


def test_model_file_stands_in_for_the_weights(filled_cache: Path, tmp_path: Path) -> None:
    made = only_model_file(filled_cache)
    copy = shutil.copy(made, tmp_path / 'mine.onnx')
    assert resolve_model_file(load_card('kitti'), copy) == Path(copy)


@pytest.mark.parametrize('damage', ['content', 'checksum', 'no checksum', 'no file'])
def test_damaged_import_is_made_again(
    damage: str,
    checkpoint: Path,
    filled_cache: Path,
    imports: list[Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    path = only_model_file(filled_cache)
    good = path.read_bytes()
    if damage == 'content':
        path.write_bytes(good[:-1] + b'\0')
    elif damage == 'checksum':
        path.with_suffix('.sha256').write_bytes(b'\xff')
    elif damage == 'no checksum':
        path.with_suffix('.sha256').unlink()
    else:
        path.unlink()
    assert resolve_model_file(load_card('kitti'), checkpoint) == path
    assert imports == [checkpoint]
    assert path.read_bytes() == good
    stored = path.with_suffix('.sha256').read_text().strip()
    assert stored == hashlib.sha256(path.read_bytes()).hexdigest()
    assert ('imported again' in caplog.text) == (damage != 'no file')


@pytest.mark.parametrize('name', ['nyud', 'nyud_normals', 'street'])
def test_other_model_file_is_refused(name: str, filled_cache: Path) -> None:
    path = only_model_file(filled_cache)
    with pytest.raises(HydranetError, match='does not fit') as caught:
        resolve_model_file(load_card(name), path)
    assert str(path) in str(caught.value)
    assert f'{name}.yaml' in str(caught.value)


def test_damaged_own_file_is_refused(tmp_path: Path) -> None:
    card = load_card('street')
    shutil.copy(card.path, tmp_path)
    copy = tmp_path / card.weights.location
    copy.write_bytes((card.path.parent / card.weights.location).read_bytes()[:-1])
    with pytest.raises(HydranetError, match=r'are not those of model card .*SHA-256'):
        resolve_model_file(load_card(tmp_path / 'street.yaml'))
    copy.unlink()
    with pytest.raises(HydranetError, match='are missing'):
        resolve_model_file(load_card(tmp_path / 'street.yaml'))


@pytest.mark.parametrize(
    'name', ['missing.onnx', 'missing.ckpt', 300 * 'x', '~nobody-of-this-name/x']
)
def test_missing_weights_are_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(HydranetError, match='There are no weights'):
        resolve_model_file(load_card('kitti'), tmp_path / name)


def test_unreadable_weights_are_told(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(13, 'Permission denied', str(path))

    monkeypatch.setattr(resolve, 'git_blob', refuse)  # root may read what others may not
    with pytest.raises(HydranetError, match=r'cannot be read: .*Permission denied.*kitti\.ckpt'):
        resolve_model_file(load_card('kitti'), checkpoint)


def test_unwritable_cache_is_told(checkpoint: Path, cache: Path) -> None:
    cache.mkdir()
    (cache / 'models').write_text('a file where the folder should be')
    with pytest.raises(HydranetError, match='HYDRANET_CACHE'):
        resolve_model_file(load_card('kitti'), checkpoint)


def test_failed_import_leaves_nothing(cache: Path, tmp_path: Path) -> None:
    (tmp_path / 'bad.ckpt').write_bytes(b'no checkpoint')
    with pytest.raises(HydranetError, match='cannot be read as a torch checkpoint'):
        resolve_model_file(load_card('kitti'), tmp_path / 'bad.ckpt')
    assert [path.suffix for path in (cache / 'models').iterdir()] == ['.lock']


WITHOUT_TORCH = """
import sys
sys.modules['torch'] = None
from hydranet_ros.errors import HydranetError
from hydranet_ros.zoo import load_card, resolve_model_file
try:
    print(resolve_model_file(load_card(sys.argv[1]), *sys.argv[2:]))
except HydranetError as error:
    print('refused:', error)
"""


def without_torch(*arguments: str) -> str:
    command = [sys.executable, '-c', WITHOUT_TORCH, *arguments]
    return subprocess.run(
        command, env=dict(os.environ), capture_output=True, text=True, check=True, timeout=120
    ).stdout.strip()


def test_model_files_need_no_torch(checkpoint: Path, filled_cache: Path) -> None:
    path = only_model_file(filled_cache)
    assert without_torch('kitti', str(path)) == str(path)
    assert without_torch('kitti', str(checkpoint)) == str(path)
    assert without_torch('street').endswith('street.onnx')


def test_import_without_torch_tells_where_to_do_it(checkpoint: Path, cache: Path) -> None:
    for answer in (without_torch('kitti', str(checkpoint)), without_torch('kitti')):
        assert answer.startswith('refused: Importing a checkpoint needs torch')
        assert 'hydranet models import kitti' in answer
    assert not (cache / 'downloads').exists()


def kitti_at(url: str, checkpoint: Path) -> ModelCard:
    source = WeightsSource(url, None, git_blob(checkpoint), None, 'multitask')
    return replace(load_card('kitti'), weights=source)


def only_model_file(cache: Path) -> Path:
    (path,) = (cache / 'models').glob('*.onnx')
    return path
