# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The parameters of the node `camera`: the one table behind the node and the README."""

from hydranet_ros.ros.parameter_table import Setting

CAMERA_PARAMETERS: tuple[Setting, ...] = (
    Setting(
        'source',
        'street',
        'What to play: a folder of images, an image, a video, a device (/dev/video0), or street, '
        'which is drawn.',
    ),
    Setting(
        'rate',
        0.0,
        "Frames a second; 0: the source's own, or 10.",
        low=0.0,
        high=1000.0,
        unit='Hz',
    ),
    Setting('loop', False, 'Begin again when the source ends, in place of ending the node.'),
    Setting(
        'width',
        0,
        'Width to resize to, together with height; 0: as the source has it.',
        low=0,
        high=16384,
        unit='px',
    ),
    Setting(
        'height',
        0,
        'Height to resize to, together with width; 0: as the source has it.',
        low=0,
        high=16384,
        unit='px',
    ),
    Setting('frame_id', 'camera_optical_frame', 'Frame of the headers: x right, y down, z ahead.'),
    Setting(
        'focal_length',
        0.0,
        "Focal length in camera_info; 0: the source's, or that of a lens of 60 degrees.",
        low=0.0,
        high=100000.0,
        unit='px',
    ),
    Setting(
        'reliability',
        'reliable',
        'Reliability that is offered; reliable ones reach every subscriber.',
        choices=('reliable', 'best_effort'),
    ),
    Setting(
        'wait_for_subscriber',
        False,
        'Keep the first frame until somebody subscribes to image or image/compressed.',
    ),
    Setting(
        'start_time',
        0.0,
        "Stamp of the first frame, the others follow at the rate; 0: the node's clock.",
        low=0.0,
        high=4294967295.0,
        unit='s',
    ),
    Setting(
        'jpeg_quality',
        95,
        'Quality of image/compressed, which is made while somebody subscribes to it.',
        low=1,
        high=100,
    ),
    Setting('seed', 0, 'What the drawn street looks like.', low=0, high=2147483647),
)
