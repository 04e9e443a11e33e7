"""Fails while it is imported."""

raise RuntimeError("配置缺失")
