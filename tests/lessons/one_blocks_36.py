"""The three coroutines of one_blocks.py, run in the idiom of Python 3.6.

asyncio itself refuses it by now: wait() takes no coroutines since 3.11, and since 3.14 there is no
loop to get where none was made.
"""

import time

from one_blocks import corou_1, corou_2, corou_3, start

import asyncompat as asyncio

if __name__ == "__main__":
    loop = asyncio.get_event_loop()
    coroutines = [corou_1(), corou_2(), corou_3()]
    loop.run_until_complete(asyncio.wait(coroutines))
    loop.close()
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
