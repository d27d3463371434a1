# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""One node as the whole work of a process: started, run, and ended without a traceback."""

from collections.abc import Callable
import signal
from typing import Protocol
from typing import TypeVar

import rclpy
from rclpy.exceptions import ParameterException
from rclpy.executors import ExternalShutdownException
from rclpy.logging import get_logger

from hydranet_ros.errors import HydranetError
from hydranet_ros.fastdds_profile import use_profile


class Closing(Protocol):
    """A node that has something to end before it is destroyed."""

    def close(self) -> None:
        """End it."""

    def destroy_node(self) -> None:
        """As rclpy's Node."""


AnyNode = TypeVar('AnyNode', bound=Closing)


def run_node(
    name: str,
    make: Callable[[], AnyNode],
    work: Callable[[AnyNode], int],
    arguments: list[str] | None = None,
) -> int:
    """Make a node with our transport, work until the end or Ctrl-C; return the exit status."""
    node: AnyNode | None = None
    initialised = False
    try:
        use_profile()
        _initialise(arguments)
        initialised = True
        node = _made(make)
        return work(node)
    except (KeyboardInterrupt, ExternalShutdownException):
        return 0
    except HydranetError as error:
        get_logger(name).fatal(str(error))
        return 1
    except Exception:
        # Once the context is gone, every call of rclpy fails: that is the end, not an error.
        if not initialised or rclpy.ok():
            raise
        return 0
    finally:
        # `ros2 launch` and the terminal both send Ctrl-C, and the second must not break the end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if node is not None:
            node.close()
            node.destroy_node()
        rclpy.try_shutdown()


def _initialise(arguments: list[str] | None) -> None:
    try:
        rclpy.init(args=arguments)
    except RuntimeError as error:  # RCLError and its kin, which rclpy does not export
        raise HydranetError(
            f'ROS does not start: {error}. Check what follows --ros-args, and the parameter file.'
        ) from error


def _made(make: Callable[[], AnyNode]) -> AnyNode:
    try:
        return make()
    except ParameterException as error:  # of use_sim_time, which rclpy declares itself
        raise HydranetError(f'Parameter refused: {error}.') from error
