"""What the studio does: jobs, catalogue, keys, assets. QtCore signals, no widgets."""
