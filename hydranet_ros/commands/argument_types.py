# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Types of arguments that several subcommands have; each raises ArgumentTypeError."""

import argparse
import re


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


def size(text: str) -> tuple[int, int]:
    """Take (height, width) as HEIGHTxWIDTH."""
    match = re.fullmatch(r'(\d+)[x,](\d+)', text)
    if not match or min(int(match[1]), int(match[2])) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no size; give HEIGHTxWIDTH, as 350x1200")
    return int(match[1]), int(match[2])
