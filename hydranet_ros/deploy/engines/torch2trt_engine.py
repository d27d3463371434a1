# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Not there yet."""


def unavailable() -> str | None:
    """Tell that it cannot run."""
    return 'it is not part of this version'
