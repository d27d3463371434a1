# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Several cameras on one node: topics, headers, accounts, diagnostics; the real node and network.

Batches run here on a CPU, where they are only taken on request; what they gain on a GPU is not
measured.
"""

import threading

from diagnostic_msgs.msg import DiagnosticStatus
import numpy as np
import pytest
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import CameraInfo
from sensor_msgs.msg import Image

from hydranet_ros.deploy.request import Shape
from hydranet_ros.errors import HydranetError
from hydranet_ros.frame_counts import Counts
from hydranet_ros.perception import Perception
from test.lens import write_lens_card
from test.ros.bench import ENGINE
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.camera_rig import make_node
from test.ros.camera_rig import Rig
from test.ros.conftest import wait_until

NAMES = ('front', 'left', 'rear')
BATCHED = {'max_batch': 3, 'batch_wait_ms': 1000.0}
ROUNDS = 3


def shown(name: str, number: int = 1):
    """Return the image that a camera shows, with a header of its own."""
    seed = 10 * NAMES.index(name) + number
    message = image(picture(seed), number=seed + 1)
    message.header.frame_id = f'{name}_optical'
    return message


def test_each_camera_has_topics_of_its_own(graph):
    rig = Rig(graph, NAMES)
    rig.start()
    topics = {name for name, _ in rig.peer.get_topic_names_and_types()}
    for name in NAMES:
        for topic in ('image', 'camera_info', 'semantic', 'semantic/overlay', 'depth', 'points'):
            assert f'/{name}/{topic}' in topics
    assert not {'/image', '/semantic', '/depth'} & topics


@pytest.mark.parametrize('batching', [{}, BATCHED])
def test_each_answer_is_of_its_camera(graph, monkeypatch, batching):
    """Pixels and header, frame by frame and in batches."""
    batches = note_batches(monkeypatch)
    rig = Rig(graph, NAMES, **batching)
    rig.start()
    rig.listen(*(f'{name}/semantic' for name in NAMES))
    for number in range(ROUNDS):
        for name in NAMES:
            rig.show(name, shown(name, number))
        rig.wait_for_the_end()
        if batching:
            rig.wait_for_engine(Shape(61, 93, 2))
    with Perception.load('street', **ENGINE) as alone:
        for name in NAMES:
            received = wait_for(rig, f'{name}/semantic', rig.counts(name).answered)
            sent = {shown(name, number).header.stamp.sec: number for number in range(ROUNDS)}
            for message in received:
                number = sent[message.header.stamp.sec]
                assert message.header == shown(name, number).header
                expected = alone.predict(picture(10 * NAMES.index(name) + number)).labels
                np.testing.assert_array_equal(labels(message), expected)
    assert rig.node.counts.answered == len(NAMES) * ROUNDS
    assert max(batches) == (2 if batching else 1)  # 3 frames are 2 and 1


def test_intrinsics_are_of_their_camera(graph, tmp_path, monkeypatch):
    """Also in one batch, in which one camera has none."""
    batches = note_batches(monkeypatch)
    model = str(write_lens_card(tmp_path, focal_length_px=100.0))
    rig = Rig(graph, ('near', 'far'), model=model, max_batch=2, batch_wait_ms=1000.0)
    rig.start()
    info = CameraInfo(height=61, width=93)
    info.k[0] = 200.0
    rig.show_info('far', info)
    rig.listen('near/depth', 'far/depth')
    for _ in range(3):
        for name in rig.names:
            rig.show(name, image(picture()))
        rig.wait_for_the_end()
        rig.wait_for_engine(Shape(61, 93, 2))
    assert 2 in batches
    near, far = (
        depth(wait_for(rig, f'{name}/depth', rig.counts(name).answered)[-1]) for name in rig.names
    )
    known = np.isfinite(near) & np.isfinite(far)
    assert known.any()
    np.testing.assert_allclose(far[known], 2 * near[known], rtol=1e-5)


def test_every_camera_keeps_its_account(graph, monkeypatch):
    entered, leave = threading.Event(), threading.Event()
    real = Perception.predict

    def predict(self, *arguments, **options):
        entered.set()
        assert leave.wait(20)
        return real(self, *arguments, **options)

    monkeypatch.setattr(Perception, 'predict', predict)
    rig = Rig(graph, NAMES)
    rig.start()
    rig.listen('front/semantic', 'left/semantic')
    rig.show('front', shown('front'))
    assert entered.wait(20)
    for number in range(4):
        rig.show('left', shown('left', number))
    rig.show('rear', shown('rear'))
    leave.set()
    rig.wait_for_the_end()
    assert rig.counts('front') == Counts(received=1, answered=1)
    assert rig.counts('rear') == Counts(received=1, unwatched=1)
    left = rig.counts('left')
    # The first frame of a camera is not ready until the worker knows that it has its engine.
    assert (left.received, left.answered, left.dropped + left.not_ready) == (4, 1, 3)
    assert rig.node.counts.received == 6
    wait_until(
        lambda: rig.health.get('left') and rig.health['left']['answered'] == '1', 'diagnostics'
    )
    assert [rig.health[name]['received'] for name in NAMES] == ['1', '4', '1']
    whole = rig.health['perception']
    assert whole['cameras'] == 'front, left, rear'
    assert (whole['received'], whole['answered'], whole['unwatched']) == ('6', '2', '1')
    assert float(rig.health['left']['callback_to_publish_p50_ms']) > 0
    assert 'callback_to_publish_p50_ms' not in rig.health['rear']


def test_a_camera_that_stalls_holds_no_other(graph):
    """What it costs is in test_slot.py: one wait."""
    rig = Rig(graph, NAMES, **BATCHED)
    rig.start()
    rig.listen('front/semantic', 'left/semantic')
    for number in range(5):
        rig.show('front', shown('front', number))
        rig.wait_for_the_end()
    assert rig.counts('front') == Counts(received=5, answered=5)
    rig.show('left', shown('left'))
    rig.wait_for_the_end()
    assert rig.counts('left') == Counts(received=1, answered=1)


def test_cameras_of_different_sizes(graph):
    rig = Rig(graph, ('wide', 'narrow'), **BATCHED)
    rig.start()
    rig.listen('wide/semantic', 'narrow/semantic')
    sizes = {'wide': (48, 96), 'narrow': (61, 40)}
    for number in range(1, 4):
        for name, size in sizes.items():
            rig.show(name, image(picture(number, *size), number=number))
        rig.wait_for_the_end()
    for name, size in sizes.items():
        (*_, last) = wait_for(rig, f'{name}/semantic', 3)
        assert (last.height, last.width) == size
        assert rig.counts(name) == Counts(received=3, answered=3)


def test_a_camera_that_cannot_be_heard_is_an_error_of_its_own(graph):
    names = ('front', 'rear')
    rig = Rig(graph, names, image_reliability='reliable', max_stamp_age=0.0)
    best_effort = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    warn, error = DiagnosticStatus.WARN, DiagnosticStatus.ERROR
    rig.peer.destroy_publisher(rig._images['front'])
    rig.peer.create_publisher(Image, 'front/image', best_effort)
    assert rig.node.start()
    wait_until(lambda: rig._images['rear'].get_subscription_count() == 1, 'subscription')
    rig.listen('rear/semantic')
    rig.show('rear', shown('rear'))
    rig.wait_for_the_end()
    assert rig.counts('rear').answered == 1
    wait_until(lambda: rig.levels.get('front') == error, 'ERROR of front')
    assert 'No image of /peer can come on /front/image' in warnings(rig, 'front')[0]
    wait_until(lambda: warnings(rig, 'perception'), 'reason of the whole')
    assert warnings(rig, 'perception')[0].startswith('front: No image of /peer')
    assert rig.levels['perception'] == warn
    assert not any('No image of /peer' in text for text in warnings(rig, 'rear'))
    rig.peer.destroy_publisher(rig._images['rear'])
    rig.peer.create_publisher(Image, 'rear/image', best_effort)
    wait_until(lambda: rig.levels['rear'] == rig.levels['perception'] == error, 'ERROR of all')


def warnings(rig, name) -> list[str]:
    return [text for key, text in rig.health[name].items() if key.startswith('warning_')]


@pytest.mark.parametrize(
    ('names', 'reason'),
    [
        (['front', 'front'], 'twice'),
        (['front camera'], "'front camera' cannot be part of the name of a topic"),
        (['front', ''], "'' cannot"),
        (['2nd'], "'2nd' cannot"),
        (['a/b'], "'a/b' cannot"),
    ],
)
def test_names_that_cannot_be_are_refused(graph, names, reason):
    with pytest.raises(HydranetError, match=reason):
        make_node(graph, cameras=names)


def wait_for(rig, topic, number):
    return wait_until(
        lambda: len(rig.messages[topic]) >= number and rig.messages[topic],
        f'message {number} of {topic}',
    )


def note_batches(monkeypatch) -> list[int]:
    """Note how many frames each call of the real predict takes."""
    batches: list[int] = []
    real = Perception.predict

    def predict(self, frames, **options):
        batches.append(len(frames) if isinstance(frames, list) else 0)
        return real(self, frames, **options)

    monkeypatch.setattr(Perception, 'predict', predict)
    return batches


def labels(message) -> np.ndarray:
    return np.frombuffer(message.data, np.uint8).reshape(message.height, message.width)


def depth(message) -> np.ndarray:
    return np.frombuffer(message.data, np.float32).reshape(message.height, message.width)
