# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`hydranet view` where what it needs is missing; what it shows is tested in test/ros."""

import sys

import pytest

import hydranet_ros
from hydranet_ros.commands import main


def test_without_rerun_it_names_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, 'rerun', None)
    assert main(['view']) == 1
    said = capsys.readouterr().err
    assert "pip install 'hydranet_ros[view]'" in said
    assert said.count('\n') == 1


def test_without_ros_it_offers_files(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    pytest.importorskip('rerun')
    if hasattr(hydranet_ros, 'ros'):  # put back with what it holds, as its modules are
        monkeypatch.setattr(hydranet_ros, 'ros', hydranet_ros.ros)
    for name in [one for one in sys.modules if one.startswith('hydranet_ros.ros')]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, 'rclpy', None)
    monkeypatch.setitem(sys.modules, 'rclpy.clock', None)
    assert main(['view']) == 1
    said = capsys.readouterr().err
    assert 'Source a ROS 2 installation' in said
    assert '--images' in said


def test_points_of_another_maker_are_refused() -> None:
    pytest.importorskip('rclpy')
    pytest.importorskip('rerun')
    from sensor_msgs.msg import PointCloud2

    from hydranet_ros.errors import HydranetError
    from hydranet_ros.ros.camera_view import _points

    with pytest.raises(HydranetError, match='not one of ours'):
        _points(PointCloud2(point_step=32))
