"""Papers as a browser gets them: printed, in bundles, verified by strangers."""
