"""The stage `neighbours`: which images of pool and training a frozen encoder finds alike."""
