# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Another model, or the same one otherwise, while the node runs: nothing is lost meanwhile.

Real networks on ONNX Runtime. Where a test looks at the time in between, loading waits for it.
"""

import threading

from diagnostic_msgs.msg import DiagnosticStatus
import pytest
from rcl_interfaces.srv import SetParameters
from rclpy.parameter import Parameter

from hydranet_ros import shared_perception
from hydranet_ros.errors import HydranetError
from hydranet_ros.perception import Perception
from hydranet_ros.ros import session
from hydranet_ros.ros.session import PerceptionSession
from test.ros.bench import image
from test.ros.bench import picture
from test.ros.conftest import wait_until
from test.ros.switching import bench as bench
from test.ros.switching import labels as labels
from test.ros.switching import loads as loads
from test.ros.switching import offered
from test.ros.switching import show
from test.ros.test_faults import over
from test.ros.test_faults import reason


def test_the_old_model_serves_until_the_new_one_is_ready(bench, loads, labels, logs):
    bench.listen('semantic', 'semantic/color')
    show(bench)
    loads.gate.clear()
    assert bench.set_parameter('model', labels).successful
    assert loads.entered.wait(60)
    show(bench, 3)
    bench.health_with(model='street', switching='to labels: loading the model', answered='4')
    assert 'depth' in offered(bench)
    loads.gate.set()
    bench.health_with(model='labels', switching='no')
    wait_until(lambda: 'depth' not in offered(bench), 'end of depth')
    assert not {'points', 'depth/camera_info'} & offered(bench)
    show(bench, 3)
    assert len(bench.messages('semantic', 7)) == 7
    logs.wait_for('Switched to onnxruntime fp32')
    assert bench.counts.not_ready == 0  # its engine was built before it served
    assert len(shared_perception._entries) == 1

    assert bench.set_parameter('model', 'street').successful
    wait_until(lambda: 'depth' in offered(bench), 'depth')
    bench.listen('depth')
    wait_until(lambda: bench.health and bench.health[-1]['model'] == 'street', 'old model')
    show(bench)
    bench.messages('depth', 1)


def test_classes_follow_the_model(bench, labels):
    bench.listen('semantic')
    show(bench)
    assert 'no class heaven' in bench.set_parameter('classes', ['heaven']).reason
    both = [Parameter('model', value=labels), Parameter('classes', value=['heaven', 'road'])]
    assert bench.perception.set_parameters_atomically(both).successful
    bench.health_with(model='labels')
    show(bench)
    assert set(bytes(bench.messages('semantic', 2)[1].data)) <= {0, 3, 255}
    back = bench.set_parameter('model', 'street')
    assert 'no class heaven' in back.reason


@pytest.mark.parametrize(
    ('name', 'value', 'words'),
    [
        ('model', 'no_such_model', "no model 'no_such_model'"),
        ('model', '/no/card.yaml', '/no/card.yaml'),
        ('domain', 'moon', "no domain 'moon'"),
        ('weights', '/no/such/file.onnx', '/no/such/file.onnx'),
        ('weights', '~nosuchuser/x.onnx', 'There are no weights ~nosuchuser'),
        ('weights', 300 * 'x' + '.onnx', 'There are no weights xxx'),
        ('backend', 'tensorrt', 'tensorrt'),
        ('precision', 'fp8', 'must be one of'),
        ('input_size', [5, 5], 'at least'),
        ('input_size', [20000, 20000], 'at most'),
        ('threads', -1, 'range'),
        ('cameras', ['left'], 'read-only'),
        ('autostart', False, 'read-only'),
    ],
)
def test_what_cannot_be_is_refused_at_once(bench, loads, name, value, words):
    result = bench.set_parameter(name, value)
    assert not result.successful
    assert words in result.reason
    assert not loads.calls


def test_no_error_of_a_check_ends_the_node(bench, loads, monkeypatch):
    def broken(_):
        raise OSError('the disk has gone')

    with monkeypatch.context() as patch:
        patch.setattr(session, 'check_model', broken)
        assert 'OSError: the disk has gone' in bench.set_parameter('input_scale', 0.8).reason
        patch.setattr(PerceptionSession, 'check', lambda *_: None)  # it goes after the check
        assert bench.set_parameter('input_scale', 0.8).successful
        reason(bench, 'OSError: the disk has gone')
    assert not loads.calls
    bench.listen('semantic')
    show(bench)


def test_a_switch_that_fails_leaves_the_old_network_serving(bench, loads, logs, monkeypatch):
    def prepare(self, height, width, batch=1):
        raise HydranetError('no memory for it.')

    bench.listen('semantic', 'depth')
    show(bench)
    with monkeypatch.context() as patch:
        patch.setattr(Perception, 'prepare', prepare)
        assert bench.set_parameter('input_scale', 0.8).successful
        health = reason(bench, 'no memory for it.')
    assert health['level'] == DiagnosticStatus.WARN
    assert 'street goes on as before' in health['summary']
    logs.wait_for('no memory for it.')
    show(bench, 2)
    assert bench.set_parameter('input_scale', 1.0).successful
    over(bench, 'no memory for it.')
    assert len(loads.calls) == 1  # the one that serves is still there
    assert bench.set_parameter('input_scale', 0.8).successful
    serving = bench.perception._session._serving
    wait_until(lambda: serving.recipe.input_scale == 0.8, 'switch')
    show(bench)
    perception = bench.perception._session._worker.perception
    assert perception.input_size_for(100, 200) == (80, 160)


def test_parameters_that_are_set_in_one_go_make_one_switch(bench, loads):
    bench.listen('semantic')
    show(bench)
    client = bench.peer.create_client(SetParameters, 'perception/set_parameters')
    request = SetParameters.Request(
        parameters=[
            Parameter('input_scale', value=0.8).to_parameter_msg(),
            Parameter('threads', value=2).to_parameter_msg(),
        ]
    )
    results = bench._call(client, request).results
    assert all(one.successful for one in results)
    wait_until(lambda: bench.perception._session._serving.recipe.threads == 2, 'switch')
    assert [(one['input_scale'], one['threads']) for one in loads.calls] == [(0.8, 2)]
    show(bench)


def test_a_change_during_a_switch_supersedes_it(bench, loads, labels):
    bench.listen('semantic')
    show(bench)
    loads.gate.clear()
    assert bench.set_parameter('model', labels).successful
    assert loads.entered.wait(60)
    assert bench.set_parameter('model', 'street').successful
    assert bench.set_parameter('input_scale', 0.8).successful
    show(bench)
    loads.gate.set()
    wait_until(lambda: bench.perception._session._serving.recipe.input_scale == 0.8, 'switch')
    assert bench.perception._session._serving.recipe.model == 'street'
    wait_until(lambda: len(shared_perception._entries) == 1, 'end of the other networks')
    wait_until(lambda: bench.health and bench.health[-1]['switching'] == 'no', 'end of the switch')
    show(bench)


def test_cleanup_gives_a_switch_up(bench, loads, labels):
    bench.listen('semantic')
    show(bench)
    loads.gate.clear()
    assert bench.set_parameter('model', labels).successful
    assert loads.entered.wait(60)
    assert bench.change(4)
    loads.gate.set()
    assert bench.change(2)
    wait_until(lambda: not shared_perception._entries, 'end of the networks')
    assert not [one for one in threading.enumerate() if one.name == 'model switch']
    bench.start()
    bench.health_with(model='labels')
    bench.show_and_wait(image(picture()))


def test_outputs_can_be_chosen_while_it_runs(bench):
    bench.listen('semantic')
    everything = offered(bench)
    assert {'semantic', 'depth', 'points', 'semantic/overlay'} <= everything
    result = bench.set_parameter('outputs', ['semantic', 'smell'])
    assert "not 'smell'" in result.reason
    assert bench.set_parameter('outputs', ['semantic', 'depth']).successful
    wait_until(lambda: 'points' not in offered(bench), 'end of points')
    assert not {'semantic/overlay', 'semantic/color', 'depth/color'} & offered(bench)
    assert {'semantic', 'depth', 'depth/camera_info'} <= offered(bench)
    show(bench)
    assert bench.set_parameter('outputs', ['']).successful
    wait_until(lambda: offered(bench) == everything, 'all outputs')
    bench.listen('semantic/overlay')
    show(bench)
    bench.messages('semantic/overlay', 1)
