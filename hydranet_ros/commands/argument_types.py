# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Types of arguments that several subcommands have; each raises ArgumentTypeError."""

import argparse
from enum import Enum
from pathlib import Path
import re

from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import BuilderOptions
from hydranet_ros.deploy.options import Precision


def count(text: str) -> int:
    """Take a number from 1."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number from 1")
    return int(text)


def positive(text: str) -> float:
    """Take a number above 0: seconds, hertz, pixels."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is no number above 0")
    return value


def domain(text: str) -> int:
    """Take the number of a ROS domain."""
    if not text.isdigit() or int(text) > 232:
        raise argparse.ArgumentTypeError(f"'{text}' is no ROS domain from 0 to 232")
    return int(text)


def port(text: str) -> int:
    """Take the number of a TCP port; 0 is any."""
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is no port from 0 to 65535")
    return int(text)


def size(text: str) -> tuple[int, int]:
    """Take (height, width) as HEIGHTxWIDTH."""
    match = re.fullmatch(r'(\d+)[x,](\d+)', text)
    if not match or min(int(match[1]), int(match[2])) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; give HEIGHTxWIDTH, as 350x1200")
    return int(match[1]), int(match[2])


def add_engine_arguments(
    parser: argparse.ArgumentParser,
) -> argparse._MutuallyExclusiveGroup:
    """Declare what runs the model; return the group of the ways to choose the input size."""
    parser.add_argument('--weights', metavar='PATH', help="local weights in place of the card's")
    add_backend_arguments(parser)
    parser.add_argument('--domain', help='which classes of a model trained for several places')
    seen = parser.add_mutually_exclusive_group()
    seen.add_argument(
        '--input-scale', type=positive, default=1.0, metavar='S', help='input size over image size'
    )
    seen.add_argument(
        '--input-size', type=size, metavar='HxW', help='input size of the network, e.g. 350x1200'
    )
    return seen


def add_evaluation_arguments(parser: argparse.ArgumentParser, data: str) -> None:
    """Declare what is measured on what; `data`: the data sets that can be taken, in words."""
    add = parser.add_argument
    add('--model', required=True, help='a model card, by name or path')
    add('--data', required=True, metavar='SPEC', help=f'{data} (docs/data.md)')
    add('--split', help='which part of the data: its name, or frames A-B (all)')
    add('--json', type=Path, metavar='FILE', help='write the figures there')
    add_engine_arguments(parser).add_argument(
        '--pad-to',
        type=count,
        default=1,
        metavar='N',
        help='pad images to multiples of N pixels: few engines for images of many sizes',
    )


def add_backend_arguments(parser: argparse._ActionsContainer) -> None:
    """Declare the backend and its precision."""
    parser.add_argument('--backend', default='auto', help=f'auto, {_names(Backend)}')
    parser.add_argument('--precision', default='auto', help=f'auto, {_names(Precision)}')


def add_focal_length_argument(parser: argparse._ActionsContainer) -> None:
    """Declare the focal length of files that do not state it."""
    parser.add_argument(
        '--fx',
        type=positive,
        metavar='PX',
        help="the camera's focal length in pixels of its images, for metric depth (docs/depth.md)",
    )


def add_builder_arguments(parser: argparse._ActionsContainer) -> None:
    """Declare how TensorRT builds; `builder_options` reads it."""
    default = BuilderOptions()
    parser.add_argument(
        '--optimization-level',
        type=int,
        default=default.optimization_level,
        metavar='0-5',
        help='TensorRT: more effort for a faster engine (%(default)s)',
    )
    parser.add_argument(
        '--workspace-mb',
        type=int,
        default=default.workspace_mb,
        metavar='MIB',
        help='TensorRT: most memory while building; 0: all there is (%(default)s)',
    )
    parser.add_argument(
        '--dla-core',
        type=int,
        default=default.dla_core,
        metavar='N',
        help='TensorRT: run on this DLA core of a Jetson; -1: on the GPU (%(default)s)',
    )


def builder_options(args: argparse.Namespace) -> BuilderOptions:
    """Read what `add_builder_arguments` declared; HydranetError for values out of range."""
    return BuilderOptions(args.optimization_level, args.workspace_mb, args.dla_core)


def _names(options: type[Enum]) -> str:
    return ', '.join(str(option.value) for option in options)
