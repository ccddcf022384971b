"""Forms that produce documents: every field is named by its place in the document, so faults find their field."""
