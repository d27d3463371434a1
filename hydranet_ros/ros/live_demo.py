# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The demo: a camera process, a perception process, and here the view of both, over real DDS."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import ExitStack
import signal
from types import FrameType

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from hydranet_ros.fastdds_profile import use_profile
from hydranet_ros.output_folder import make_output_folder
from hydranet_ros.picture import Meaning
from hydranet_ros.picture_server import PictureServer
from hydranet_ros.ros.camera_and_perception import start_camera_and_perception
from hydranet_ros.ros.demo_watch import DemoSettings
from hydranet_ros.ros.demo_watch import DemoWatch
from hydranet_ros.ros.live_view import LiveView
from hydranet_ros.ros.quiet_domain import enter
from hydranet_ros.zoo.card import load_card


def run_demo(settings: DemoSettings) -> int:
    """Run it; 0 at its end or Ctrl-C, 1 where a process died. HydranetError before the start."""
    card = load_card(settings.engine.model)
    make_output_folder(settings.out)
    domain = enter(settings.domain_id)
    use_profile()
    with ExitStack() as stack:
        server = None
        if settings.port is not None:
            server = PictureServer(settings.port)
            stack.callback(server.close)
        stack.enter_context(_signals_as_interrupt())
        children = start_camera_and_perception(
            stack, settings.source, settings.rate, settings.engine
        )
        context = stack.enter_context(_ros())
        view = LiveView(Meaning.of(card, None), card.tasks, context=context)
        stack.callback(view.destroy_node)
        executor = SingleThreadedExecutor(context=context)
        stack.callback(executor.shutdown)
        executor.add_node(view)
        _greet(settings, domain, server)
        return DemoWatch(settings, view, children, server).run(executor)


def _greet(settings: DemoSettings, domain: int, server: PictureServer | None) -> None:
    print(f'picture   {settings.out / "demo.png"}, new every second')
    if server is not None:
        print(f'page      {server.url}')
    print('topics    export ROS_DOMAIN_ID=' + str(domain), end=' ')
    print('ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST; ros2 topic hz /semantic')
    end = 'Ctrl-C' if settings.duration is None else f'{settings.duration:g} s, or Ctrl-C'
    print(f'ends at   {end}', flush=True)


@contextmanager
def _signals_as_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the demo as Ctrl-C does, so that no process is left behind."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, interrupt) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _ros() -> Iterator[rclpy.Context]:
    context = rclpy.Context()
    rclpy.init(context=context, signal_handler_options=SignalHandlerOptions.NO)
    try:
        yield context
    finally:
        rclpy.shutdown(context=context)
