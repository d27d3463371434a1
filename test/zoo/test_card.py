# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The shipped cards against the papers, and cards that are wrong.

The class names of NYUDv2 and KITTI are not published with the weights and not verified; nor are
the weights themselves.
"""

from collections.abc import Callable
import logging
from pathlib import Path
import re
import shutil
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml

from hydranet_ros.deploy.normals import optical_axes
from hydranet_ros.errors import HydranetError
from hydranet_ros.resources import DEFAULT_MODEL
from hydranet_ros.resources import models_dir
from hydranet_ros.sources.sampling import sample_frames
from hydranet_ros.zoo import list_cards
from hydranet_ros.zoo import load_card
from hydranet_ros.zoo.card import ModelCard
from hydranet_ros.zoo.card import Task
from hydranet_ros.zoo.checksums import mismatch
from test.conftest import ROOT
from test.golden.networks import golden_case

GOLDEN = {
    'kitti': 'multitask_kitti',
    'nyud': 'multitask_nyud',
    'nyud_normals': 'multitask_nyud_normals',
    'nyud_kitti': 'multitask_nyud_kitti',
}
BLOBS = {
    'kitti': ('ExpKITTI_joint.ckpt', 'd9386a96f748001406c622100ce944333d1967ff'),
    'nyud_kitti': ('ExpNYUDKITTI_joint.ckpt', '54f57cc2bd15e5cdfa9f3f1eaba9760951218bfa'),
    'nyud': ('ExpNYUD_joint.ckpt', '56f5f5a6bc08a64f36e83547140add41baa4216d'),
    'nyud_normals': ('ExpNYUD_three.ckpt', '6f412c152600827cabff5e1b66efad50090c16a7'),
}
KITTI_COLORS = [
    (128, 128, 128), (128, 0, 0), (128, 64, 128), (0, 0, 192), (128, 128, 0), (64, 0, 128),
]  # fmt: skip
CAMVID_COLORS = [
    (128, 128, 128), (128, 0, 0), (192, 192, 128), (128, 64, 128), (0, 0, 192), (128, 128, 0),
    (192, 128, 128), (64, 64, 128), (64, 0, 128), (64, 64, 0), (0, 128, 192),
]  # fmt: skip


def voc_color(index: int) -> tuple[int, ...]:
    """Compute a colour of the PASCAL VOC palette: the bits of the index, interleaved."""
    return tuple(
        sum((index >> (3 * bit + channel) & 1) << (7 - bit) for bit in range(8))
        for channel in range(3)
    )


NYU_COLORS = [voc_color(label + 1) for label in range(40)]


def colors_of(card: ModelCard, domain: str | None = None) -> list[tuple[int, ...]]:
    return [item.color for item in card.classes_of(domain)]


def test_all_cards_load() -> None:
    assert {*GOLDEN, 'street'} <= set(list_cards())
    for name in list_cards():
        assert load_card(name).name == name


@pytest.mark.parametrize('name', GOLDEN)
def test_heads_are_those_of_the_official_network(name: str) -> None:
    card = load_card(name)
    case = golden_case(GOLDEN[name])
    assert [task.value for task in card.tasks] == case['tasks']
    assert len(card.classes) == case['keys']['segm.weight'][0]
    assert card.weights.family == case['family']


@pytest.mark.parametrize('name', BLOBS)
def test_official_weights(name: str) -> None:
    card = load_card(name)
    file, blob = BLOBS[name]
    assert card.weights.location == (
        'https://raw.githubusercontent.com/DrSleep/multi-task-refinenet/master/weights/' + file
    )
    assert card.weights.git_blob == blob
    assert 'academic' in card.licence
    assert 'academic' in card.licence_note


def test_colors() -> None:
    assert colors_of(load_card('kitti')) == KITTI_COLORS
    assert colors_of(load_card('street')) == CAMVID_COLORS
    assert colors_of(load_card('nyud')) == NYU_COLORS
    assert colors_of(load_card('nyud_normals')) == NYU_COLORS
    assert NYU_COLORS[:3] == [(128, 0, 0), (0, 128, 0), (128, 128, 0)]


def test_colors_are_those_of_the_published_palettes(shared: Path) -> None:
    kitti = np.load(shared / 'examples' / 'kitti' / 'cmap_kitti.npy')
    nyud = np.load(shared / 'examples' / 'nyud' / 'cmap_nyud.npy')
    np.testing.assert_array_equal(load_card('kitti').palette()[:6], kitti[:6])
    np.testing.assert_array_equal(load_card('nyud').palette()[:40], nyud[1:41])


def test_palette_is_black_where_unused() -> None:
    palette = load_card('kitti').palette()
    assert palette.shape == (256, 3)
    assert palette.dtype == np.uint8
    assert palette[5].tolist() == [64, 0, 128]
    assert not palette[6:].any()


def test_domains(caplog: pytest.LogCaptureFixture) -> None:
    card = load_card('nyud_kitti')
    assert card.class_slice('nyud') == slice(0, 40)
    assert card.class_slice('kitti') == slice(40, 46)
    assert colors_of(card, 'nyud') == NYU_COLORS
    assert colors_of(card, 'kitti') == KITTI_COLORS
    assert card.palette('kitti')[0].tolist() == [128, 128, 128]
    assert (card.depth_of('nyud').max_m, card.depth_of('kitti').max_m) == (10.0, 80.0)
    with caplog.at_level(logging.INFO):
        assert card.class_slice() == slice(0, 40)
    assert 'nyud' in caplog.text
    with pytest.raises(HydranetError, match="no domain 'street'; choose one of: nyud, kitti"):
        card.class_slice('street')


def test_card_without_domains() -> None:
    card = load_card('kitti')
    assert card.class_slice() == slice(0, 6)
    assert card.depth_of() is card.depth
    with pytest.raises(HydranetError, match="no domain 'kitti'; it has none"):
        card.classes_of('kitti')


def test_depth_ranges() -> None:
    ranges = {name: load_card(name).depth for name in list_cards()}
    assert (ranges['kitti'].min_m, ranges['kitti'].max_m) == (0.0, 80.0)
    assert (ranges['nyud'].min_m, ranges['nyud'].max_m) == (0.0, 10.0)
    assert ranges['kitti'].metric
    assert ranges['kitti'].focal_length_px is None


def test_the_default_model_is_the_one_that_ships() -> None:
    card = load_card(DEFAULT_MODEL)
    assert card.path == models_dir() / 'street' / 'street.yaml'
    assert card.tasks == (Task.SEMANTIC, Task.DEPTH)
    assert card.depth is not None
    assert (card.depth.metric, card.depth.focal_length_px) == (True, 721.5377)
    assert card.weights.sha256 is not None
    assert mismatch(card.path.parent / card.weights.location, card.weights) is None


def test_its_weights_are_for_research_wherever_it_is_said() -> None:
    card = load_card(DEFAULT_MODEL)
    licence = (card.path.parent / 'LICENSE').read_text(encoding='utf-8')
    readme = (ROOT / 'README.md').read_text(encoding='utf-8')
    package = ElementTree.parse(ROOT / 'package.xml').getroot()
    for text in (card.licence, card.licence_note, licence):
        for word in ('research', 'CamVid', 'KITTI'):
            assert word in text
        assert re.search(r'CC BY-NC-SA\s+3\.0', text)
    assert card.licence in readme
    assert 'models/street/LICENSE' in readme
    assert 'models/street/LICENSE' in card.licence_note
    assert 'models/street/LICENSE' in {one.get('file') for one in package.iter('license')}


def test_a_card_may_lie_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('plain.yaml', 'own/own.yaml', 'own/recipe.yaml', 'empty/other.yaml'):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(models_dir() / 'kitti.yaml', tmp_path / name)
    monkeypatch.setattr('hydranet_ros.zoo.card.models_dir', lambda: tmp_path)
    assert list_cards() == ['own', 'plain']
    assert load_card('own').path == tmp_path / 'own' / 'own.yaml'
    assert load_card('plain').path == tmp_path / 'plain.yaml'
    for name in ('recipe', 'empty', 'other', 'own/own'):
        with pytest.raises(HydranetError, match='choose one of own, plain'):
            load_card(name)


def test_normals_axes_agree_with_the_depth_map(shared: Path) -> None:
    """True normals, decoded as the authors draw them, against normals of the true depth."""
    cv2 = pytest.importorskip('cv2')
    example = str(shared / 'examples' / 'nyud' / '000433_')
    depth = cv2.imread(example + 'depth.png', cv2.IMREAD_UNCHANGED) / 5000.0
    drawn = cv2.imread(example + 'normals.png')[:, :, ::-1] / 127.5 - 1.0
    stored = drawn * (1.0, 1.0, -1.0)
    channels, signs = optical_axes(load_card('nyud_normals').normals_axes)
    normals = stored[..., channels] * signs

    rows, columns = np.indices(depth.shape)
    points = np.dstack([(columns - 319.5) * depth / 518, (rows - 239.5) * depth / 518, depth])
    points = cv2.GaussianBlur(points, (0, 0), 3)
    right, down = (np.roll(points, -6, axis) - np.roll(points, 6, axis) for axis in (1, 0))
    facing = np.cross(down, right)
    facing /= np.linalg.norm(facing, axis=2, keepdims=True) + 1e-9
    known = cv2.erode((depth > 0).astype(np.uint8), np.ones((31, 31))) > 0
    agreement = (normals * facing).sum(axis=2)[known]
    assert np.median(agreement) > 0.98


def wrong(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    content = yaml.safe_load((models_dir() / 'nyud_kitti.yaml').read_text(encoding='utf-8'))
    change(content)
    return content


WRONG: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    'missing': (lambda c: c.pop('title'), 'title is missing'),
    'misspelt': (lambda c: c.update(licens='x'), 'unknown field licens'),
    'empty text': (lambda c: c.update(licence=' '), 'licence must be a text'),
    'quoted flag': (
        lambda c: c['depth'].update(metric='yes'),
        r'depth\.metric must be true or false',
    ),
    'task': (lambda c: c.update(tasks=['semantic', 'flow']), "tasks has 'flow'"),
    'unhashable task': (lambda c: c.update(tasks=[['semantic']]), 'tasks has'),
    'task twice': (lambda c: c.update(tasks=['depth', 'depth']), 'tasks must'),
    'no task': (lambda c: c.update(tasks=[]), 'tasks must'),
    'mean': (lambda c: c.update(mean=[0.5, 0.5]), 'mean must be a list of three'),
    'not a number': (lambda c: c.update(mean=[0.5, float('nan'), 0]), 'mean must be a finite'),
    'std': (lambda c: c.update(std=[0.2, 0, 0.2]), 'std must be positive'),
    'color': (
        lambda c: c['classes'][3].update(color=[0, 0, 256]),
        r'classes\[3\]\.color must be three integers',
    ),
    'class fields': (lambda c: c['classes'][1].update(colour=1), r'classes\[1\]\.colour'),
    'class': (lambda c: c['classes'].__setitem__(0, 'sky'), r'classes\[0\] must be a mapping'),
    'class twice': (lambda c: c['classes'][1].update(name='wall'), 'different names'),
    'no classes': (lambda c: c.update(classes=[], domains=[]), 'classes must list'),
    'depth': (lambda c: c['depth'].update(max_m=0), r'depth\.max_m must be larger'),
    'focal length': (
        lambda c: c['depth'].update(focal_length_px=-1),
        r'depth\.focal_length_px must be positive',
    ),
    'no depth': (lambda c: c.update(depth=None), 'depth must be given'),
    'upsampling in domains': (
        lambda c: c.update(options={'upsample': 'transposed'}),
        'options must not upsample in a network of several domains',
    ),
    'depth of a domain': (
        lambda c: c['domains'][0]['depth'].pop('metric'),
        r'domains\[0\]\.depth\.metric is missing',
    ),
    'axes unasked': (lambda c: c.update(normals_axes='x y z'), 'normals_axes must be given'),
    'axes': (
        lambda c: c.update(normals_axes='x x z', tasks=['semantic', 'depth', 'normals']),
        'normals_axes must be three axes',
    ),
    'domain gap': (lambda c: c['domains'][1].update(start=41), 'domains must cover'),
    'domain end': (lambda c: c['domains'][1].update(stop=47), 'domains must cover'),
    'domain start': (lambda c: c['domains'][0].update(start=-1), 'start must be an integer'),
    'domain name': (lambda c: c['domains'][1].update(name='nyud'), 'domains must have'),
    'parent folder': (
        lambda c: c['weights'].update(location='../secret.ckpt'),
        r'weights\.location must stay in the folder',
    ),
    'hidden parent folder': (
        lambda c: c['weights'].update(location='a/../../secret.ckpt'),
        r'weights\.location must stay in the folder',
    ),
    'absolute path': (
        lambda c: c['weights'].update(location='/etc/passwd.ckpt'),
        r'weights\.location must stay in the folder',
    ),
    'scheme': (
        lambda c: c['weights'].update(location='file:///etc/passwd'),
        r'weights\.location must be an http',
    ),
    'unverified download': (
        lambda c: c['weights'].update(git_blob=None),
        r'weights\.sha256 or git_blob must be given',
    ),
    'checksum': (lambda c: c['weights'].update(git_blob='abc'), r'weights\.git_blob must be'),
    'no URL': (
        lambda c: c['weights'].update(location='http://[::1/x.ckpt'),
        r'weights\.location is no URL',
    ),
    'camera': (lambda c: c.update(sample_frames='/dev/video0'), 'sample_frames must not be a cam'),
    'endless number': (lambda c: c.update(std=[10**400, 1, 1]), 'std must be a finite number'),
    'size': (lambda c: c['weights'].update(size=1.5), r'weights\.size must be an integer'),
    'family': (lambda c: c['weights'].update(family=None), r'weights\.family must be given'),
}


@pytest.mark.parametrize('start', ['//dev', '/./dev', '/proc/self/root/dev', '../../dev', 'link'])
def test_no_spelling_of_a_device_in_a_card_opens_it(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/dev/null stands for /dev/video0: as little a file, and there everywhere."""
    up = '/..' * (len(tmp_path.parts) - 1)
    (tmp_path / 'link').symlink_to('/dev')
    monkeypatch.chdir(tmp_path)
    spec = f'{start}/null' if start != '../../dev' else f'.{up}/dev/null'
    path = tmp_path / 'mine.yaml'
    path.write_text(yaml.safe_dump(wrong(lambda c: c.update(sample_frames=spec))), 'utf-8')
    with pytest.raises(HydranetError, match='is no file; name a camera as /dev/video0 or v4l:0'):
        next(sample_frames([load_card(path).sample_frames], 1))


