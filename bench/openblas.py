#!/usr/bin/env python3
"""OpenBLAS' matrix product of float32 as a worker of `bench compare` (Debian: libopenblas0-pthread).

    python3 bench/openblas.py --m 1024 --n 1024 --k 1024 --threads 2
"""
import argparse
import ctypes
import ctypes.util
import random
import sys

from serving import serve

ROW_MAJOR, NO_TRANSPOSE = 101, 111


def load():
    """The library, wherever the system has it."""
    for name in ("libopenblas.so.0", ctypes.util.find_library("openblas") or "openblas"):
        try:
            library = ctypes.CDLL(name)
            library.openblas_get_config.restype = ctypes.c_char_p
            return library
        except OSError:
            continue
    sys.exit("OpenBLAS is not installed (Debian: libopenblas0-pthread)")


def matrix(rows, columns):
    """Random elements; a row that repeats is as good to time as any."""
    row = [random.uniform(-1, 1) for _ in range(columns)]
    return (ctypes.c_float * (rows * columns))(*(row * rows))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("m", "n", "k"):
        parser.add_argument(f"--{name}", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=1, help="of warm-up")
    parser.add_argument("--version", action="store_true")
    options = parser.parse_args()
    blas = load()
    config = blas.openblas_get_config().decode()
    if options.version:
        print(config.split()[1])
        return
    blas.openblas_set_num_threads(options.threads)
    m, n, k = options.m, options.n, options.k
    a, b, c = matrix(m, k), matrix(k, n), matrix(m, n)
    one, zero = ctypes.c_float(1), ctypes.c_float(0)
    serve(lambda: blas.cblas_sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, one, a, k, b, n, zero, c, n), config, options.seconds)


if __name__ == "__main__":
    main()
