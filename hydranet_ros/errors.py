# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The one exception that is meant for a person to read."""


class HydranetError(Exception):
    """Report a problem the user can act on: what is wrong, where, and what to do next."""


class FrameError(HydranetError):
    """Report a problem of one frame: the next one may be fine."""
