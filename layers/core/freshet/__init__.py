"""Freshet: a serverless, streaming-first backend for LLM applications on AWS."""
