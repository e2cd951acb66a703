"""Encoders: their layers, and what they make of an image first."""
