# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet view` beside the real node: what it saves of a run, read back.

The viewer runs as a process of its own, the node and the camera here. That a browser or a window
draws it is not verified.
"""

from collections.abc import Iterator
from contextlib import suppress
import os
from pathlib import Path
import signal
import subprocess
import sys
from typing import Any

import cv2
import numpy as np
import pytest
from sensor_msgs.msg import Image

pytest.importorskip('rerun')

from hydranet_ros.ros.stamped_sets import nanoseconds
from hydranet_ros.ros.stamped_sets import StampedSets
from hydranet_ros.zoo import load_card
from test.ros.bench import Bench
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import Graph
from test.ros.conftest import wait_until
from test.ros.test_points import calibrate
from test.ros.test_points import info
from test.viewer.recorded import classes
from test.viewer.recorded import rows
from test.viewer.recorded import stamps

PATIENCE_S = 120.0
ROOT = Path(__file__).resolve().parents[2]
SHOWN = ('camera/lens/image', 'camera/lens/semantic', 'camera/lens/depth', 'camera/points')


class View:
    """A running `hydranet view`; variables: of its environment."""

    def __init__(self, *arguments: Any, **variables: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, '-m', 'hydranet_ros', 'view', *map(str, arguments)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, 'PYTHONUNBUFFERED': '1', **variables},
        )

    def interrupt(self) -> tuple[int, str]:
        """End it by Ctrl-C; return its status and what it has said."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, said


@pytest.fixture
def start() -> Iterator[Any]:
    views: list[View] = []

    def starter(*arguments: Any, **variables: str) -> View:
        views.append(View(*arguments, **variables))
        return views[-1]

    yield starter
    for view in views:
        if view.process.poll() is None:
            view.process.kill()
            view.process.communicate(timeout=PATIENCE_S)


def answer(bench: Bench, message: Image) -> None:
    """Publish an image and wait until the node has answered it."""
    before = bench.counts.answered
    bench.show(message)
    wait_until(lambda: bench.counts.answered == before + 1, 'answer', PATIENCE_S)


def so_far(read: Any, *arguments: Any) -> Any:
    """Read a recording that is being written, of which the end may be half a message."""
    try:
        return read(*arguments)
    except (OSError, RuntimeError, ValueError):
        return []


def show_until_whole(bench: Bench, path: Path) -> int:
    """Answer images until one is shown with its points; return the number of the next.

    A camera_info, best effort, does not reach who has not yet matched its publisher; cameras send
    one with each image.
    """
    for number in range(2, 60):
        bench.show_info(info())
        answer(bench, image(picture(0), number))
        with suppress(AssertionError):
            wait_until(lambda: so_far(rows, path, SHOWN[3]), 'points', PATIENCE_S / 60)
            return number + 1
    raise AssertionError('no frame was shown with its points')


@pytest.mark.timeout(600)
def test_every_frame_is_saved_as_the_node_answered_it(graph: Graph, start: Any, tmp_path: Path):
    bench, path = Bench(graph), tmp_path / 'run.rrd'
    bench.start()
    bench.listen('semantic', 'depth')
    calibrate(bench, info())
    answer(bench, image(picture(0), number=1))
    view = start('--save', path, '--rate', 0)
    for topic in ('image', 'camera_info', 'semantic', 'depth'):
        wait_until(lambda topic=topic: bench.peer.count_subscribers(topic) == 2, topic, PATIENCE_S)
    wait_until(lambda: bench._info.get_subscription_count() == 2, 'match', PATIENCE_S)
    wait_until(lambda: bench._camera.get_subscription_count() == 2, 'match', PATIENCE_S)
    wait_until(lambda: so_far(classes, path, 'camera'), 'names of the classes', PATIENCE_S)

    first = show_until_whole(bench, path)
    sent = [image(picture(seed), number=seed) for seed in range(first, first + 5)]
    expected = [nanoseconds(one.header.stamp) for one in sent]
    for stamp, message in zip(expected, sent, strict=True):
        answer(bench, message)
        for entity in SHOWN:
            wait_until(
                lambda entity=entity, stamp=stamp: stamp in so_far(stamps, path, entity),
                f'frame {stamp} of {entity}',
                PATIENCE_S,
            )
    status, said = view.interrupt()
    assert status == 0, said
    assert f'{len(stamps(path, SHOWN[0]))} frames shown, 0 passed over' in said
    assert 'Traceback' not in said

    for entity in SHOWN:
        assert stamps(path, entity)[-5:] == expected, entity
    told = classes(path, 'camera')
    card = load_card('street')
    assert [told[number][0] for number in range(len(card.classes))] == [
        one.name for one in card.classes
    ]
    for topic, entity, component in (
        ('semantic', SHOWN[1], 'SegmentationImage:buffer'),
        ('depth', SHOWN[2], 'DepthImage:buffer'),
    ):
        answered = [bytes(one.data) for one in bench.messages(topic, first + 4)[-5:]]
        assert [bytes(row[component][0]) for row in rows(path, entity)[-5:]] == answered
    for row, message in zip(rows(path, SHOWN[0])[-5:], sent, strict=True):
        found = cv2.imdecode(np.array(row['EncodedImage:blob'][0], np.uint8), cv2.IMREAD_COLOR)
        assert found.shape == (message.height, message.width, 3)
    assert rows(path, 'node/rates/answered')
    assert '| model | street |' in rows(path, 'node/state')[-1]['TextDocument:text'][0]


