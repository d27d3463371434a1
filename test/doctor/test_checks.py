# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet doctor`: what it says of this machine, and of machines that lack something.

The trials run the real network and real DDS. GPUs, cv_bridge and colcon are not here: what is
said of them is tested with stand-ins in a folder on the path.
"""

import os
from pathlib import Path

import pytest

from hydranet_ros.commands import main
from hydranet_ros.doctor import backends
from hydranet_ros.doctor import caches
from hydranet_ros.doctor import checks
from hydranet_ros.doctor import cv_bridge
from hydranet_ros.doctor import kernel
from hydranet_ros.doctor import loopback
from hydranet_ros.doctor import middleware
from hydranet_ros.doctor import models
from hydranet_ros.doctor import python
from hydranet_ros.doctor import ros
from hydranet_ros.doctor import self_test
from hydranet_ros.doctor import shared_memory
from hydranet_ros.doctor.child import tried
from hydranet_ros.doctor.finding import Finding
from hydranet_ros.doctor.finding import Level
from hydranet_ros.errors import HydranetError
from hydranet_ros.fastdds_profile import profile_path
from hydranet_ros.perception import Perception


@pytest.fixture(autouse=True)
def _environment(monkeypatch):
    for name in ('FASTDDS_BUILTIN_TRANSPORTS', 'RMW_IMPLEMENTATION', 'ROS_DISTRO'):
        monkeypatch.delenv(name, raising=False)
    for name in ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE'):
        monkeypatch.delenv(name, raising=False)


def only(check, level: Level) -> Finding:
    """Return the one finding of a level; each that is not OK says what to do."""
    found = list(check.check())
    assert all(bool(one.advice) == (one.level is not Level.OK) for one in found)
    (one,) = [one for one in found if one.level is level]
    return one


def stand_in(folder: Path, name: str, text: str, monkeypatch) -> None:
    """Put a module on the path of this process and its children."""
    (folder / f'{name}.py').write_text(text)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv('PYTHONPATH', f'{folder}{os.pathsep}{os.environ.get("PYTHONPATH", "")}')


def test_this_machine_has_no_problem(capsys):
    assert main(['doctor', '--quick']) == 0
    said = capsys.readouterr().out
    for subject in ('Python', 'ROS 2', 'shared memory', 'engine', 'cache', 'models'):
        assert f'ok       {subject}:' in said
    assert 'self-test' not in said
    assert said.rstrip().splitlines()[-1].startswith('0 problems, ')


def test_a_problem_has_an_exit_code_and_a_line_of_advice(capsys, monkeypatch):
    monkeypatch.setenv('FASTRTPS_DEFAULT_PROFILES_FILE', '/nowhere.xml')
    assert main(['doctor', '--quick']) == 1
    lines = capsys.readouterr().out.splitlines()
    (place,) = [number for number, line in enumerate(lines) if line.startswith('problem')]
    assert '/nowhere.xml cannot be read' in lines[place]
    assert lines[place + 1].startswith('         -> export ')


def test_a_check_that_breaks_does_not_stop_the_next(monkeypatch):
    monkeypatch.setattr(caches, 'cache_dir', lambda: 1 / 0)
    first, *rest = checks.examine(('caches', 'models'))
    assert first.level is Level.PROBLEM
    assert 'ZeroDivisionError' in first.text
    assert [one.subject for one in rest] == ['models']


def test_python_and_packages(monkeypatch):
    monkeypatch.setattr(python, 'NEWEST', (3, 9))
    assert only(python, Level.PROBLEM).subject == 'Python'
    monkeypatch.undo()
    monkeypatch.setattr(python, '_NEEDED', ('numpy', 'not_there'))
    assert only(python, Level.PROBLEM).advice == 'pip install not_there'


def test_two_builds_of_opencv(tmp_path, monkeypatch):
    folder = tmp_path / 'opencv_python-4.9.dist-info'
    folder.mkdir()
    (folder / 'METADATA').write_text('Metadata-Version: 2.1\nName: opencv-python\nVersion: 4.9\n')
    monkeypatch.syspath_prepend(tmp_path)
    found = only(python, Level.WARNING)
    assert 'opencv-python and opencv-python-headless' in found.text


def test_setuptools_that_breaks_colcon(tmp_path, monkeypatch):
    stand_in(tmp_path, 'colcon_core', '', monkeypatch)
    monkeypatch.setattr(python, 'version', lambda name: '80.9.0')
    assert only(python, Level.WARNING).advice == "pip install 'setuptools<80'"
    monkeypatch.setattr(python, 'version', lambda name: '79.0.1')
    assert all(one.level is Level.OK for one in python.check())


def test_no_ros_is_a_warning_and_a_sourced_one_that_is_not_found_a_problem(monkeypatch):
    monkeypatch.setattr(ros, 'installed', lambda: False)
    assert 'everything else can' in only(ros, Level.WARNING).text
    monkeypatch.setenv('ROS_DISTRO', 'humble')
    assert 'humble is sourced' in only(ros, Level.PROBLEM).text


def test_ros_that_does_not_start(tmp_path, monkeypatch):
    monkeypatch.setenv('RMW_IMPLEMENTATION', 'rmw_not_there')
    assert 'rclpy does not start' in only(ros, Level.PROBLEM).text


def test_profiles(tmp_path, monkeypatch):
    assert 'config/fastdds.xml' in only(middleware, Level.OK).text
    monkeypatch.setenv('FASTRTPS_DEFAULT_PROFILES_FILE', str(profile_path()))
    assert '32 MiB' in only(middleware, Level.OK).text
    own = tmp_path / 'own.xml'
    monkeypatch.setenv('FASTRTPS_DEFAULT_PROFILES_FILE', str(own))
    own.write_text('<dds></dds>')
    assert 'too little' in only(middleware, Level.WARNING).text
    own.write_text('<dds>')
    assert 'cannot be read' in only(middleware, Level.PROBLEM).text
    monkeypatch.delenv('FASTRTPS_DEFAULT_PROFILES_FILE')
    monkeypatch.setenv('FASTDDS_BUILTIN_TRANSPORTS', 'UDPv4')
    assert 'UDPv4' in only(middleware, Level.WARNING).text
    monkeypatch.setenv('RMW_IMPLEMENTATION', 'rmw_cyclonedds_cpp')
    assert 'cyclonedds' in only(middleware, Level.OK).text


def test_kernel_buffers(tmp_path, monkeypatch):
    monkeypatch.setattr(kernel, 'LIMIT', tmp_path / 'rmem_max')
    (tmp_path / 'rmem_max').write_text('212992\n')
    assert '208 KiB' in only(kernel, Level.WARNING).text
    (tmp_path / 'rmem_max').write_text('33554432\n')
    assert only(kernel, Level.OK).subject == 'kernel'


def test_shared_memory_that_is_small_full_or_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(shared_memory, 'FOLDER', tmp_path)
    monkeypatch.setattr(shared_memory, '_SEGMENT', 1 << 60)
    assert '--shm-size' in only(shared_memory, Level.WARNING).advice
    monkeypatch.setattr(shared_memory, '_SEGMENT', 1 << 20)
    monkeypatch.setattr(shared_memory, '_PROCESSES', 1 << 40)
    with (tmp_path / 'fastrtps_0123').open('wb') as file:
        file.truncate(4 << 20)
    assert 'segments of Fast DDS' in only(shared_memory, Level.WARNING).text
    monkeypatch.setattr(shared_memory, 'FOLDER', tmp_path / 'none')
    assert '--ipc=host' in only(shared_memory, Level.PROBLEM).advice


@pytest.mark.parametrize(
    ('module', 'level', 'words'),
    [
        ("raise ImportError('numpy.core.multiarray failed')", Level.WARNING, 'multiarray'),
        ('import os, signal; os.kill(os.getpid(), signal.SIGSEGV)', Level.WARNING, 'signal 11'),
        (
            'class CvBridge:\n    def encoding_to_cvtype2(self, name): return 16',
            Level.OK,
            'works with NumPy',
        ),
    ],
)
def test_cv_bridge_of_another_numpy(tmp_path, monkeypatch, module, level, words):
    stand_in(tmp_path, 'cv_bridge', module, monkeypatch)
    assert words in only(cv_bridge, level).text


def test_a_gpu_without_tensorrt_is_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(backends, 'GPU_DEVICES', (str(tmp_path),))
    found = {one.subject: one.level for one in backends.check()}
    assert found['tensorrt'] is Level.WARNING
    assert found['openvino'] is found['engine'] is Level.OK


def test_no_engine_is_a_problem(monkeypatch):
    def choose():
        raise HydranetError('No backend can run here.')

    monkeypatch.setattr(backends, 'choose', choose)
    assert only(backends, Level.PROBLEM).subject == 'engine'


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'file' / 'cache'))
    assert 'HYDRANET_CACHE' in only(caches, Level.PROBLEM).advice
    monkeypatch.setenv('HYDRANET_CACHE', str(tmp_path / 'cache'))
    assert '0 MB in 0 files' in only(caches, Level.OK).text
    monkeypatch.setattr(caches, '_ENOUGH', 1 << 60)
    assert 'Make room' in only(caches, Level.WARNING).advice


def test_weights_that_are_damaged(monkeypatch):
    def resolve(card):
        raise HydranetError(f'{card.name} is damaged')

    assert only(models, Level.OK).subject == 'models'
    monkeypatch.setattr(models, 'resolve_model_file', resolve)
    assert 'street is damaged' in only(models, Level.PROBLEM).text


def test_the_network_is_tried(monkeypatch):
    monkeypatch.setattr(self_test, 'SECONDS', 0.0)
    assert '1 frames of 640x480' in only(self_test, Level.OK).text
    predict = Perception.predict

    def nonsense(self, *arguments, **options):
        prediction = predict(self, *arguments, **options)
        prediction.labels[:] = 9
        return prediction

    monkeypatch.setattr(Perception, 'predict', nonsense)
    assert 'nonsense' in only(self_test, Level.PROBLEM).advice


def test_images_are_sent_through_the_middleware():
    found = list(loopback.check())
    assert len(found) == 1
    # A busy machine may lose some.
    assert found[0].level in (Level.OK, Level.WARNING)
    assert 'images of 640x480 from another process' in found[0].text


def test_images_that_do_not_come_are_a_problem(monkeypatch):
    monkeypatch.setattr(loopback, '_LOOK', "raise RuntimeError('no middleware')")
    assert 'no middleware' in only(loopback, Level.PROBLEM).text
    monkeypatch.setattr(
        loopback, '_LOOK', """print('{"received": 9, "lost": 9, "latency_ms": 1}')"""
    )
    assert '9 lost' in only(loopback, Level.WARNING).text


def test_a_child_says_its_last_line():
    assert tried('print(1); print(2)') == (True, '2')
    works, said = tried("import sys; sys.stderr.write('one\\ntwo\\n'); sys.exit(3)")
    assert (works, said) == (False, 'two')
    assert tried('import os; os.abort()')[0] is False
