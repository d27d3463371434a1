# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet build`."""

from __future__ import annotations

import argparse
from dataclasses import replace
import re
import sys
import time
from typing import TYPE_CHECKING

from hydranet_ros.commands.argument_types import add_builder_arguments
from hydranet_ros.commands.argument_types import add_engine_arguments
from hydranet_ros.commands.argument_types import builder_options
from hydranet_ros.commands.argument_types import count
from hydranet_ros.resources import DEFAULT_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from hydranet_ros.deploy.calibration import Calibration
    from hydranet_ros.perception import Perception

SUMMARY = 'Build and judge the engine for a frame size ahead of time.'
_DETAILS = """\
The engine is kept where the node finds it. Each is compared with the fp32 graph first, on --images
or on the model's own sample frames. One that differs too much is refused, and the status is 1.
int8 is calibrated on --images, at the first --size; that calibration is kept if its engines pass.
Without --images it is calibrated as its card's folder says.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    parser.add_argument('--model', default=DEFAULT_MODEL, help='a model card (%(default)s)')
    parser.add_argument(
        '--size',
        type=_size,
        action='append',
        required=True,
        metavar='WxH',
        help='frames of this size in pixels; can be given several times',
    )
    parser.add_argument('--batch', type=count, default=1, metavar='N', help='frames at a time (1)')
    add_engine_arguments(parser)
    parser.add_argument(
        '--images',
        nargs='+',
        metavar='INPUT',
        help='what it will see: images, folders or videos, to calibrate int8 and to judge by',
    )
    parser.add_argument(
        '--limit', type=count, default=200, metavar='N', help='most images to calibrate with (200)'
    )
    add_builder_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Build every size; 1 where an engine was refused."""
    from hydranet_ros.deploy.options import Precision
    from hydranet_ros.perception import Perception

    with Perception.load(
        args.model,
        weights=args.weights,
        backend=args.backend,
        precision=args.precision,
        domain=args.domain,
        input_size=args.input_size,
        input_scale=args.input_scale,
        builder=builder_options(args),
        on_build=_tell,
    ) as perception:
        print(f'{perception.card.name} on {perception.description}', file=sys.stderr)
        calibration = None
        if args.images and perception.choice.precision is Precision.INT8:
            calibration = _calibrate(perception, args)
        status = max(_build(perception, size, calibration, args) for size in args.size)
    if calibration is not None and status == 0:
        _store(calibration)
    return status


def _build(
    perception: Perception,
    size: tuple[int, int],
    calibration: Calibration | None,
    args: argparse.Namespace,
) -> int:
    from hydranet_ros.deploy.build import build_engine
    from hydranet_ros.deploy.build import Refused
    from hydranet_ros.deploy.request import Shape

    width, height = size
    request = perception.engines.request(Shape(height, width, args.batch))
    request = replace(request, calibration=calibration)
    if args.images:
        request = replace(request, frames=tuple(args.images))
    title = f'{perception.backend} {perception.precision} {width}x{height}, batch {args.batch}'
    start = time.perf_counter()
    try:
        engine = build_engine(request, judge_again=bool(args.images))
    except Refused as refusal:
        print(f'{title}: refused. {refusal}')
        return 1
    seconds = time.perf_counter() - start
    print(f'{title}: ready after {seconds:.1f} s; {engine.parity.summary}')
    engine.close()
    return 0


def _calibrate(perception: Perception, args: argparse.Namespace) -> Calibration:
    from hydranet_ros.deploy.calibration import calibrate
    from hydranet_ros.deploy.input_size import InputSize

    calibration = calibrate(
        perception.card,
        perception.model_file,
        _images(args),
        source=', '.join(args.images),
        input_size=InputSize(args.input_size, args.input_scale),
        domain=perception.domain,
    )
    print(f'calibrated with {calibration.images} images', file=sys.stderr)
    return calibration


def _store(calibration: Calibration) -> None:
    from hydranet_ros.deploy.calibration import store_calibration

    print(f'int8 of this model is calibrated by {store_calibration(calibration)} from now on')


def _images(args: argparse.Namespace) -> Iterator[npt.NDArray[np.uint8]]:
    from tqdm import tqdm

    from hydranet_ros.sources.sampling import sample_frames

    width, height = args.size[0]
    frames = sample_frames(args.images, args.limit, (height, width))
    yield from tqdm(frames, desc='calibrating', unit='image', disable=None)


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r'([1-9]\d*)x([1-9]\d*)', text)
    if not match:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; give WIDTHxHEIGHT, as 1200x350")
    return int(match[1]), int(match[2])
