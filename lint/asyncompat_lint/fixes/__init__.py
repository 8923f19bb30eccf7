"""Mending findings: edits in, files out.

``texts`` puts edits into a text and keeps every other byte; ``imports`` finds the place for an
import; ``files`` reads and replaces files; ``fixer`` chooses the fixes, and proves them by another
check; ``migration`` moves whole modules to asyncompat.
"""
