# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
