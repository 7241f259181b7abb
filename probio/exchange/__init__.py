"""Tables out of the site and into it: exports as CSV and XLSX, imports of CSV that are looked at first."""
