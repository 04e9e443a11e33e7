"""Analyses: what of a material is worth being asked about, found part by part and kept for a month."""