@pytest.mark.timeout(300)
def test_without_a_node_it_says_what_is_missing_and_ends(graph: Graph, start: Any, tmp_path: Path):
    view = start('--save', tmp_path / 'none.rrd', '--namespace', 'robot', '--image', '/cam/raw')
    said = ''
    for line in view.process.stdout:
        said += line
        if 'Nobody publishes' in line:
            break
    assert '/cam/raw, /robot/semantic, /robot/depth' in said
    status, rest = view.interrupt()
    assert status == 0
    assert '0 frames shown' in rest


@pytest.mark.parametrize(
    ('arguments', 'says'),
    [
        (('--memory', 'lots'), 'no size'),
        (('--web', '70000'), 'no port'),
        (('--topics', 'lidar'), "'lidar' cannot be shown"),
        (('--camera', 'a', 'b', '--image', '/image'), 'one camera'),
        (('--images', 'nowhere', '--save', 'x.rrd'), 'no file or folder'),
        (('--image', 'a__b!', '--save', 'x.rrd'), "the name 'a__b!'"),
        (('--camera', 'a-b', '--save', 'x.rrd'), "'a-b' cannot be part of the name"),
        (('--namespace', '3bad', '--save', 'x.rrd'), "the name '/3bad'"),
        (('--save', '~nosuchuser/x.rrd'), "cannot write '~nosuchuser/x.rrd'"),
    ],
)
def test_bad_arguments_are_said(start: Any, arguments: tuple[str, ...], says: str):
    view = start(*arguments)
    said, _ = view.process.communicate(timeout=PATIENCE_S)
    assert view.process.returncode in (1, 2)
    assert says in said
    assert 'Traceback' not in said
    assert not (ROOT / 'x.rrd').exists()


def test_no_file_is_left_where_ros_does_not_start(start: Any, tmp_path: Path):
    view = start('--save', tmp_path / 'x.rrd', ROS_DOMAIN_ID='many')
    said, _ = view.process.communicate(timeout=PATIENCE_S)
    assert view.process.returncode == 1
    assert 'ROS does not start' in said
    assert 'Traceback' not in said
    assert not (tmp_path / 'x.rrd').exists()


def test_sets_are_complete_by_stamp():
    sets: StampedSets[str] = StampedSets()
    assert sets.add('a', 1, 'a1', 'ab') is None
    assert sets.add('a', 2, 'a2', 'ab') is None
    assert sets.add('b', 2, 'b2', 'ab') == {'a': 'a2', 'b': 'b2'}
    # The stamps of a topic rise: b1 will not come any more, or finds no a1.
    assert sets.add('b', 1, 'b1', 'ab') is None
    assert sets.add('a', 3, 'a3', 'a') == {'a': 'a3'}
    assert sets.add('b', 3, 'b3', 'ab') == {'b': 'b3'}, 'what comes later is given by itself'


def test_sets_that_wait_are_bounded():
    sets: StampedSets[int] = StampedSets()
    for stamp in range(1000):
        assert sets.add('a', stamp, stamp, 'ab') is None
    assert len(sets._sets) <= 33
    assert sets.add('b', 999, 999, 'ab') == {'a': 999, 'b': 999}
    assert sets.add('b', 5, 5, 'ab') is None
