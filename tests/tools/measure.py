"""Runs a command again and again; prints its median time and its peak memory.

Usage: measure.py RUNS COMMAND [ARGUMENT…]
"""

import resource
import statistics
import subprocess
import sys
import time

runs, command = int(sys.argv[1]), sys.argv[2:]
times = []
for _ in range(runs):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"{statistics.median(times) * 1000:.1f} ms, {peak / 1024:.1f} MB")
