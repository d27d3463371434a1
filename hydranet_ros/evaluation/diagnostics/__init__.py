# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Where a segmentation fails, and why: Nekrasov, Shen, Reid, Diagnostics in Semantic Segmentation.

arXiv 1809.10328 (2018). What of it is the paper's and what is ours is told in docs/diagnose.md.
"""
