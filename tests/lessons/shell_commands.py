"""Twelve shell commands, never more than four at a time."""

import time

import asyncompat as asyncio

LIMIT = 4


async def run_command(command, slots, running):
    async with slots:
        running.add(command)
        most = len(running)
        process = await asyncio.create_subprocess_shell(command, stdout=asyncio.subprocess.PIPE)
        output, _ = await process.communicate()
        running.remove(command)
    return output.decode().strip(), process.returncode, most


async def main():
    slots = asyncio.Semaphore(LIMIT)
    running = set()
    commands = ["sleep 0.5 && echo job {}".format(number) for number in range(1, 13)]
    results = await asyncio.gather(*[run_command(each, slots, running) for each in commands])
    for output, status, _ in results:
        print("{}: exit {}".format(output, status))
    print("at most {} at a time".format(max(most for _, _, most in results)))


if __name__ == "__main__":
    start = time.perf_counter()
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
