"""What the peers in Python share: the requests that pythonEngine.ts sends, and their answers.

Each line of standard input is a request: `run FILE` reads the input map from FILE, writes the output maps to FILE.out, one
after the other, and answers with the milliseconds of the network alone and the bytes of memory, as one line of JSON. Maps are
float32, in the layout of the peer.
"""
import json
import os
import resource
import sys
import time

import numpy


def memory():
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return {"resident": resident, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def answer_requests(title, shape, put, run, read):
    """put(map) hands the input over, run() is what is timed, read() returns the output maps in the graph's order."""
    print(json.dumps({"title": title}), flush=True)
    for line in sys.stdin:
        path = line.split(" ", 1)[1].rstrip("\n")
        put(numpy.fromfile(path, numpy.float32).reshape(shape))
        start = time.perf_counter()
        run()
        milliseconds = (time.perf_counter() - start) * 1000
        with open(f"{path}.out", "wb") as file:
            for output in read():
                file.write(numpy.ascontiguousarray(output).tobytes())
        print(json.dumps({"milliseconds": milliseconds, **memory()}), flush=True)
