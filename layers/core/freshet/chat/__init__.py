"""The playground: configured models, tools and conversations, and the OpenAI-compatible door to them."""
