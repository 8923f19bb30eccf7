"""Running an awaitable to its end where a loop already runs: notebooks, REPLs, callbacks.

``hosts`` says where we are and which way there is, ``passes`` runs the host's own loop, ``threads``
another loop in a thread, ``patching`` has asyncio do the same. Nothing here is imported before
somebody runs something inside a running loop, and nothing but ``patching`` changes anything that
is not ours. Code here is Python 3.6 syntax.
"""
