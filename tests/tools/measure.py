"""Runs a command again and again; prints its median time and its peak memory.

Usage: measure.py RUNS COMMAND [ARGUMENT…]

The peak memory is GNU time's: a child that Python starts has Python's own
memory to its name until the command begins.
"""

import shutil
import statistics
import subprocess
import sys
import time

runs, command = int(sys.argv[1]), sys.argv[2:]
gnu_time = shutil.which("time")
if gnu_time is None:
    sys.exit("measure.py needs GNU time; install your system's package `time`")

times = []
for _ in range(runs):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    times.append(time.perf_counter() - start)
measured = subprocess.run(
    [gnu_time, "--format", "%M", *command],
    stdout=subprocess.DEVNULL,
    stderr=subprocess.PIPE,
    text=True,
    check=True,
)
peak = int(measured.stderr.split()[-1])
print(f"{statistics.median(times) * 1000:.1f} ms, {peak / 1024:.1f} MB")
