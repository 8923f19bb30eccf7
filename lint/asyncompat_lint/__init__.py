"""asyncompat's linter: finds what blocks the event loop.

Data flows one way, a module for each step::

    sources -> index -> program -> reach -> rules -> report

``engine`` strings them together and ``cli`` is the command. docs/architecture.md tells it whole.
The package never imports the shim, and never imports or runs the code that it reads.
"""
