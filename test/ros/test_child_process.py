# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Child processes and quiet domains. The camera is a real node here, without a subscriber."""

import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import time

import pytest

from hydranet_ros.errors import HydranetError
from hydranet_ros.ros import quiet_domain
from hydranet_ros.ros.child_process import as_parameter
from hydranet_ros.ros.child_process import ChildProcess

PATIENCE_S = 60.0
CAMERA = 'hydranet_ros.ros.camera'


def wait_until(predicate):
    deadline = time.monotonic() + PATIENCE_S
    while not predicate():
        assert time.monotonic() < deadline, 'it has not come to be'
        time.sleep(0.02)


def is_running(pid):
    try:
        return Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()[0] != 'Z'
    except FileNotFoundError:
        return False


@pytest.fixture
def _quiet(monkeypatch):
    for name in ('ROS_DOMAIN_ID', 'ROS_AUTOMATIC_DISCOVERY_RANGE'):
        monkeypatch.setenv(name, os.environ.get(name, ''))
    quiet_domain.enter()


def test_parameters_keep_their_types():
    assert as_parameter('source', "it's 007") == ['-p', "source:='it''s 007'"]
    assert as_parameter('loop', True) == ['-p', 'loop:=true']
    assert as_parameter('rate', 10.0) == ['-p', 'rate:=10.0']


@pytest.mark.usefixtures('_quiet')
def test_a_child_that_fails_says_why():
    child = ChildProcess('camera', CAMERA, {'source': '/nowhere at all'})
    try:
        wait_until(lambda: child.status is not None)
        assert child.status == 1
        assert any("'/nowhere at all'" in line for line in child.last_lines())
    finally:
        child.stop()


@pytest.mark.usefixtures('_quiet')
def test_a_child_is_asked_to_end_and_ends():
    child = ChildProcess('camera', CAMERA, {'source': 'street'})
    wait_until(lambda: any('Publishing' in line for line in child.last_lines()))
    assert os.getpgid(child.pid) == child.pid, 'a group of its own'
    child.stop()
    assert child.status == 0, child.last_lines()


@pytest.mark.usefixtures('_quiet')
def test_a_child_does_not_outlive_a_killed_parent():
    parent = subprocess.Popen(
        [
            sys.executable,
            '-c',
            'import signal\n'
            'from hydranet_ros.ros.child_process import ChildProcess\n'
            f"print(ChildProcess('camera', '{CAMERA}', {{'source': 'street'}}).pid, flush=True)\n"
            'signal.pause()\n',
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(parent.stdout.readline())
    assert is_running(pid)
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    wait_until(lambda: not is_running(pid))


def test_a_domain_in_use_is_not_taken(monkeypatch):
    for name in ('ROS_DOMAIN_ID', 'ROS_AUTOMATIC_DISCOVERY_RANGE'):
        monkeypatch.setenv(name, '')
    free = quiet_domain.enter()
    assert os.environ['ROS_DOMAIN_ID'] == str(free)
    assert os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] == 'LOCALHOST'
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as robot:
        robot.bind(('', 7400 + 250 * free))
        assert not quiet_domain.is_free(free)
        monkeypatch.setattr(quiet_domain, '_DOMAINS', range(free, free + 1))
        with pytest.raises(HydranetError, match='--domain-id'):
            quiet_domain.enter()
