"""What we know before any file arrives: dataset contracts and the metric catalogue. Data, not code."""
