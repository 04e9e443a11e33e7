"""The OpenAI-compatible door: OpenAI's requests become chats, and a run's frames become OpenAI's answers.

What belongs here: OpenAI's shapes, in and out (https://platform.openai.com/docs/api-reference). What does
not: answering (`freshet.chat`), and the SDK, which only `freshet.llm.providers` knows.
"""
