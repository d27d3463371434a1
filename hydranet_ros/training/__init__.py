# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Train a network on data sets that annotate different tasks. Importing this needs no torch."""
