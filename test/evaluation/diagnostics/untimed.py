# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Hypothesis without a stop-watch: a busy machine is no fault of what is tested."""

from hypothesis import HealthCheck
from hypothesis import settings

untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
