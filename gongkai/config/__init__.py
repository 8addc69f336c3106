"""Settings, URLs and servers' entry points: wiring and nothing else."""
