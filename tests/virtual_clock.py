"""Run a program on a clock that moves only when the program waits.

    python virtual_clock.py PROGRAM

What the program would sleep for is added to the clock instead, be it the event loop that waits for
its next timer or ``time.sleep`` that blocks everything: a program of ten seconds takes a few
milliseconds and prints the times it would have printed. Works for programs that wait for timers
only; files, sockets, threads and processes keep to the real clock.

Only the modules ``time`` and ``selectors`` of this process are changed, which is where asyncio and
programs look; the program and asyncompat are as they always are.
"""

import os
import runpy
import selectors
import sys
import time

# Every look at the clock takes a moment, as it does on the real one: timers set one after the
# other are due one after the other.
LOOK = 1e-6


class Clock:
    def __init__(self):
        self.now = 1000.0

    def look(self):
        self.now += LOOK
        return self.now

    def pass_time(self, seconds):
        self.now += seconds


def virtual_selector(clock):
    class VirtualSelector(selectors.DefaultSelector):
        def select(self, timeout=None):
            events = super().select(0)
            if events:
                return events
            if timeout is None:
                raise RuntimeError("the program waits for something that is not a timer")
            clock.pass_time(max(timeout, 0))
            return super().select(0)

    return VirtualSelector


def main(program):
    clock = Clock()
    time.monotonic = time.perf_counter = clock.look
    time.sleep = clock.pass_time
    selectors.DefaultSelector = virtual_selector(clock)
    sys.argv[:] = [program]
    sys.path[0] = os.path.dirname(program)
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1])
