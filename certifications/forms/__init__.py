"""One file per part: `catalog` (the catalog and requests), `entry` (district entry)."""
