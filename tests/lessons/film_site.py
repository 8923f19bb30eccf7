"""A small film site: what the film programs read, on this machine.

    python film_site.py             serves on 127.0.0.1:8418 until Ctrl-C

It has the shape of the site in the lesson: a page of coming films, a page for each film, and the
answer 418 for whoever does not look like a browser. Every page takes its time.
"""

import contextlib
import threading

from aiohttp import web

import asyncompat as asyncio

PAGE_SECONDS = 0.4
FILMS = [
    ("九龙不败", "07月02日", "p2560169035.jpg"),
    ("别岁", "07月02日", "p2558138041.jpg"),
    ("银河补习班", "07月18日", "p2558293106.jpg"),
    ("刀背藏身", "07月19日", "p2557644589.jpg"),
]

LIST_PAGE = """<html><head><title>films</title></head><body>
<div id="showing-soon">{items}</div>
<div id="footer"><a href="/about">about</a></div>
</body></html>"""
LIST_ITEM = """<div class="item mod">
<a class="thumb" href="{base}/film/{number}"><img src="https://img.example/{image}"></a>
<div class="intro"><h3><a href="{base}/film/{number}">{name}</a></h3>
<ul><li class="dt">{date}</li><li class="dt">drama</li></ul></div>
</div>"""
FILM_PAGE = """<html><head><title>{name}</title></head><body>
<h1>{name}</h1>
<div id="mainpic"><a href="/photos"><img src="https://img.example/{image}"></a></div>
</body></html>"""


@web.middleware
async def browsers_only(request, handler):
    await asyncio.sleep(PAGE_SECONDS)
    if "Mozilla/" not in request.headers.get("User-Agent", ""):
        return web.Response(status=418)
    return await handler(request)


async def coming_films(request):
    base = "http://{}".format(request.host)
    items = [
        LIST_ITEM.format(base=base, number=number, name=name, date=date, image=image)
        for number, (name, date, image) in enumerate(FILMS)
    ]
    return web.Response(text=LIST_PAGE.format(items="\n".join(items)), content_type="text/html")


async def film(request):
    name, _, image = FILMS[int(request.match_info["number"])]
    return web.Response(text=FILM_PAGE.format(name=name, image=image), content_type="text/html")


async def start(port):
    """Serve in the running loop; return the runner, to be cleaned up, and the site's address."""
    app = web.Application(middlewares=[browsers_only])
    app.router.add_get("/later", coming_films)
    app.router.add_get(r"/film/{number:\d}", film)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    return runner, "http://127.0.0.1:{}".format(runner.addresses[0][1])


@contextlib.contextmanager
def running():
    """Serve from a thread, on a port that is free; the context's value is the site's address."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        runner, address = asyncio.run_coroutine_threadsafe(start(0), loop).result()
        try:
            yield address
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def main():
    _, address = await start(8418)
    print("serving {}/later, Ctrl-C ends".format(address))
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
