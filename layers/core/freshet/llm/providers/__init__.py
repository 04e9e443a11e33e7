"""One module a vendor: its SDK, its wire, its errors; all yield the same events."""
