"""The stage `neighbours`: a kNN graph of pool and training images, by a frozen encoder."""
