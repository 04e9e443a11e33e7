"""Generation: which questions are asked for, how they are written, inspected, mended and answered blind."""
