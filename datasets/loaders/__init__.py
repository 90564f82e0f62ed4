"""Loading the reference files, one file of code per noun.

A new reference file lies in `datasets/reference/`, with its source in `SOURCES.md` there; its loader beside these, as a
function that takes `overwrite` and gives `Counts` (`sync` does the work); and its line in `TABLES`, after what it
refers to.
"""

from collections.abc import Callable
from dataclasses import dataclass

from datasets.loaders import catalog, entities, organizations, programs, questionnaire, retention
from datasets.loaders.sync import Counts


@dataclass(frozen=True)
class Table:
    """One table that is loaded: its name as people read it, and its loader.

    `people_edit` tells whether people change these rows in the product: then rows that differ from the file are kept
    as they are unless the loader is told to overwrite them.
    """

    name: str
    load: Callable[[bool], Counts]
    people_edit: bool = False


# In the order in which one refers to the other.
TABLES: tuple[Table, ...] = (
    Table("CIP codes", programs.load_cip_codes),
    Table("Career clusters", programs.load_clusters),
    Table("Regions", organizations.load_regions),
    Table("Districts", organizations.load_districts),
    Table("Buildings", organizations.load_buildings),
    Table("Programs", programs.load_programs, people_edit=True),
    Table("Program standards", programs.load_standards, people_edit=True),
    Table("Awarding entities", entities.load_entities, people_edit=True),
    Table("Questions and gates", questionnaire.load_questionnaire),
    Table("Retention rules", retention.load_retention_rules, people_edit=True),
    Table("Certifications (sample)", catalog.load_certifications, people_edit=True),
    Table("Certification parts (sample)", catalog.load_parts, people_edit=True),
    Table("Certification aliases (sample)", catalog.load_aliases, people_edit=True),
)
