# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A camera that is no ROS node: Cyclone DDS's own Python package publishes sensor_msgs/Image.

Run as a process of its own, `python -m test.ros.cyclone_camera DOMAIN`: it publishes `image` ten
times a second, and prints a line of JSON for each `semantic` that it reads, until it is ended.
"""

from dataclasses import dataclass
import json
import os
import sys
import time

LOOPBACK = """<CycloneDDS><Domain>
<General><Interfaces><NetworkInterface name="lo" multicast="false"/></Interfaces>
<AllowMulticast>false</AllowMulticast></General>
<Discovery><ParticipantIndex>auto</ParticipantIndex>
<MaxAutoParticipantIndex>32</MaxAutoParticipantIndex>
<Peers><Peer address="127.0.0.1"/></Peers></Discovery>
</Domain></CycloneDDS>"""
HEIGHT, WIDTH, RATE_HZ = 48, 64, 10.0
FRAME_ID = 'cyclone_camera'


def main(domain: int) -> None:
    os.environ['CYCLONEDDS_URI'] = LOOPBACK
    from cyclonedds.domain import DomainParticipant
    from cyclonedds.idl import IdlStruct
    from cyclonedds.idl.types import int32
    from cyclonedds.idl.types import sequence
    from cyclonedds.idl.types import uint8
    from cyclonedds.idl.types import uint32
    from cyclonedds.pub import DataWriter
    from cyclonedds.qos import Policy
    from cyclonedds.qos import Qos
    from cyclonedds.sub import DataReader
    from cyclonedds.topic import Topic
    from cyclonedds.util import duration

    # As rosidl names and lays them out; written anew from the message definitions.
    @dataclass
    class Time(IdlStruct, typename='builtin_interfaces.msg.dds_.Time_'):
        sec: int32
        nanosec: uint32

    @dataclass
    class Header(IdlStruct, typename='std_msgs.msg.dds_.Header_'):
        stamp: Time
        frame_id: str

    @dataclass
    class Image(IdlStruct, typename='sensor_msgs.msg.dds_.Image_'):
        header: Header
        height: uint32
        width: uint32
        encoding: str
        is_bigendian: uint8
        step: uint32
        data: sequence[uint8]

    qos = Qos(
        Policy.Reliability.Reliable(duration(seconds=1)),
        Policy.History.KeepLast(1),
        Policy.DataRepresentation(use_cdrv0_representation=True, use_xcdrv2_representation=False),
    )
    participant = DomainParticipant(domain)
    writer = DataWriter(participant, Topic(participant, 'rt/image', Image), qos=qos)
    reader = DataReader(participant, Topic(participant, 'rt/semantic', Image), qos=qos)
    pixels = list(bytes(range(256)) * (HEIGHT * WIDTH * 3 // 256))
    for number in range(100_000):
        header = Header(Time(1000 + number, 7), FRAME_ID)
        writer.write(Image(header, HEIGHT, WIDTH, 'rgb8', 0, 3 * WIDTH, pixels))
        time.sleep(1 / RATE_HZ)
        for answer in reader.take(N=10):
            if isinstance(answer, Image):
                stamp = answer.header.stamp
                line = [stamp.sec, stamp.nanosec, answer.header.frame_id, answer.encoding]
                print(
                    json.dumps([*line, answer.height, answer.width, len(answer.data)]), flush=True
                )


if __name__ == '__main__':
    main(int(sys.argv[1]))
