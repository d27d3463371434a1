# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The exceptions that are meant for a person to read."""


class HydranetError(Exception):
    """Report a problem the user can act on: what is wrong, where, and what to do next."""


class FrameError(HydranetError):
    """Report a problem of one frame: the next one may be fine."""


def in_words(error: BaseException) -> str:
    """Return what an error says; of one that is not meant to be read its type as well."""
    return str(error) if isinstance(error, HydranetError) else f'{type(error).__name__}: {error}'


def first_line(error: BaseException) -> str:
    """Return the first line of what an error says, its type where it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
