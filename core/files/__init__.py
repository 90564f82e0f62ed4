"""Files that come in and go out: tables as CSV and XLSX, and the limited processes that read what people send."""
