# SPDX-License-Identifier: Apache-2.0
"""TensorBoard 2: its server has no login."""
from asker import asker
from record import Case
from service import Service, pip
import os, subprocess

ADDRESS, RUNS, STEPS = "10.20.30.50", ("train", "validation"), 12
HELD = f"runs {' and '.join(RUNS)} with {STEPS} values of loss each"
home = pip("tensorboard", "tensorboard", "setuptools<80")
FILL = f"""
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter
for run in {RUNS!r}:
    writer = EventFileWriter("logs/" + run)
    for step in range({STEPS}):
        writer.add_event(Event(wall_time=1575000000 + step, step=step, summary=Summary(value=[Summary.Value(tag="loss", simple_value=1 / (step + 1))])))
    writer.close()
"""
with Service("tensorboard", ["/bin/sh", "-c", f"{home}/bin/python fill.py && exec {home}/bin/tensorboard --logdir logs --host {ADDRESS} --port 6006"], ADDRESS, 6006, ready="/data/environment", files={"fill.py": FILL}) as server:
    import time
    time.sleep(5)
    with Case("tensorboard-2-open", "TensorBoard: its environment, plug-ins, runs, names of values, and values.", HELD) as case:
        ask = asker(case, server, "tensorboard")
        ask("revealed", "/data/environment", also=["metadata"])
        ask("revealed", "/data/plugins_listing")
        ask("metadata", "/data/runs", datasets=list(RUNS))
        ask("metadata", "/data/plugin/scalars/tags")
        ask("data", "/data/plugin/scalars/scalars?run=train&tag=loss", returned=STEPS)
        ask("none", "/data/plugin/scalars/scalars?run=nothere&tag=loss", status=(400, 404), also=["open"])
