"""A stand-in for a model: a server that speaks OpenAI's protocol and answers by extraction.

It is no LLM and says so. What it knows stands in the prompt: it picks sentences, it writes none. What
belongs here: the protocol, the extraction, faults on request. Nothing in the product knows of it.
"""
