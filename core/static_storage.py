"""How static files are kept in production: each under a name with its hash, in our modules' imports as well."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Without this, one module would ask for another by its plain name, and after a release get the one before it."""

    support_js_module_import_aggregation = True
