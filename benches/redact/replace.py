"""The Python peer of `cargo xtask bench redact`: needles and a text come in, then how often to replace them."""

import sys
import time


def main() -> None:
    source = sys.stdin.buffer
    count, length = map(int, source.readline().split())
    needles = [source.read(int(source.readline())).decode("latin-1") for _ in range(count)]
    text = source.read(length).decode("latin-1")
    for line in source:
        best = None
        for _ in range(int(line)):
            start = time.perf_counter_ns()
            shown = text
            for needle in needles:
                shown = shown.replace(needle, "[REDACTED]")
            took = time.perf_counter_ns() - start
            best = took if best is None else min(best, took)
        print(best, flush=True)


main()
