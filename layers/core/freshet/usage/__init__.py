"""What callers use of models: counted by day, and bounded by month."""
