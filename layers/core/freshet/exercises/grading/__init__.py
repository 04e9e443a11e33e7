"""Grading: what an answer is worth, by rule where a key tells, by rubric through the model where not."""
