"""What pages show, put into words: one file per part."""
