# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The exceptions that are meant for a person to read."""


class HydranetError(Exception):
    """Report a problem the user can act on: what is wrong, where, and what to do next."""


class FrameError(HydranetError):
    """Report a problem of one frame: the next one may be fine."""


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, its type where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
