"""What the scripts of `bench compare` have in common: a worker that keeps one piece of work ready and runs rounds of it on demand.

The first line of standard output says that it is warm. Each line of standard input then holds the seconds of a round and is answered by its median; at
the end of the input comes the peak of the resident memory. All lines are JSON objects.
"""
import json
import resource
import statistics
import sys
import time

WARM_UP_RUNS = 10


def timed(work):
    """The milliseconds of one run."""
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def repeat(work, seconds, least=1, most=1000):
    """The milliseconds of runs for about so long."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < least or (time.perf_counter() < end and len(times) < most):
        times.append(timed(work))
    return times


def peak_memory_mb():
    """The most resident memory so far, in millions of bytes; Linux counts in kibibytes, macOS in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def serve(work, detail, seconds):
    """Runs rounds until the input ends."""
    first = timed(work)
    repeat(work, seconds, most=WARM_UP_RUNS)
    print(json.dumps({"first_ms": first, "detail": detail}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"median_ms": statistics.median(repeat(work, float(line)))}), flush=True)
    print(json.dumps({"peak_memory_mb": peak_memory_mb()}), flush=True)
