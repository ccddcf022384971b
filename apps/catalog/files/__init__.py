"""The catalogue as files: 100,000 SKUs in and out by CSV or XLSX, as long works."""
