"""How names of image files end."""

EXTENSIONS = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".jp2", ".j2k", ".jpx"),
    *(".qoi", ".pcx", ".sgi", ".ico"),
    *(".heic", ".heif", ".dcm", ".dng", ".cr2", ".cr3", ".nef", ".arw"),  # named, not decoded
)


def is_image(path: str) -> bool:
    """Whether a path ends as those of images do."""
    return path.strip().lower().endswith(EXTENSIONS)
