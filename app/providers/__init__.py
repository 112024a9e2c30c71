"""One outside API, one file: their JSON to our domain and back, nothing else."""
