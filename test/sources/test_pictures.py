# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Images and folders of images as sources."""

import struct

import cv2
import numpy as np
import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.sources import open_source
from hydranet_ros.sources import UnreadableFrame
from hydranet_ros.sources.pictures import read_picture


@pytest.fixture
def random():
    return np.random.default_rng(7)


def write(path, rgb):
    assert cv2.imwrite(str(path), rgb[..., ::-1] if rgb.ndim == 3 else rgb)
    return rgb


@pytest.fixture
def folder(tmp_path, random):
    pictures = {}
    for number in (10, 2, 1):
        name = f'frame{number}'
        pictures[name] = write(
            tmp_path / f'{name}.png', random.integers(0, 256, (12, 17, 3), np.uint8)
        )
    (tmp_path / 'notes.txt').write_text('no image')
    return tmp_path, pictures


def test_a_folder_comes_in_natural_order(folder):
    path, pictures = folder
    source = open_source(str(path))
    assert len(source) == source.count == 3
    assert source.fps is None
    frames = list(source)
    assert [frame.name for frame in frames] == ['frame1', 'frame2', 'frame10']
    assert [frame.index for frame in frames] == [0, 1, 2]
    for frame in frames:
        np.testing.assert_array_equal(frame.rgb, pictures[frame.name])
        assert frame.rgb.flags.c_contiguous


def test_a_damaged_file_is_named_and_the_rest_still_comes(folder):
    path, _ = folder
    whole = (path / 'frame2.png').read_bytes()
    (path / 'frame2.png').write_bytes(whole[: len(whole) // 2])
    frames = iter(open_source(str(path)))
    assert next(frames).name == 'frame1'
    with pytest.raises(UnreadableFrame, match=r'frame2\.png.*damaged'):
        next(frames)
    assert next(frames).name == 'frame10'
    with pytest.raises(StopIteration):
        next(frames)
    with pytest.raises(StopIteration):
        next(frames)


@pytest.mark.parametrize('keep', [0.0, 0.4, 0.95])
def test_a_truncated_jpeg_is_damaged_not_half_grey(tmp_path, random, keep):
    smooth = cv2.resize(random.integers(0, 256, (8, 8, 3), np.uint8), (200, 160))
    file = tmp_path / 'a.jpg'
    write(file, smooth)
    data = file.read_bytes()
    assert next(iter(open_source(str(file)))).rgb.shape == (160, 200, 3)
    file.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(UnreadableFrame, match=r'a\.jpg'):
        next(iter(open_source(str(file))))


def test_grey_and_16_bit_images_become_rgb(tmp_path):
    grey = np.arange(20, dtype=np.uint8).reshape(4, 5)
    write(tmp_path / 'a.png', grey)
    cv2.imwrite(str(tmp_path / 'b.png'), grey.astype(np.uint16) * 257)
    for frame in open_source(str(tmp_path)):
        np.testing.assert_array_equal(frame.rgb, np.repeat(grey[..., None], 3, 2))


def test_looping_goes_on_counting(folder):
    frames = iter(open_source(str(folder[0]), loop=True))
    taken = [next(frames) for _ in range(7)]
    assert [frame.name for frame in taken[3:]] == ['frame1', 'frame2', 'frame10', 'frame1']
    assert [frame.index for frame in taken] == list(range(7))
    assert np.all(np.diff([frame.stamp for frame in taken]) > 0)


def test_looping_over_nothing_but_damage_ends(tmp_path):
    (tmp_path / 'a.png').write_bytes(b'nothing')
    frames = iter(open_source(str(tmp_path), loop=True))
    with pytest.raises(UnreadableFrame):
        next(frames)
    with pytest.raises(StopIteration):
        next(frames)


def test_size_resizes(folder):
    for frame in open_source(str(folder[0]), size=(6, 8)):
        assert frame.rgb.shape == (6, 8, 3)


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(HydranetError, match=r"no file or folder.*nowhere.*'street'"):
        open_source(str(tmp_path / 'nowhere'))
    with pytest.raises(HydranetError, match='holds no image'):
        open_source(str(tmp_path))
    with pytest.raises(HydranetError, match='not possible'):
        open_source('street', size=(0, 5))


def test_a_picture_of_400_million_pixels_is_not_decoded(tmp_path):
    _, data = cv2.imencode('.png', np.zeros((8, 8, 3), np.uint8))
    lying = bytearray(data.tobytes())
    lying[16:24] = struct.pack('>II', 20_000, 20_000)
    (tmp_path / 'huge.png').write_bytes(lying)
    with pytest.raises(UnreadableFrame, match=r"huge\.png' has 20000x20000 pixels"):
        read_picture(tmp_path / 'huge.png')


def test_a_link_to_a_device_is_no_picture(tmp_path):
    (tmp_path / 'a.png').symlink_to('/dev/null')
    with pytest.raises(UnreadableFrame, match=r"a\.png': it is no file"):
        open_source(str(tmp_path)).read(0)
    with pytest.raises(HydranetError, match='is no file; name a camera'):
        open_source(str(tmp_path / 'a.png'))
