"""Search: Chinese segmentation, the index, one query interface over two engines."""
