# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""`python -m hydranet_ros` is `hydranet`."""

import sys

from hydranet_ros.commands import main

sys.exit(main())
