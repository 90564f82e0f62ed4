"""One file per part: `catalogue` (the catalogue and requests), `entry` (district entry)."""
