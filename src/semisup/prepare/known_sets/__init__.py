"""Sets that come with their labels: drawn letters, torchvision's."""
