"""examples/stream.py as a module: the folder is no package, its files are to be copied."""

import importlib.util

from tests.examples.page import EXAMPLES

_spec = importlib.util.spec_from_file_location("stream", EXAMPLES / "stream.py")
assert _spec
assert _spec.loader
stream = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(stream)
