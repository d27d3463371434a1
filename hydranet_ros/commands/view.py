# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet view`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
import re
import sys
from typing import TYPE_CHECKING

from hydranet_ros.commands.argument_types import add_backend_arguments
from hydranet_ros.commands.argument_types import add_builder_arguments
from hydranet_ros.commands.argument_types import add_focal_length_argument
from hydranet_ros.commands.argument_types import builder_options
from hydranet_ros.commands.argument_types import count
from hydranet_ros.commands.argument_types import port
from hydranet_ros.commands.argument_types import positive
from hydranet_ros.resources import DEFAULT_MODEL

if TYPE_CHECKING:
    from hydranet_ros.viewer.recording import Destination

SUMMARY = 'Show image, classes, depth, points and rates of a running node, where there is no RViz.'
_DETAILS = """\
shows the topics of the node perception (docs/view.md): in a window where there is a display, else
on a page of this machine (from afar: ssh -L 9090:localhost:9090 -L 9876:localhost:9876 ROBOT).
  hydranet view --image /camera/image_raw
  hydranet view --save drive.rrd        # for later: rerun drive.rrd
  hydranet view --images FOLDER         # files, without ROS
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    _add_topics(parser)
    shown = parser.add_argument_group('where it is shown')
    shown.add_argument('--window', action='store_true', help="Rerun's viewer in a window")
    shown.add_argument(
        '--web', type=port, nargs='?', const=9090, metavar='PORT', help='a page (9090)'
    )
    shown.add_argument('--save', type=Path, metavar='FILE.rrd', help='a new file, alone or beside')
    shown.add_argument(
        '--memory',
        type=_memory,
        default='1GiB',
        metavar='SIZE',
        help='what is kept in memory; the oldest goes first (%(default)s)',
    )
    shown.add_argument(
        '--rate', type=_rate, default=5.0, metavar='HZ', help='most frames a second; 0: all (5)'
    )
    shown.add_argument('--limit', type=count, metavar='N', help='end after N frames')
    files = parser.add_argument_group('of files, without ROS')
    files.add_argument('--images', metavar='SOURCE', help="a folder, video, device or 'street'")
    files.add_argument('--model', default=DEFAULT_MODEL, help='a model card (%(default)s)')
    add_backend_arguments(files)
    add_builder_arguments(files)
    add_focal_length_argument(files)


def _add_topics(parser: argparse.ArgumentParser) -> None:
    topics = parser.add_argument_group('of a running node')
    topics.add_argument('--namespace', default='', metavar='NS', help='of the node')
    topics.add_argument(
        '--camera', nargs='+', default=(), metavar='NAME', help='as its parameter cameras'
    )
    topics.add_argument('--image', default='', metavar='TOPIC', help='of the camera (image)')
    topics.add_argument(
        '--camera-info', default='', metavar='TOPIC', help='(camera_info beside the image)'
    )
    topics.add_argument(
        '--topics',
        nargs='+',
        default=(),
        metavar='NAME',
        help='image semantic depth normals (all of them), points (costs the node time)',
    )


def run(args: argparse.Namespace) -> int:
    """Show until Ctrl-C or the end; 1 where a frame was damaged.

    HydranetError where rerun-sdk or ROS 2 is missing.
    """
    from hydranet_ros.errors import HydranetError

    try:
        import rerun  # noqa: F401
    except ImportError as error:
        raise HydranetError(
            f"the viewer needs rerun-sdk ({error}): pip install 'hydranet_ros[view]'. It brings "
            'NumPy 2: beside an apt cv_bridge, install it into a virtual environment of its own.'
        ) from error
    if args.images:
        return _show_files(args)
    if args.fx is not None:
        raise HydranetError('--fx belongs to --images; a node has its fx from camera_info.')
    return _show_topics(args)


def _show_files(args: argparse.Namespace) -> int:
    from hydranet_ros.perception import Perception
    from hydranet_ros.sources import open_source
    from hydranet_ros.sources import ReadableFrames
    from hydranet_ros.viewer.frames import ROOT
    from hydranet_ros.viewer.frames import show_frames
    from hydranet_ros.viewer.frames import wait_for_interrupt
    from hydranet_ros.viewer.layout import blueprint
    from hydranet_ros.viewer.recording import opened

    destination = _destination(args)
    with (
        open_source(args.images) as source,
        Perception.load(
            args.model,
            backend=args.backend,
            precision=args.precision,
            builder=builder_options(args),
        ) as perception,
        opened(destination, blueprint([ROOT], with_node=False)) as recording,
    ):
        frames = ReadableFrames(source, _tell)
        shown = show_frames(recording, perception, frames, args.rate, args.limit, args.fx)
        print(f'{shown} frames shown, {frames.left_out} left out as damaged', flush=True)
        if destination.web_port is not None:
            wait_for_interrupt()
    return 1 if frames.left_out else 0


def _tell(problem: str) -> None:
    print(f'hydranet: {problem}', file=sys.stderr, flush=True)


def _show_topics(args: argparse.Namespace) -> int:
    from hydranet_ros.errors import HydranetError

    try:
        from hydranet_ros.ros.view import check_names
        from hydranet_ros.ros.view import view_topics
        from hydranet_ros.ros.view import ViewSettings
    except ModuleNotFoundError as error:
        raise HydranetError(
            f'showing topics needs ROS 2 ({error}). Source a ROS 2 installation; --images shows '
            'files without it.'
        ) from error
    from hydranet_ros.viewer.layout import blueprint
    from hydranet_ros.viewer.recording import opened
    from hydranet_ros.viewer.topics import cameras_of

    cameras = cameras_of(args.camera, args.topics, args.image, args.camera_info)
    prefix = f'{args.camera[0]}/' if args.camera else ''
    settings = ViewSettings(cameras, args.namespace, args.rate, args.limit, prefix)
    check_names(settings, args.camera)
    destination = _destination(args)
    with opened(destination, blueprint(list(cameras), with_node=True)) as recording:
        status = view_topics(settings, recording)
    if status and destination.save is not None:  # there was no node that could show anything
        destination.save.unlink(missing_ok=True)
    return status


def _destination(args: argparse.Namespace) -> Destination:
    from hydranet_ros.viewer.recording import Destination
    from hydranet_ros.viewer.recording import has_display

    chosen = args.window or args.web is not None or args.save is not None
    window = args.window or (not chosen and has_display())
    web = 9090 if not chosen and not window else args.web
    save = args.save and Path(os.path.expanduser(args.save))
    return Destination(web, window, save, args.memory)


def _rate(text: str) -> float:
    return 0.0 if text == '0' else positive(text)


def _memory(text: str) -> str:
    if not re.fullmatch(r'[1-9]\d*(%|[kMGT]i?B)', text):
        raise argparse.ArgumentTypeError(f"'{text}' is no size; give one as 1GiB, 500MB or 25%%")
    return text
