# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet demo`."""

import argparse
from pathlib import Path

from hydranet_ros.commands.argument_types import add_backend_arguments
from hydranet_ros.commands.argument_types import add_builder_arguments
from hydranet_ros.commands.argument_types import builder_options
from hydranet_ros.commands.argument_types import domain
from hydranet_ros.commands.argument_types import port
from hydranet_ros.commands.argument_types import positive
from hydranet_ros.resources import DEFAULT_MODEL

SUMMARY = 'Show a street going through the ROS 2 node, live, in a file and on a local page.'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        '--duration', type=positive, metavar='S', help='end S seconds after the first answer'
    )
    parser.add_argument(
        '--source', default='street', help='street, or a folder, video or device (%(default)s)'
    )
    parser.add_argument('--model', default=DEFAULT_MODEL, help='a model card (%(default)s)')
    parser.add_argument(
        '--weights', type=Path, metavar='PATH', help="local weights in place of the card's"
    )
    add_backend_arguments(parser)
    add_builder_arguments(parser)
    parser.add_argument('--rate', type=positive, default=10.0, help='of the camera, Hz (10)')
    parser.add_argument(
        '--out', type=Path, default=Path('out'), metavar='DIR', help='where demo.png goes (out)'
    )
    parser.add_argument(
        '--port', type=port, default=8080, help='of the page; 0: any (%(default)s)'
    )
    parser.add_argument('--no-web', action='store_true', help='serve no page')
    parser.add_argument(
        '--domain-id', type=domain, metavar='N', help='ROS domain (one that nobody uses)'
    )


def run(args: argparse.Namespace) -> int:
    """Run the demo; HydranetError where ROS 2 is missing."""
    from hydranet_ros.errors import HydranetError

    try:
        from hydranet_ros.ros.camera_and_perception import EngineChoice
        from hydranet_ros.ros.demo_watch import DemoSettings
        from hydranet_ros.ros.live_demo import run_demo
    except ModuleNotFoundError as error:
        raise HydranetError(
            f'the demo needs ROS 2 ({error}). Source a ROS 2 installation, or run `make demo`, '
            'which installs it into .venv.'
        ) from error
    return run_demo(
        DemoSettings(
            source=args.source,
            engine=EngineChoice(
                args.model, args.weights, args.backend, args.precision, builder_options(args)
            ),
            rate=args.rate,
            out=args.out,
            duration=args.duration,
            port=None if args.no_web else args.port,
            domain_id=args.domain_id,
        )
    )