@pytest.mark.parametrize('case', WRONG)
def test_wrong_card_names_file_and_field(case: str, tmp_path: Path) -> None:
    change, message = WRONG[case]
    path = tmp_path / 'mine.yaml'
    path.write_text(yaml.safe_dump(wrong(change)), encoding='utf-8')
    with pytest.raises(HydranetError, match=message) as caught:
        load_card(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'- 1',
        b'a: [',
        b'\xff\xfe',
        b'!!python/object:os.x {}',
        b'!!python/object/apply:os.system [true]',
        b'title: 2020-13-45',
        b'title: ' + 100_000 * b'[',
        b'title: ' + 5000 * b'9',
        b'title: &a [x]\ntasks: [*a, *a]',
        b'title: ' + (1 << 20) * b'x',
    ],
    ids=lambda content: content[:20].decode('latin1'),
)
def test_file_that_is_no_card(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / 'mine.yaml'
    path.write_bytes(content)
    with pytest.raises(HydranetError, match=r'mine\.yaml'):
        load_card(str(path))


def test_a_few_lines_that_stand_for_gigabytes_are_refused_at_once(tmp_path: Path) -> None:
    bomb = [
        'a0: &a0 [x]',
        *(f'a{i}: &a{i} [{", ".join(9 * [f"*a{i - 1}"])}]' for i in range(1, 30)),
    ]
    path = tmp_path / 'bomb.yaml'
    path.write_text('\n'.join(bomb), encoding='utf-8')
    with pytest.raises(HydranetError, match='aliases are not allowed'):
        load_card(path)


def test_own_card_loads_by_path(tmp_path: Path) -> None:
    path = tmp_path / 'mine.yaml'
    path.write_text(yaml.safe_dump(wrong(lambda content: None)), encoding='utf-8')
    assert load_card(path).name == 'mine'
    assert load_card(str(path)).path == path


@pytest.mark.parametrize(
    'name', ['nothing', '../models/kitti', 'KITTI.YML', '', 'a/b', 300 * 'a', 300 * 'a' + '.yaml']
)
def test_unknown_model(name: str) -> None:
    with pytest.raises(HydranetError, match='There is no model'):
        load_card(name)
