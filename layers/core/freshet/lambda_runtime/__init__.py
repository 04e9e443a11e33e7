"""Response streaming for Python Lambdas: a thin layer over AWS's own runtime client.

A function says `handler = streaming(app)` for an ASGI app, or returns an `HttpStream` itself; anything
else it returns is AWS's business as before. `streaming-wrapper` (AWS_LAMBDA_EXEC_WRAPPER) starts it as
`python -m freshet.lambda_runtime <handler>`.

What belongs here: the Runtime API's streaming side, the event loop of the sandbox, the ASGI bridge. What
does not: web frameworks, errors that clients see, anything of the product. This is on the path of every
cold start, so it imports little.
"""

from freshet.lambda_runtime.asgi import streaming
from freshet.lambda_runtime.loop import run
from freshet.lambda_runtime.stream import HttpStream

__all__ = ["HttpStream", "run", "streaming"]
