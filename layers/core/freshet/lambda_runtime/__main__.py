"""`python -m freshet.lambda_runtime <handler>`: what awslambdaric's own `__main__` does, with our client."""

import gc
import sys


def main(arguments: list[str]) -> None:
    # Imports make no garbage worth looking for: a sixth of the import time. The client switches it on again.
    gc.disable()
    from awslambdaric import bootstrap
    from awslambdaric.lambda_config import LambdaConfigProvider

    from freshet.lambda_runtime.client import StreamingClient
    from freshet.lambda_runtime.loop import event_loop

    event_loop()  # before the handler's module is imported: a Mangum in it takes the current loop
    config = LambdaConfigProvider(arguments)
    bootstrap.run(config.handler, StreamingClient(config.api_address, config.use_thread_polling))


if __name__ == "__main__":
    main(sys.argv)
