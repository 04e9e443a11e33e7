"""Exercises: study material in, questions out, each as soon as it is finished; graded, exported, imported."""
